#include "runtime/kernels/conv.h"

#include <fmt/format.h>

#include "base/error.h"
#include "runtime/kernels/byte_convolution.h"
#include "runtime/kernels/convolution.h"
#include "runtime/kernels/line_convolution.h"

namespace litezoo::runtime {
namespace {

std::size_t extent(const RuntimeTensor& tensor, std::size_t axis) {
  return static_cast<std::size_t>(tensor.shape[axis]);
}

void expect_rank(const Node& node, const RuntimeTensor& tensor, int rank) {
  if (tensor.rank() == rank) return;
  node.corrupt(fmt::format("tensor '{}' has {} dimensions, {} are needed", tensor.definition->name,
                           tensor.rank(), rank));
}

std::optional<std::size_t> optional_input(const Node& node, std::size_t i) {
  return node.has_input(i) ? std::optional(i) : std::nullopt;
}

// The shape a transposed convolution's first input names.
Shape requested_shape(const Node& node, int rank) {
  const RuntimeTensor& shape = node.input(0);
  node.expect_type(shape, {TensorType::INT32});
  if (shape.rank() != 1 || shape.size() != static_cast<std::size_t>(rank)) {
    node.corrupt(fmt::format("its output shape is not a list of {} sizes", rank));
  }
  const auto* values = shape.values<std::int32_t>();
  return {values, values + rank};
}

ConvolutionPlan plan_of_conv_2d(const Node& node) {
  node.expect_inputs(2, 3);
  const auto& options = node.options<Conv2DOptions>();
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& weights = node.input(1);
  expect_rank(node, input, 4);
  expect_rank(node, weights, 4);
  const std::size_t channels = extent(input, 3), depth = extent(weights, 3);
  const std::size_t filters = extent(weights, 0);
  if (depth == 0 || channels % depth != 0) {
    node.corrupt("its input channels are no multiple of its filter's");
  }
  const std::size_t groups = channels / depth;
  if (groups == 0 || filters % groups != 0) {
    node.corrupt(fmt::format("its {} filters do not make {} groups", filters, groups));
  }
  const WindowAxis height = window_axis(node, {.input = input.shape[1],
                                               .window = weights.shape[1],
                                               .stride = options.stride_h,
                                               .dilation = options.dilation_h_factor,
                                               .padding = options.padding});
  const WindowAxis width = window_axis(node, {.input = input.shape[2],
                                              .window = weights.shape[2],
                                              .stride = options.stride_w,
                                              .dilation = options.dilation_w_factor,
                                              .padding = options.padding});
  return {.batch = extent(input, 0),
          .axes = {WindowAxis{.output = 1}, height, width},
          .transposed = false,
          .input_channels = channels,
          .output_channels = filters,
          .groups = groups,
          .weight_output_stride = extent(weights, 1) * extent(weights, 2) * depth,
          .weight_tap_stride = depth,
          .weight_input_stride = 1,
          .activation = options.fused_activation_function,
          .quantized_bias_type = options.quantized_bias_type,
          .input = 0,
          .weights = 1,
          .bias = optional_input(node, 2)};
}

ConvolutionPlan plan_of_conv_3d(const Node& node) {
  node.expect_inputs(2, 3);
  const auto& options = node.options<Conv3DOptions>();
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& weights = node.input(1);  // depth, height, width, in, out
  node.expect_type(input, {TensorType::FLOAT32});
  node.expect_type(weights, {TensorType::FLOAT32});
  expect_rank(node, input, 5);
  expect_rank(node, weights, 5);
  const std::size_t channels = extent(input, 4), filters = extent(weights, 4);
  if (extent(weights, 3) != channels) node.corrupt("its filter has another number of channels");
  const std::array<std::int32_t, 3> strides{options.stride_d, options.stride_h, options.stride_w};
  const std::array<std::int32_t, 3> dilations{options.dilation_d_factor, options.dilation_h_factor,
                                              options.dilation_w_factor};
  std::array<WindowAxis, 3> axes;
  for (std::size_t i = 0; i < 3; ++i) {
    axes[i] = window_axis(node, {.input = input.shape[i + 1],
                                 .window = weights.shape[i],
                                 .stride = strides[i],
                                 .dilation = dilations[i],
                                 .padding = options.padding});
  }
  return {.batch = extent(input, 0),
          .axes = axes,
          .transposed = false,
          .input_channels = channels,
          .output_channels = filters,
          .groups = 1,
          .weight_output_stride = 1,
          .weight_tap_stride = channels * filters,
          .weight_input_stride = filters,
          .activation = options.fused_activation_function,
          .quantized_bias_type = TensorType::FLOAT32,
          .input = 0,
          .weights = 1,
          .bias = optional_input(node, 2)};
}

std::size_t lines_bytes(const Node& node, const ConvolutionPlan& plan) {
  const bool is_float = node.input(plan.input).type == TensorType::FLOAT32 &&
                        node.input(plan.weights).type == TensorType::FLOAT32;
  return is_float && node.input(plan.input).size() > 0 && suits_line_convolution(plan)
             ? line_convolution_lines_bytes(plan, node.threads().size())
             : 0;
}

}  // namespace

Evaluate prepare_conv_2d(Node& node) {
  node.expect_outputs(1);
  const ConvolutionPlan plan = plan_of_conv_2d(node);
  node.set_shape(0, {node.input(0).shape[0], plan.axes[1].output, plan.axes[2].output,
                     node.input(1).shape[0]});
  return prepare_convolution(node, plan);
}

Evaluate prepare_conv_3d(Node& node) {
  node.expect_outputs(1);
  const ConvolutionPlan plan = plan_of_conv_3d(node);
  node.set_shape(0, {node.input(0).shape[0], plan.axes[0].output, plan.axes[1].output,
                     plan.axes[2].output, node.input(1).shape[4]});
  return prepare_convolution(node, plan);
}

bool conv_2d_has_byte_products(const Node& node) {
  try {
    return suits_byte_convolution(node, plan_of_conv_2d(node));
  } catch (const Error&) {
    return false;
  }
}

std::size_t conv_2d_byte_products_bytes(const Node& node) {
  return byte_convolution_bytes(plan_of_conv_2d(node), node.threads().size());
}

std::size_t conv_2d_lines_bytes(const Node& node) {
  return lines_bytes(node, plan_of_conv_2d(node));
}

std::size_t conv_3d_lines_bytes(const Node& node) {
  return lines_bytes(node, plan_of_conv_3d(node));
}

Evaluate prepare_transpose_conv(Node& node) {
  node.expect_inputs(3, 4);
  node.expect_outputs(1);
  if (!node.value_known(0)) return kDeferred;
  const auto& options = node.options<TransposeConvOptions>();
  const RuntimeTensor& weights = node.input(1);  // out, height, width, in
  const RuntimeTensor& input = node.input(2);
  expect_rank(node, input, 4);
  expect_rank(node, weights, 4);
  const Shape shape = requested_shape(node, 4);
  if (shape[0] != input.shape[0] || shape[3] != weights.shape[0]) {
    node.corrupt("its output shape does not fit its input and filter");
  }
  if (weights.shape[3] != input.shape[3]) {
    node.corrupt("its filter has another number of channels");
  }
  const WindowAxis height = transposed_window_axis(
      node, {input.shape[1], weights.shape[1], options.stride_h, 1, options.padding}, shape[1]);
  const WindowAxis width = transposed_window_axis(
      node, {input.shape[2], weights.shape[2], options.stride_w, 1, options.padding}, shape[2]);
  node.set_shape(0, shape);
  const std::size_t depth = extent(weights, 3);
  return prepare_convolution(
      node, {.batch = extent(input, 0),
             .axes = {WindowAxis{.output = 1}, height, width},
             .transposed = true,
             .input_channels = depth,
             .output_channels = extent(weights, 0),
             .groups = 1,
             .weight_output_stride = extent(weights, 1) * extent(weights, 2) * depth,
             .weight_tap_stride = depth,
             .weight_input_stride = 1,
             .activation = options.fused_activation_function,
             .quantized_bias_type = options.quantized_bias_type,
             .input = 2,
             .weights = 1,
             .bias = optional_input(node, 3)});
}

Evaluate prepare_conv_3d_transpose(Node& node) {
  node.expect_inputs(3, 4);
  node.expect_outputs(1);
  if (!node.value_known(0)) return kDeferred;
  const auto& options = node.options<Conv3DOptions>();
  const RuntimeTensor& weights = node.input(1);  // depth, height, width, out, in
  const RuntimeTensor& input = node.input(2);
  node.expect_type(input, {TensorType::FLOAT32});
  node.expect_type(weights, {TensorType::FLOAT32});
  expect_rank(node, input, 5);
  expect_rank(node, weights, 5);
  const Shape shape = requested_shape(node, 5);
  if (shape[0] != input.shape[0] || shape[4] != weights.shape[3]) {
    node.corrupt("its output shape does not fit its input and filter");
  }
  if (weights.shape[4] != input.shape[4]) {
    node.corrupt("its filter has another number of channels");
  }
  const std::array<std::int32_t, 3> strides{options.stride_d, options.stride_h, options.stride_w};
  const std::array<std::int32_t, 3> dilations{options.dilation_d_factor, options.dilation_h_factor,
                                              options.dilation_w_factor};
  std::array<WindowAxis, 3> axes;
  for (std::size_t i = 0; i < 3; ++i) {
    axes[i] = transposed_window_axis(
        node, {input.shape[i + 1], weights.shape[i], strides[i], dilations[i], options.padding},
        shape[i + 1]);
  }
  node.set_shape(0, shape);
  const std::size_t depth = extent(weights, 4), filters = extent(weights, 3);
  return prepare_convolution(node, {.batch = extent(input, 0),
                                    .axes = axes,
                                    .transposed = true,
                                    .input_channels = depth,
                                    .output_channels = filters,
                                    .groups = 1,
                                    .weight_output_stride = depth,
                                    .weight_tap_stride = depth * filters,
                                    .weight_input_stride = 1,
                                    .activation = options.fused_activation_function,
                                    .quantized_bias_type = TensorType::FLOAT32,
                                    .input = 2,
                                    .weights = 1,
                                    .bias = optional_input(node, 3)});
}

}  // namespace litezoo::runtime
