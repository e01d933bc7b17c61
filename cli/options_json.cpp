#include "cli/options_json.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "runtime/kernels/flex_options.h"

namespace litezoo::cli {
namespace {

using json = nlohmann::ordered_json;

// The name of an enumeration's value; its number beyond the names, which a file may hold.
template <typename Enum, std::size_t N>
json named(Enum value, const std::array<const char*, N>& names) {
  const auto number = static_cast<std::int64_t>(value);
  if (number < 0 || number >= static_cast<std::int64_t>(N)) return number;
  return names[static_cast<std::size_t>(number)];
}

json name(Padding value) {
  return named(value, std::array{"SAME", "VALID"});
}

json name(ActivationFunction value) {
  return named(value, std::array{"NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"});
}

json name(TensorType value) {
  return tensor_type_name(value);
}

json fields(const Conv2DOptions& o) {
  return {{"padding", name(o.padding)},
          {"stride_w", o.stride_w},
          {"stride_h", o.stride_h},
          {"dilation_w_factor", o.dilation_w_factor},
          {"dilation_h_factor", o.dilation_h_factor},
          {"fused_activation_function", name(o.fused_activation_function)},
          {"quantized_bias_type", name(o.quantized_bias_type)}};
}

json fields(const Conv3DOptions& o) {
  return {{"padding", name(o.padding)},
          {"stride_d", o.stride_d},
          {"stride_w", o.stride_w},
          {"stride_h", o.stride_h},
          {"dilation_d_factor", o.dilation_d_factor},
          {"dilation_w_factor", o.dilation_w_factor},
          {"dilation_h_factor", o.dilation_h_factor},
          {"fused_activation_function", name(o.fused_activation_function)}};
}

json fields(const DepthwiseConv2DOptions& o) {
  return {{"padding", name(o.padding)},
          {"stride_w", o.stride_w},
          {"stride_h", o.stride_h},
          {"depth_multiplier", o.depth_multiplier},
          {"dilation_w_factor", o.dilation_w_factor},
          {"dilation_h_factor", o.dilation_h_factor},
          {"fused_activation_function", name(o.fused_activation_function)}};
}

json fields(const TransposeConvOptions& o) {
  return {{"padding", name(o.padding)},
          {"stride_w", o.stride_w},
          {"stride_h", o.stride_h},
          {"fused_activation_function", name(o.fused_activation_function)},
          {"quantized_bias_type", name(o.quantized_bias_type)}};
}

json fields(const Pool2DOptions& o) {
  return {{"padding", name(o.padding)},
          {"stride_w", o.stride_w},
          {"stride_h", o.stride_h},
          {"filter_width", o.filter_width},
          {"filter_height", o.filter_height},
          {"fused_activation_function", name(o.fused_activation_function)}};
}

json fields(const FullyConnectedOptions& o) {
  return {{"fused_activation_function", name(o.fused_activation_function)},
          {"weights_format", named(o.weights_format, std::array{"DEFAULT", "SHUFFLED4x16INT8"})},
          {"keep_num_dims", o.keep_num_dims},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs},
          {"quantized_bias_type", name(o.quantized_bias_type)}};
}

json fields(const BatchMatMulOptions& o) {
  return {{"adj_x", o.adj_x},
          {"adj_y", o.adj_y},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs}};
}

json fields(const SvdfOptions& o) {
  return {{"rank", o.rank},
          {"fused_activation_function", name(o.fused_activation_function)},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs}};
}

json fields(const RnnOptions& o) {
  return {{"fused_activation_function", name(o.fused_activation_function)},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs}};
}

json fields(const SequenceRnnOptions& o) {
  return {{"time_major", o.time_major},
          {"fused_activation_function", name(o.fused_activation_function)},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs}};
}

json fields(const BidirectionalSequenceRnnOptions& o) {
  return {{"time_major", o.time_major},
          {"fused_activation_function", name(o.fused_activation_function)},
          {"merge_outputs", o.merge_outputs},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs}};
}

json fields(const LstmOptions& o) {
  return {{"fused_activation_function", name(o.fused_activation_function)},
          {"cell_clip", o.cell_clip},
          {"proj_clip", o.proj_clip},
          {"kernel_type", named(o.kernel_type, std::array{"FULL", "BASIC"})},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs}};
}

json fields(const UnidirectionalSequenceLstmOptions& o) {
  return {{"fused_activation_function", name(o.fused_activation_function)},
          {"cell_clip", o.cell_clip},
          {"proj_clip", o.proj_clip},
          {"time_major", o.time_major},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs},
          {"diagonal_recurrent_tensors", o.diagonal_recurrent_tensors}};
}

