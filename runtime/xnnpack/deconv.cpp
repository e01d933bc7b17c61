#include <xnnpack.h>

#include <algorithm>
#include <cstring>

#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"
#include "runtime/xnnpack/window.h"

// TRANSPOSE_CONV (output shape, filter OHWI, input, bias) and MediaPipe's custom
// Convolution2DTransposeBias (input, filter OHWI, bias), whose output shape follows from the
// others.

namespace litezoo::runtime::xnn {
namespace {

struct Deconvolution {
  const RuntimeTensor *input, *filter, *bias;
  Padding padding;
  std::int32_t stride_h, stride_w;
  ActivationFunction activation;
};

// How much of the full result is cut off at both ends, or added at the last, to get `output`.
struct Fit {
  std::uint32_t before, after, adjustment;
};
std::optional<Fit> fit(std::int64_t input, std::int64_t kernel, std::int64_t stride,
                       std::int64_t output, Padding padding) noexcept {
  const std::int64_t full = (input - 1) * stride + kernel;
  const std::int64_t same_input = (output + stride - 1) / stride;
  const std::int64_t cut = padding == Padding::SAME ? std::max<std::int64_t>(full - output, 0) : 0;
  const std::int64_t missing = output - (full - cut);
  if (output < 1 || missing < 0 || missing >= stride) return std::nullopt;
  if (padding == Padding::SAME && same_input != input) return std::nullopt;
  return Fit{static_cast<std::uint32_t>(cut / 2), static_cast<std::uint32_t>(cut - cut / 2),
             static_cast<std::uint32_t>(missing)};
}

Deconvolution transpose_conv(const Node& node) {
  const auto options = node.options<TransposeConvOptions>();
  return {&node.input(2),
          &node.input(1),
          node.has_input(3) ? &node.input(3) : nullptr,
          options.padding,
          options.stride_h,
          options.stride_w,
          options.fused_activation_function};
}

// The custom options are a C struct: padding (1 same, 2 valid), stride_width, stride_height.
std::optional<Deconvolution> transpose_conv_bias(const Node& node) {
  std::int32_t numbers[3] = {};
  const auto bytes = node.op().custom_options;
  if (bytes.size() < sizeof(numbers)) return std::nullopt;
  std::memcpy(numbers, bytes.data(), sizeof(numbers));
  if (numbers[0] != 1 && numbers[0] != 2) return std::nullopt;
  return Deconvolution{&node.input(0),
                       &node.input(1),
                       node.has_input(2) ? &node.input(2) : nullptr,
                       numbers[0] == 1 ? Padding::SAME : Padding::VALID,
                       numbers[2],
                       numbers[1],
                       ActivationFunction::NONE};
}

Reason check(const Deconvolution& op, const RuntimeTensor& output) {
  if (op.input->rank() != 4 || op.filter->rank() != 4 || output.rank() != 4) {
    return "it has not 4 dimensions";
  }
  const Shape& filter = op.filter->shape;
  if (output.shape[0] != op.input->shape[0] || output.shape[3] != filter[0] ||
      op.input->shape[3] != filter[3]) {
    return "its shapes do not fit together";
  }
  // The same bounds as a convolution from output to input.
  const Window window{Padding::SAME, filter[1], filter[2], 1, 1, 1, 1};
  if (const char* reason = check_window(window, output.shape, output.shape)) return reason;
  if (op.stride_h < 1 || op.stride_w < 1 || op.stride_h > (1 << 14) || op.stride_w > (1 << 14)) {
    return "its stride is out of range";
  }
  if (!fit(op.input->shape[1], filter[1], op.stride_h, output.shape[1], op.padding) ||
      !fit(op.input->shape[2], filter[2], op.stride_w, output.shape[2], op.padding)) {
    return "its output shape does not follow from its stride";
  }
  if (!clamp_of(op.activation)) return "its activation is not a clamp";
  return check_weights({op.input, op.filter, op.bias, &output, 0,
                        static_cast<std::size_t>(filter[0]), kHasDynamicQuantization});
}

void define(const Deconvolution& op, const RuntimeTensor& output, Definition& definition) {
  const Shape& filter = op.filter->shape;
  const Fit rows = *fit(op.input->shape[1], filter[1], op.stride_h, output.shape[1], op.padding);
  const Fit columns = *fit(op.input->shape[2], filter[2], op.stride_w, output.shape[2], op.padding);
  const Range range = *clamp_of(op.activation);
  const std::uint32_t filter_id =
      definition.filter(*op.filter, 0, least_filter_scale(*op.input, output));
  const std::uint32_t bias_id =
      op.bias ? definition.bias(*op.bias, *op.input, *op.filter) : XNN_INVALID_VALUE_ID;
  xnn::check(
      xnn_define_deconvolution_2d(
          definition.subgraph(), rows.before, columns.after, rows.after, columns.before,
          rows.adjustment, columns.adjustment, unsigned_of(filter[1]), unsigned_of(filter[2]),
          unsigned_of(op.stride_h), unsigned_of(op.stride_w), 1, 1, 1,
          static_cast<std::size_t>(filter[3]), static_cast<std::size_t>(filter[0]), range.min,
          range.max, definition.value(*op.input), filter_id, bias_id, definition.value(output), 0),
      "define a transposed convolution");
}

}  // namespace

std::optional<Shape> infer_transpose_conv(const Node& node) {
  if (node.input_count() < 3) return std::nullopt;
  const auto shape = constant_integers(node.input(0));
  if (!shape || shape->size() != 4) return std::nullopt;
  Shape result;
  for (const std::int64_t size : *shape) {
    if (size < 1 || size > (1 << 30)) return std::nullopt;
    result.push_back(static_cast<std::int32_t>(size));
  }
  return result;
}

Reason supports_transpose_conv(const Node& node) {
  return check(transpose_conv(node), node.output(0));
}

void define_transpose_conv(const Node& node, Definition& definition) {
  define(transpose_conv(node), node.output(0), definition);
}

std::optional<Shape> infer_transpose_conv_bias(const Node& node) {
  const auto op = transpose_conv_bias(node);
  if (!op || op->input->rank() != 4 || op->filter->rank() != 4) return std::nullopt;
  Shape result = {op->input->shape[0], 0, 0, op->filter->shape[0]};
  const std::int64_t strides[2] = {op->stride_h, op->stride_w};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::int64_t input = op->input->shape[i + 1];
    const std::int64_t size = op->padding == Padding::SAME
                                  ? input * strides[i]
                                  : (input - 1) * strides[i] + op->filter->shape[i + 1];
    if (size < 1 || size > (1 << 30)) return std::nullopt;
    result[i + 1] = static_cast<std::int32_t>(size);
  }
  return result;
}

Reason supports_transpose_conv_bias(const Node& node) {
  const auto op = transpose_conv_bias(node);
  return op ? check(*op, node.output(0)) : "its options are missing";
}

void define_transpose_conv_bias(const Node& node, Definition& definition) {
  define(*transpose_conv_bias(node), node.output(0), definition);
}

}  // namespace litezoo::runtime::xnn
