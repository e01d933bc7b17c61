#include "tests/builder/write_options.h"

#include <type_traits>
#include <variant>

#include "base/error.h"
#include "inspector/schema_generated.h"

namespace litezoo::builder {
namespace {

using File = flatbuffers::FlatBufferBuilder;
using Union = schema::BuiltinOptions;

template <typename Enum>
std::int8_t code(Enum value) {
  return static_cast<std::int8_t>(value);
}

template <typename Table>
WrittenOptions member(Union type, flatbuffers::Offset<Table> table) {
  return {static_cast<std::uint8_t>(type), table.Union()};
}

// One overload an options struct; `op` tells apart the operators that share one.

WrittenOptions write(File&, const Operator&, const std::monostate&) {
  return {};
}

WrittenOptions write(File& file, const Operator&, const Conv2DOptions& o) {
  return member(Union::Conv2DOptions,
                schema::CreateConv2DOptions(file, code(o.padding), o.stride_w, o.stride_h,
                                            code(o.fused_activation_function), o.dilation_w_factor,
                                            o.dilation_h_factor, code(o.quantized_bias_type)));
}

WrittenOptions write(File& file, const Operator&, const DepthwiseConv2DOptions& o) {
  return member(Union::DepthwiseConv2DOptions,
                schema::CreateDepthwiseConv2DOptions(
                    file, code(o.padding), o.stride_w, o.stride_h, o.depth_multiplier,
                    code(o.fused_activation_function), o.dilation_w_factor, o.dilation_h_factor));
}

WrittenOptions write(File& file, const Operator&, const TransposeConvOptions& o) {
  return member(Union::TransposeConvOptions,
                schema::CreateTransposeConvOptions(file, code(o.padding), o.stride_w, o.stride_h,
                                                   code(o.fused_activation_function),
                                                   code(o.quantized_bias_type)));
}

WrittenOptions write(File& file, const Operator&, const Pool2DOptions& o) {
  return member(
      Union::Pool2DOptions,
      schema::CreatePool2DOptions(file, code(o.padding), o.stride_w, o.stride_h, o.filter_width,
                                  o.filter_height, code(o.fused_activation_function)));
}

WrittenOptions write(File& file, const Operator&, const FullyConnectedOptions& o) {
  return member(Union::FullyConnectedOptions,
                schema::CreateFullyConnectedOptions(
                    file, code(o.fused_activation_function), code(o.weights_format),
                    o.keep_num_dims, o.asymmetric_quantize_inputs, code(o.quantized_bias_type)));
}

WrittenOptions write(File& file, const Operator&, const BatchMatMulOptions& o) {
  return member(
      Union::BatchMatMulOptions,
      schema::CreateBatchMatMulOptions(file, o.adj_x, o.adj_y, o.asymmetric_quantize_inputs));
}

WrittenOptions write(File& file, const Operator& op, const AddOptions& o) {
  const std::int8_t activation = code(o.fused_activation_function);
  if (op.code == BuiltinOperator::SUB) {
    return member(Union::SubOptions, schema::CreateSubOptions(file, activation, o.pot_scale_int16));
  }
  return member(Union::AddOptions, schema::CreateAddOptions(file, activation, o.pot_scale_int16));
}

WrittenOptions write(File& file, const Operator& op, const ActivationOptions& o) {
  const std::int8_t activation = code(o.fused_activation_function);
  switch (op.code) {
    case BuiltinOperator::DIV:
      return member(Union::DivOptions, schema::CreateDivOptions(file, activation));
    case BuiltinOperator::L2_NORMALIZATION:
      return member(Union::L2NormOptions, schema::CreateL2NormOptions(file, activation));
    default:
      return member(Union::MulOptions, schema::CreateMulOptions(file, activation));
  }
}

WrittenOptions write(File& file, const Operator&, const ConcatenationOptions& o) {
  return member(Union::ConcatenationOptions, schema::CreateConcatenationOptions(
                                                 file, o.axis, code(o.fused_activation_function)));
}

WrittenOptions write(File& file, const Operator&, const SoftmaxOptions& o) {
  return member(Union::SoftmaxOptions, schema::CreateSoftmaxOptions(file, o.beta));
}

WrittenOptions write(File& file, const Operator&, const ResizeBilinearOptions& o) {
  return member(Union::ResizeBilinearOptions,
                schema::CreateResizeBilinearOptions(file, o.align_corners, o.half_pixel_centers));
}

WrittenOptions write(File& file, const Operator&, const ReshapeOptions& o) {
  return member(Union::ReshapeOptions,
                schema::CreateReshapeOptions(file, file.CreateVector(o.new_shape)));
}

WrittenOptions write(File& file, const Operator&, const GatherOptions& o) {
  return member(Union::GatherOptions, schema::CreateGatherOptions(file, o.axis, o.batch_dims));
}

WrittenOptions write(File& file, const Operator&, const ReducerOptions& o) {
  return member(Union::ReducerOptions, schema::CreateReducerOptions(file, o.keep_dims));
}

WrittenOptions write(File& file, const Operator&, const SqueezeOptions& o) {
  return member(Union::SqueezeOptions,
                schema::CreateSqueezeOptions(file, file.CreateVector(o.squeeze_dims)));
}

WrittenOptions write(File& file, const Operator&, const LeakyReluOptions& o) {
  return member(Union::LeakyReluOptions, schema::CreateLeakyReluOptions(file, o.alpha));
}

WrittenOptions write(File& file, const Operator&, const CastOptions& o) {
  return member(Union::CastOptions,
                schema::CreateCastOptions(file, code(o.in_data_type), code(o.out_data_type)));
}

WrittenOptions write(File& file, const Operator&, const PackOptions& o) {
  return member(Union::PackOptions, schema::CreatePackOptions(file, o.count, o.axis));
}

WrittenOptions write(File& file, const Operator&, const IfOptions& o) {
  return member(Union::IfOptions,
                schema::CreateIfOptions(file, o.then_subgraph_index, o.else_subgraph_index));
}

WrittenOptions write(File& file, const Operator&, const WhileOptions& o) {
  return member(Union::WhileOptions,
                schema::CreateWhileOptions(file, o.cond_subgraph_index, o.body_subgraph_index));
}

template <typename Options>
WrittenOptions write(File&, const Operator& op, const Options&) {
  throw Error(ErrorKind::unsupported, "the builder does not write the options of " +
                                          operator_name(op) +
                                          "; add an overload in tests/builder/write_options.cpp");
}

}  // namespace

WrittenOptions write_options(File& file, const Operator& op) {
  return std::visit([&](const auto& options) { return write(file, op, options); }, op.options);
}

}  // namespace litezoo::builder