json fields(const BidirectionalSequenceLstmOptions& o) {
  return {{"fused_activation_function", name(o.fused_activation_function)},
          {"cell_clip", o.cell_clip},
          {"proj_clip", o.proj_clip},
          {"merge_outputs", o.merge_outputs},
          {"time_major", o.time_major},
          {"asymmetric_quantize_inputs", o.asymmetric_quantize_inputs}};
}

json fields(const AddOptions& o) {
  return {{"fused_activation_function", name(o.fused_activation_function)},
          {"pot_scale_int16", o.pot_scale_int16}};
}

json fields(const ActivationOptions& o) {
  return {{"fused_activation_function", name(o.fused_activation_function)}};
}

json fields(const ConcatenationOptions& o) {
  return {{"axis", o.axis}, {"fused_activation_function", name(o.fused_activation_function)}};
}

json fields(const SoftmaxOptions& o) {
  return {{"beta", o.beta}};
}

json fields(const LocalResponseNormalizationOptions& o) {
  return {{"radius", o.radius}, {"bias", o.bias}, {"alpha", o.alpha}, {"beta", o.beta}};
}

json fields(const ResizeBilinearOptions& o) {
  return {{"align_corners", o.align_corners}, {"half_pixel_centers", o.half_pixel_centers}};
}

json fields(const ResizeNearestNeighborOptions& o) {
  return {{"align_corners", o.align_corners}, {"half_pixel_centers", o.half_pixel_centers}};
}

json fields(const ReshapeOptions& o) {
  return {{"new_shape", o.new_shape}};
}

json fields(const BlockSizeOptions& o) {
  return {{"block_size", o.block_size}};
}

json fields(const GatherOptions& o) {
  return {{"axis", o.axis}, {"batch_dims", o.batch_dims}};
}

json fields(const ReducerOptions& o) {
  return {{"keep_dims", o.keep_dims}};
}

json fields(const SqueezeOptions& o) {
  return {{"squeeze_dims", o.squeeze_dims}};
}

json fields(const StridedSliceOptions& o) {
  return {{"begin_mask", o.begin_mask},
          {"end_mask", o.end_mask},
          {"ellipsis_mask", o.ellipsis_mask},
          {"new_axis_mask", o.new_axis_mask},
          {"shrink_axis_mask", o.shrink_axis_mask},
          {"offset", o.offset}};
}

json fields(const SplitOptions& o) {
  return {{"num_splits", o.num_splits}};
}

json fields(const CastOptions& o) {
  return {{"in_data_type", name(o.in_data_type)}, {"out_data_type", name(o.out_data_type)}};
}

json fields(const OutputTypeOptions& o) {
  return {{"output_type", name(o.output_type)}};
}

json fields(const FakeQuantOptions& o) {
  return {
      {"min", o.min}, {"max", o.max}, {"num_bits", o.num_bits}, {"narrow_range", o.narrow_range}};
}

json fields(const PackOptions& o) {
  return {{"count", o.count}, {"axis", o.axis}};
}

json fields(const OneHotOptions& o) {
  return {{"axis", o.axis}};
}

json fields(const LeakyReluOptions& o) {
  return {{"alpha", o.alpha}};
}

json fields(const MirrorPadOptions& o) {
  return {{"mode", named(o.mode, std::array{"REFLECT", "SYMMETRIC"})}};
}

json fields(const ReverseSequenceOptions& o) {
  return {{"seq_dim", o.seq_dim}, {"batch_dim", o.batch_dim}};
}

json fields(const IfOptions& o) {
  return {{"then_subgraph_index", o.then_subgraph_index},
          {"else_subgraph_index", o.else_subgraph_index}};
}

json fields(const WhileOptions& o) {
  return {{"cond_subgraph_index", o.cond_subgraph_index},
          {"body_subgraph_index", o.body_subgraph_index}};
}

json fields(const CallOnceOptions& o) {
  return {{"init_subgraph_index", o.init_subgraph_index}};
}

json fields(const CallOptions& o) {
  return {{"subgraph", o.subgraph}};
}

json fields(const CumsumOptions& o) {
  return {{"exclusive", o.exclusive}, {"reverse", o.reverse}};
}

json fields(const HashtableOptions& o) {
  return {{"table_id", o.table_id},
          {"key_dtype", name(o.key_dtype)},
          {"value_dtype", name(o.value_dtype)}};
}

