#include <nlohmann/json.hpp>
#include <type_traits>

#include "cli/options_json.h"

namespace litezoo::cli {
namespace {

using json = nlohmann::ordered_json;

json fields(const StablehloCompositeOptions& o) {
  return {{"name", o.name},
          {"decomposition_subgraph_index", o.decomposition_subgraph_index},
          {"composite_attributes_bytes", o.composite_attributes.size()},
          {"version", o.version}};
}

json fields(const StablehloConcatenateOptions& o) {
  return {{"dimension", o.dimension}};
}

json fields(const StablehloBroadcastInDimOptions& o) {
  return {{"broadcast_dimensions", o.broadcast_dimensions}};
}

json fields(const StablehloSliceOptions& o) {
  return {{"start_indices", o.start_indices},
          {"limit_indices", o.limit_indices},
          {"strides", o.strides}};
}

json fields(const StablehloConvolutionOptions& o) {
  return {{"window_strides", o.window_strides},
          {"padding", o.padding},
          {"lhs_dilation", o.lhs_dilation},
          {"rhs_dilation", o.rhs_dilation},
          {"window_reversal", o.window_reversal},
          {"input_batch_dimension", o.input_batch_dimension},
          {"input_feature_dimension", o.input_feature_dimension},
          {"input_spatial_dimensions", o.input_spatial_dimensions},
          {"kernel_input_feature_dimension", o.kernel_input_feature_dimension},
          {"kernel_output_feature_dimension", o.kernel_output_feature_dimension},
          {"kernel_spatial_dimensions", o.kernel_spatial_dimensions},
          {"output_batch_dimension", o.output_batch_dimension},
          {"output_feature_dimension", o.output_feature_dimension},
          {"output_spatial_dimensions", o.output_spatial_dimensions},
          {"feature_group_count", o.feature_group_count},
          {"batch_group_count", o.batch_group_count}};
}

json fields(const StablehloReduceOptions& o) {
  return {{"dimensions", o.dimensions}, {"body_subgraph_index", o.body_subgraph_index}};
}

json fields(const StablehloReduceWindowOptions& o) {
  return {{"window_dimensions", o.window_dimensions},
          {"window_strides", o.window_strides},
          {"base_dilations", o.base_dilations},
          {"window_dilations", o.window_dilations},
          {"padding", o.padding},
          {"body_subgraph_index", o.body_subgraph_index}};
}

json fields(const StablehloCompareOptions& o) {
  constexpr const char* kNames[] = {"EQ", "NE", "GE", "GT", "LE", "LT"};
  const auto direction = static_cast<std::int64_t>(o.comparison_direction);
  const bool is_named = direction >= 0 && direction < std::ssize(kNames);
  return {{"comparison_direction", is_named ? json(kNames[direction]) : json(direction)}};
}

json fields(const StablehloDynamicSliceOptions& o) {
  return {{"slice_sizes", o.slice_sizes}};
}

json fields(const StablehloPadOptions& o) {
  return {{"edge_padding_low", o.edge_padding_low},
          {"edge_padding_high", o.edge_padding_high},
          {"interior_padding", o.interior_padding}};
}

json fields(const StablehloIotaOptions& o) {
  return {{"iota_dimension", o.iota_dimension}};
}

json fields(const StablehloDotGeneralOptions& o) {
  return {{"lhs_batching_dimensions", o.lhs_batching_dimensions},
          {"rhs_batching_dimensions", o.rhs_batching_dimensions},
          {"lhs_contracting_dimensions", o.lhs_contracting_dimensions},
          {"rhs_contracting_dimensions", o.rhs_contracting_dimensions}};
}

json fields(const StablehloSortOptions& o) {
  return {{"dimension", o.dimension},
          {"is_stable", o.is_stable},
          {"comparator_subgraph_index", o.comparator_subgraph_index}};
}

json fields(const StablehloWhileOptions& o) {
  return {{"cond_subgraph_index", o.cond_subgraph_index},
          {"body_subgraph_index", o.body_subgraph_index}};
}

json fields(const StablehloGatherOptions& o) {
  return {{"offset_dims", o.offset_dims},         {"collapsed_slice_dims", o.collapsed_slice_dims},
          {"start_index_map", o.start_index_map}, {"index_vector_dim", o.index_vector_dim},
          {"slice_sizes", o.slice_sizes},         {"indices_are_sorted", o.indices_are_sorted}};
}

json fields(const StablehloScatterOptions& o) {
  return {{"indices_are_sorted", o.indices_are_sorted},
          {"update_window_dims", o.update_window_dims},
          {"inserted_window_dims", o.inserted_window_dims},
          {"scatter_dims_to_operand_dims", o.scatter_dims_to_operand_dims},
          {"index_vector_dim", o.index_vector_dim},
          {"unique_indices", o.unique_indices},
          {"update_computation_subgraph_index", o.update_computation_subgraph_index}};
}

json fields(const StablehloTransposeOptions& o) {
  return {{"permutation", o.permutation}};
}

json fields(const StablehloRngBitGeneratorOptions& o) {
  constexpr const char* kNames[] = {"DEFAULT", "PHILOX", "THREEFRY"};
  const auto algorithm = static_cast<std::int64_t>(o.algorithm);
  const bool is_named = algorithm >= 0 && algorithm < std::ssize(kNames);
  return {{"algorithm", is_named ? json(kNames[algorithm]) : json(algorithm)}};
}

json fields(const StablehloCaseOptions& o) {
  return {{"branch_subgraph_indices", o.branch_subgraph_indices}};
}

template <typename Options>
concept HasFields = requires(const Options& o) {
  fields(o);
};

}  // namespace

json stablehlo_options_json(const OperatorOptions& options) {
  return std::visit(
      [](const auto& o) -> json {
        if constexpr (HasFields<std::decay_t<decltype(o)>>) {
          return fields(o);
        } else {
          return nullptr;
        }
      },
      static_cast<const OperatorOptionsVariant&>(options));
}

}  // namespace litezoo::cli
