#include "inspector/stablehlo_options.h"

#include <algorithm>
#include <array>

#include "inspector/copy.h"
#include "inspector/erased_reader.h"
#include "inspector/schema_generated.h"

namespace litezoo::inspector {
namespace {

using Second = schema::BuiltinOptions2;

std::vector<std::int64_t> longs(const flatbuffers::Vector<std::int64_t>* vector, Source& source) {
  return copy_vector<std::int64_t>(vector, source);
}

StablehloConcatenateOptions concatenate(const schema::StablehloConcatenateOptions& t, Source&) {
  return {t.dimension()};
}

StablehloBroadcastInDimOptions broadcast_in_dim(const schema::StablehloBroadcastInDimOptions& t,
                                                Source& source) {
  return {longs(t.broadcast_dimensions(), source)};
}

StablehloSliceOptions slice(const schema::StablehloSliceOptions& t, Source& source) {
  return {.start_indices = longs(t.start_indices(), source),
          .limit_indices = longs(t.limit_indices(), source),
          .strides = longs(t.strides(), source)};
}

StablehloConvolutionOptions convolution(const schema::StablehloConvolutionOptions& t,
                                        Source& source) {
  return {.window_strides = longs(t.window_strides(), source),
          .padding = longs(t.padding(), source),
          .lhs_dilation = longs(t.lhs_dilation(), source),
          .rhs_dilation = longs(t.rhs_dilation(), source),
          .window_reversal = copy_vector<bool>(t.window_reversal(), source),
          .input_batch_dimension = t.input_batch_dimension(),
          .input_feature_dimension = t.input_feature_dimension(),
          .input_spatial_dimensions = longs(t.input_spatial_dimensions(), source),
          .kernel_input_feature_dimension = t.kernel_input_feature_dimension(),
          .kernel_output_feature_dimension = t.kernel_output_feature_dimension(),
          .kernel_spatial_dimensions = longs(t.kernel_spatial_dimensions(), source),
          .output_batch_dimension = t.output_batch_dimension(),
          .output_feature_dimension = t.output_feature_dimension(),
          .output_spatial_dimensions = longs(t.output_spatial_dimensions(), source),
          .feature_group_count = t.feature_group_count(),
          .batch_group_count = t.batch_group_count()};
}

StablehloReduceOptions reduce(const schema::StablehloReduceOptions& t, Source& source) {
  return {.dimensions = longs(t.dimensions(), source),
          .body_subgraph_index = t.body_subgraph_index()};
}

StablehloScatterOptions scatter(const schema::StablehloScatterOptions& t, Source& source) {
  return {.indices_are_sorted = t.indices_are_sorted(),
          .update_window_dims = longs(t.update_window_dims(), source),
          .inserted_window_dims = longs(t.inserted_window_dims(), source),
          .scatter_dims_to_operand_dims = longs(t.scatter_dims_to_operand_dims(), source),
          .index_vector_dim = t.index_vector_dim(),
          .unique_indices = t.unique_indices(),
          .update_computation_subgraph_index = t.update_computation_subgraph_index()};
}

StablehloCompareOptions compare(const schema::StablehloCompareOptions& t, Source&) {
  return {static_cast<StablehloComparisonDirection>(t.comparison_direction())};
}

StablehloDynamicSliceOptions dynamic_slice(const schema::StablehloDynamicSliceOptions& t,
                                           Source& source) {
  return {longs(t.slice_sizes(), source)};
}

StablehloPadOptions pad(const schema::StablehloPadOptions& t, Source& source) {
  return {.edge_padding_low = longs(t.edge_padding_low(), source),
          .edge_padding_high = longs(t.edge_padding_high(), source),
          .interior_padding = longs(t.interior_padding(), source)};
}

StablehloIotaOptions iota(const schema::StablehloIotaOptions& t, Source&) {
  return {t.iota_dimension()};
}

StablehloDotGeneralOptions dot_general(const schema::StablehloDotGeneralOptions& t,
                                       Source& source) {
  return {.lhs_batching_dimensions = longs(t.lhs_batching_dimensions(), source),
          .rhs_batching_dimensions = longs(t.rhs_batching_dimensions(), source),
          .lhs_contracting_dimensions = longs(t.lhs_contracting_dimensions(), source),
          .rhs_contracting_dimensions = longs(t.rhs_contracting_dimensions(), source)};
}

StablehloReduceWindowOptions reduce_window(const schema::StablehloReduceWindowOptions& t,
                                           Source& source) {
  return {.window_dimensions = longs(t.window_dimensions(), source),
          .window_strides = longs(t.window_strides(), source),
          .base_dilations = longs(t.base_dilations(), source),
          .window_dilations = longs(t.window_dilations(), source),
          .padding = longs(t.padding(), source),
          .body_subgraph_index = t.body_subgraph_index()};
}

StablehloSortOptions sort(const schema::StablehloSortOptions& t, Source&) {
  return {.dimension = t.dimension(),
          .is_stable = t.is_stable(),
          .comparator_subgraph_index = t.comparator_subgraph_index()};
}

StablehloWhileOptions while_(const schema::StablehloWhileOptions& t, Source&) {
  return {.cond_subgraph_index = t.cond_subgraph_index(),
          .body_subgraph_index = t.body_subgraph_index()};
}

StablehloGatherOptions gather(const schema::StablehloGatherOptions& t, Source& source) {
  return {.offset_dims = longs(t.offset_dims(), source),
          .collapsed_slice_dims = longs(t.collapsed_slice_dims(), source),
          .start_index_map = longs(t.start_index_map(), source),
          .index_vector_dim = t.index_vector_dim(),
          .slice_sizes = longs(t.slice_sizes(), source),
          .indices_are_sorted = t.indices_are_sorted()};
}

StablehloTransposeOptions transpose(const schema::StablehloTransposeOptions& t, Source& source) {
  return {longs(t.permutation(), source)};
}

StablehloRngBitGeneratorOptions rng_bit_generator(const schema::StablehloRngBitGeneratorOptions& t,
                                                  Source&) {
  return {static_cast<StablehloRngAlgorithm>(t.algorithm())};
}

ReduceWindowOptions window_of_tensors(const schema::ReduceWindowOptions& t, Source&) {
  return {static_cast<ReduceWindowFunction>(t.reduce_function())};
}

StablehloCompositeOptions composite(const schema::StableHLOCompositeOptions& t, Source& source) {
  return {.name = copy_string(t.name(), source),
          .decomposition_subgraph_index = t.decomposition_subgraph_index(),
          .composite_attributes = view_bytes(t.composite_attributes()),
          .version = t.version()};
}

StablehloCaseOptions case_(const schema::StablehloCaseOptions& t, Source& source) {
  return {copy_vector<std::int32_t>(t.branch_subgraph_indices(), source)};
}

struct Row {
  BuiltinOperator code;
  Second member;
  OperatorOptions (*read)(const void* table, Source& source);
};

using enum BuiltinOperator;

constexpr auto kRows = std::to_array<Row>({
    {STABLEHLO_CONCATENATE, Second::StablehloConcatenateOptions, Erased<concatenate>::read},
    {STABLEHLO_BROADCAST_IN_DIM, Second::StablehloBroadcastInDimOptions,
     Erased<broadcast_in_dim>::read},
    {STABLEHLO_CONVOLUTION, Second::StablehloConvolutionOptions, Erased<convolution>::read},
    {STABLEHLO_SLICE, Second::StablehloSliceOptions, Erased<slice>::read},
    {STABLEHLO_REDUCE, Second::StablehloReduceOptions, Erased<reduce>::read},
    {STABLEHLO_SCATTER, Second::StablehloScatterOptions, Erased<scatter>::read},
    {STABLEHLO_COMPARE, Second::StablehloCompareOptions, Erased<compare>::read},
    {STABLEHLO_DYNAMIC_SLICE, Second::StablehloDynamicSliceOptions, Erased<dynamic_slice>::read},
    {STABLEHLO_PAD, Second::StablehloPadOptions, Erased<pad>::read},
    {STABLEHLO_IOTA, Second::StablehloIotaOptions, Erased<iota>::read},
    {STABLEHLO_DOT_GENERAL, Second::StablehloDotGeneralOptions, Erased<dot_general>::read},
    {STABLEHLO_REDUCE_WINDOW, Second::StablehloReduceWindowOptions, Erased<reduce_window>::read},
    {STABLEHLO_SORT, Second::StablehloSortOptions, Erased<sort>::read},
    {STABLEHLO_WHILE, Second::StablehloWhileOptions, Erased<while_>::read},
    {STABLEHLO_GATHER, Second::StablehloGatherOptions, Erased<gather>::read},
    {STABLEHLO_TRANSPOSE, Second::StablehloTransposeOptions, Erased<transpose>::read},
    {STABLEHLO_RNG_BIT_GENERATOR, Second::StablehloRngBitGeneratorOptions,
     Erased<rng_bit_generator>::read},
    {REDUCE_WINDOW, Second::ReduceWindowOptions, Erased<window_of_tensors>::read},
    {STABLEHLO_COMPOSITE, Second::StableHLOCompositeOptions, Erased<composite>::read},
    {STABLEHLO_CASE, Second::StablehloCaseOptions, Erased<case_>::read},
});
static_assert(std::ranges::is_sorted(kRows, {}, &Row::code));

}  // namespace

ReadOptions read_stablehlo_options(const schema::Operator& op, BuiltinOperator code,
                                   Source& source) {
  const auto* const row = std::ranges::lower_bound(kRows, code, {}, &Row::code);
  if (row == kRows.end() || row->code != code) return {};
  if (op.builtin_options_2() == nullptr || op.builtin_options_2_type() != row->member) {
    return {.options = {}, .mismatch = true};
  }
  return {.options = row->read(op.builtin_options_2(), source), .mismatch = false};
}

}  // namespace litezoo::inspector