json fields(const VarHandleOptions& o) {
  return {{"container", o.container}, {"shared_name", o.shared_name}};
}

json fields(const RandomOptions& o) {
  return {{"seed", o.seed}, {"seed2", o.seed2}};
}

json fields(const BucketizeOptions& o) {
  return {{"boundaries", o.boundaries}};
}

json fields(const GeluOptions& o) {
  return {{"approximate", o.approximate}};
}

json fields(const EmbeddingLookupSparseOptions& o) {
  return {{"combiner", named(o.combiner, std::array{"SUM", "MEAN", "SQRTN"})}};
}

json fields(const LshProjectionOptions& o) {
  return {{"type", named(o.type, std::array{"UNKNOWN", "SPARSE", "DENSE"})}};
}

json fields(const SkipGramOptions& o) {
  return {{"ngram_size", o.ngram_size},
          {"max_skip_size", o.max_skip_size},
          {"include_all_ngrams", o.include_all_ngrams}};
}

json fields(const SparseToDenseOptions& o) {
  return {{"validate_indices", o.validate_indices}};
}

json fields(const ReduceWindowOptions& o) {
  return {{"reduce_function",
           named(o.reduce_function,
                 std::array{"UNSUPPORTED", "ADD", "MUL", "MINIMUM", "MAXIMUM", "ALL", "ANY"})}};
}

template <typename Options>
concept HasFields = requires(const Options& o) {
  fields(o);
};

std::string json_text(const json& value) {
  if (value.is_number_float()) return fmt::format("{:g}", value.get<double>());
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// "2x2" for two fields of one meaning; nothing when both are 1 or absent.
std::string pair_text(const json& o, std::string_view word, const char* first, const char* second) {
  if (!o.contains(first) || !o.contains(second)) return {};
  const auto a = o[first].get<std::int64_t>(), b = o[second].get<std::int64_t>();
  return a == 1 && b == 1 ? std::string() : fmt::format("{} {}x{}", word, a, b);
}

bool is_said_elsewhere(const std::string& key) {
  return key.ends_with("_h") || key.ends_with("_w") || key.ends_with("_h_factor") ||
         key.ends_with("_w_factor") || key.ends_with("_width") || key.ends_with("_height") ||
         key == "quantized_bias_type" || key == "pot_scale_int16" || key == "padding" ||
         key == "fused_activation_function" || key == "weights_format";
}

// Of a field without a wording of its own: "axis 3", "keep_dims"; nothing for 0, false and [].
std::string plain_text(const std::string& key, const json& value) {
  if (is_said_elsewhere(key)) return {};
  if (value.is_boolean()) return value.get<bool>() ? key : std::string();
  const bool is_nothing = (value.is_number() && value == 0) || value.empty() || value == "";
  return is_nothing ? std::string() : fmt::format("{} {}", key, json_text(value));
}

}  // namespace

json options_json(const OperatorOptions& options) {
  return std::visit(
      [&options](const auto& o) -> json {
        using Options = std::decay_t<decltype(o)>;
        if constexpr (HasFields<Options>) {
          return fields(o);
        } else {
          return stablehlo_options_json(options);
        }
      },
      static_cast<const OperatorOptionsVariant&>(options));
}

json CustomOptions::read(const Operator& op) {
  if (op.custom_options.empty() || op.custom_options.size() > budget_) return nullptr;
  budget_ -= op.custom_options.size();
  const auto options = runtime::FlexOptions::parse(op.custom_options);
  if (!options) return nullptr;
  json result = json::object();
  for (const auto& [key, value] : options->values()) {
    std::visit([&result, name = key](const auto& v) { result[name] = v; }, value);
  }
  return result;
}

std::string options_text(const OperatorOptions& options) {
  const json o = options_json(options);
  if (!o.is_object()) return {};
  std::vector<std::string> parts;
  if (o.contains("padding")) parts.push_back(json_text(o["padding"]));
  parts.push_back(pair_text(o, "stride", "stride_h", "stride_w"));
  parts.push_back(pair_text(o, "window", "filter_height", "filter_width"));
  parts.push_back(pair_text(o, "dilation", "dilation_h_factor", "dilation_w_factor"));
  for (const auto& [key, value] : o.items()) parts.push_back(plain_text(key, value));
  if (o.contains("fused_activation_function") && o["fused_activation_function"] != "NONE") {
    parts.push_back(json_text(o["fused_activation_function"]));
  }
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

}  // namespace litezoo::cli
