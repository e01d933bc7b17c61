#include "runtime/kernels/mediapipe_ops.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/checked.h"
#include "runtime/kernels/convolution.h"

namespace litezoo::runtime {
namespace {

// TfLitePadding and TfLiteFusedActivation of TensorFlow Lite's C API.
constexpr std::int32_t kPaddingSame = 1, kPaddingValid = 2;

std::int32_t field(const Node& node, std::size_t i) {
  const std::span<const std::byte> bytes = node.op().custom_options;
  if (bytes.size() < (i + 1) * sizeof(std::int32_t)) node.corrupt("its options are cut short");
  std::int32_t value = 0;
  std::memcpy(&value, bytes.data() + i * sizeof value, sizeof value);
  return value;
}

Padding padding_field(const Node& node) {
  const std::int32_t padding = field(node, 0);
  if (padding != kPaddingSame && padding != kPaddingValid) {
    node.corrupt("its padding is neither SAME nor VALID");
  }
  return padding == kPaddingSame ? Padding::SAME : Padding::VALID;
}

void expect_image(const Node& node, const RuntimeTensor& tensor) {
  node.expect_type(tensor, {TensorType::FLOAT32});
  if (tensor.rank() != 4) node.corrupt("its input is not of 4 dimensions");
}

std::size_t extent(const RuntimeTensor& tensor, std::size_t axis) {
  return static_cast<std::size_t>(tensor.shape[axis]);
}

// What TfLitePoolParams holds.
struct PoolFields {
  Padding padding;
  std::int32_t stride_w, stride_h, filter_w, filter_h;
  ActivationFunction activation;
};

PoolFields pool_fields(const Node& node) {
  const std::int32_t activation = field(node, 5);
  if (activation < 0 || activation > 3) node.unsupported("its fused activation is not supported");
  return {padding_field(node), field(node, 1), field(node, 2),
          field(node, 3),      field(node, 4), static_cast<ActivationFunction>(activation)};
}

// The output of a transposed convolution along one axis.
std::int32_t transposed_extent(const Node& node, std::int32_t input, std::int32_t stride,
                               std::int32_t window, Padding padding) {
  if (input <= 0 || stride <= 0 || window <= 0)
    node.corrupt("its input, stride or filter is empty");
  const std::int32_t cut =
      padding == Padding::SAME ? std::max(0, window - (input - 1) % stride - 1) : 0;
  const std::int64_t output = std::int64_t{stride} * (input - 1) + window - cut;
  if (output > std::numeric_limits<std::int32_t>::max()) node.corrupt("its output is too large");
  return static_cast<std::int32_t>(output);
}

struct Unpooling {
  WindowAxis height, width;  // of the pool that is undone
};

// The position along one axis a value returns to.
std::int64_t unpooled(std::size_t pooled, const WindowAxis& axis, std::int64_t inside) {
  return static_cast<std::int64_t>(pooled) * axis.stride - axis.pad_before + inside;
}

void unpool(const Node& node, const Unpooling& plan) {
  const RuntimeTensor &input = node.input(0), &output = node.output(0);
  const std::size_t height = extent(input, 1), width = extent(input, 2);
  const std::size_t channels = extent(input, 3);
  const auto* x = input.values<float>();
  const auto* indices = node.input(1).values<float>();
  auto* y = node.output(0).mutable_values<float>();
  std::fill_n(y, output.size(), 0.0F);
  for (std::size_t i = 0; i < input.size(); ++i) {
    const float index = indices[i];
    const auto places =
        static_cast<float>(plan.height.window) * static_cast<float>(plan.width.window);
    if (!(index >= 0.0F && index < places)) continue;
    const auto place = static_cast<std::int64_t>(index);
    const std::size_t channel = i % channels, pixel = i / channels;
    const std::int64_t column = unpooled(pixel % width, plan.width, place % plan.width.window);
    const std::int64_t row =
        unpooled(pixel / width % height, plan.height, place / plan.width.window);
    if (row < 0 || row >= output.shape[1] || column < 0 || column >= output.shape[2]) continue;
    const std::size_t batch = pixel / (width * height);
    const std::size_t at =
        (batch * extent(output, 1) + static_cast<std::size_t>(row)) * extent(output, 2) +
        static_cast<std::size_t>(column);
    y[at * channels + channel] = x[i];
  }
}

struct ArgmaxPool {
  WindowAxis height, width;
  ActivationRange<float> range;
};

void pool_pixel(const Node& node, const ArgmaxPool& plan, std::size_t pixel) {
  const RuntimeTensor& input = node.input(0);
  const auto out_width = static_cast<std::size_t>(plan.width.output);
  const auto out_height = static_cast<std::size_t>(plan.height.output);
  const std::size_t channels = extent(input, 3), batch = pixel / (out_width * out_height);
  const auto first_column =
      static_cast<std::int32_t>(pixel % out_width) * plan.width.stride - plan.width.pad_before;
  const auto first_row =
      static_cast<std::int32_t>(pixel / out_width % out_height) * plan.height.stride -
      plan.height.pad_before;
  float* greatest = node.output(0).mutable_values<float>() + pixel * channels;
  float* indices = node.output(1).mutable_values<float>() + pixel * channels;
  std::fill_n(greatest, channels, std::numeric_limits<float>::lowest());
  std::fill_n(indices, channels, 0.0F);
  const std::int32_t last_row = std::min(first_row + plan.height.window, plan.height.input);
  const std::int32_t last_column = std::min(first_column + plan.width.window, plan.width.input);
  for (std::int32_t row = std::max(first_row, 0); row < last_row; ++row) {
    for (std::int32_t column = std::max(first_column, 0); column < last_column; ++column) {
      const std::size_t at =
          (batch * extent(input, 1) + static_cast<std::size_t>(row)) * extent(input, 2) +
          static_cast<std::size_t>(column);
      const float* x = input.values<float>() + at * channels;
      const auto place =
          static_cast<float>((row - first_row) * plan.width.window + (column - first_column));
      for (std::size_t c = 0; c < channels; ++c) {
        if (x[c] > greatest[c]) {
          greatest[c] = x[c];
          indices[c] = place;
        }
      }
    }
  }
  for (std::size_t c = 0; c < channels; ++c) {
    greatest[c] = std::clamp(greatest[c], plan.range.min, plan.range.max);
    // MediaPipe keeps indices clear of the integers so that a truncated half float survives.
    indices[c] += 0.1F;
  }
}

}  // namespace

Evaluate prepare_transpose_conv_bias(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  const RuntimeTensor &input = node.input(0), &weights = node.input(1);  // out, height, width, in
  expect_image(node, input);
  expect_image(node, weights);
  if (weights.shape[3] != input.shape[3]) {
    node.corrupt("its filter has another number of channels");
  }
  const Padding padding = padding_field(node);
  const std::int32_t stride_w = field(node, 1), stride_h = field(node, 2);
  const std::int32_t height =
      transposed_extent(node, input.shape[1], stride_h, weights.shape[1], padding);
  const std::int32_t width =
      transposed_extent(node, input.shape[2], stride_w, weights.shape[2], padding);
  const WindowAxis rows = transposed_window_axis(
      node, {input.shape[1], weights.shape[1], stride_h, 1, padding}, height);
  const WindowAxis columns =
      transposed_window_axis(node, {input.shape[2], weights.shape[2], stride_w, 1, padding}, width);
  node.set_shape(0, {input.shape[0], height, width, weights.shape[0]});
  const std::size_t depth = extent(weights, 3);
  return prepare_convolution(
      node, {.batch = extent(input, 0),
             .axes = {WindowAxis{.output = 1}, rows, columns},
             .transposed = true,
             .input_channels = depth,
             .output_channels = extent(weights, 0),
             .groups = 1,
             .weight_output_stride = extent(weights, 1) * extent(weights, 2) * depth,
             .weight_tap_stride = depth,
             .weight_input_stride = 1,
             .activation = ActivationFunction::NONE,
             .quantized_bias_type = TensorType::FLOAT32,
             .input = 0,
             .weights = 1,
             .bias = 2});
}

Evaluate prepare_max_pool_argmax(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(2);
  const RuntimeTensor& input = node.input(0);
  expect_image(node, input);
  for (const std::size_t i : {0U, 1U}) node.expect_type(node.output(i), {TensorType::FLOAT32});
  const PoolFields fields = pool_fields(node);
  const ArgmaxPool plan{window_axis(node, {.input = input.shape[1],
                                           .window = fields.filter_h,
                                           .stride = fields.stride_h,
                                           .padding = fields.padding}),
                        window_axis(node, {.input = input.shape[2],
                                           .window = fields.filter_w,
                                           .stride = fields.stride_w,
                                           .padding = fields.padding}),
                        float_activation_range(node, fields.activation)};
  if (!checked_multiply(plan.height.window, plan.width.window)) {
    node.corrupt("its window is too large");
  }
  const Shape shape{input.shape[0], plan.height.output, plan.width.output, input.shape[3]};
  node.set_shape(0, shape);
  node.set_shape(1, shape);
  return [plan](const Node& running) {
    const RuntimeTensor& output = running.output(0);
    const std::size_t pixels = extent(output, 0) * extent(output, 1) * extent(output, 2);
    running.threads().parallel_for(pixels, 16, [&](std::size_t begin, std::size_t end) {
      for (std::size_t pixel = begin; pixel < end; ++pixel) pool_pixel(running, plan, pixel);
    });
  };
}

Evaluate prepare_max_unpooling(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor &input = node.input(0), &indices = node.input(1);
  expect_image(node, input);
  expect_image(node, indices);
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  if (indices.shape != input.shape) node.corrupt("its values and indices differ in shape");
  const PoolFields fields = pool_fields(node);
  const auto height = checked_multiply(input.shape[1], fields.filter_h);
  const auto width = checked_multiply(input.shape[2], fields.filter_w);
  if (!height || !width || *height < 0 || *width < 0) node.corrupt("its output is too large");
  // The padding with which the pool would have made this input out of the output.
  const Unpooling plan{
      transposed_window_axis(
          node, {input.shape[1], fields.filter_h, fields.stride_h, 1, fields.padding}, *height),
      transposed_window_axis(
          node, {input.shape[2], fields.filter_w, fields.stride_w, 1, fields.padding}, *width)};
  node.set_shape(0, {input.shape[0], *height, *width, input.shape[3]});
  return [plan](const Node& running) { unpool(running, plan); };
}

}  // namespace litezoo::runtime
