#include <xnnpack.h>

#include <array>

#include "runtime/kernels/conv.h"
#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"
#include "runtime/xnnpack/window.h"

// CONV_2D (filter OHWI, grouped when it has fewer channels than the input) and DEPTHWISE_CONV_2D
// (filter 1HWO).

namespace litezoo::runtime::xnn {
namespace {

struct Convolution {
  Window window;
  ActivationFunction activation = ActivationFunction::NONE;
  std::int32_t multiplier = 0;  // depthwise: as the options say
};

Convolution conv_2d(const Node& node) {
  const auto options = node.options<Conv2DOptions>();
  const Shape& filter = node.input(1).shape;
  return {{options.padding, filter.at(1), filter.at(2), options.stride_h, options.stride_w,
           options.dilation_h_factor, options.dilation_w_factor},
          options.fused_activation_function,
          0};
}

Convolution depthwise(const Node& node) {
  const auto options = node.options<DepthwiseConv2DOptions>();
  const Shape& filter = node.input(1).shape;
  return {{options.padding, filter.at(1), filter.at(2), options.stride_h, options.stride_w,
           options.dilation_h_factor, options.dilation_w_factor},
          options.fused_activation_function,
          options.depth_multiplier};
}

bool has_four_dimensions(const Node& node) {
  return node.input_count() >= 2 && node.input_count() <= 3 && node.output_count() == 1 &&
         node.input(0).rank() == 4 && node.input(1).rank() == 4;
}

const RuntimeTensor* bias_of(const Node& node) {
  return node.has_input(2) ? &node.input(2) : nullptr;
}

float least_scale(const Node& node) {
  return least_filter_scale(node.input(0), node.output(0));
}

std::uint32_t bias_value(const Node& node, Definition& definition) {
  const RuntimeTensor* bias = bias_of(node);
  return bias ? definition.bias(*bias, node.input(0), node.input(1)) : XNN_INVALID_VALUE_ID;
}

WeightCheck weights_of(const Node& node, std::size_t channel_dimension, bool hybrid) {
  return {&node.input(0),
          &node.input(1),
          bias_of(node),
          &node.output(0),
          channel_dimension,
          static_cast<std::size_t>(node.input(1).shape[channel_dimension]),
          true,
          hybrid};
}

Reason check(const Node& node, const Convolution& convolution, std::size_t channel_dimension,
             bool hybrid) {
  const Shape& filter = node.input(1).shape;
  if (node.output(0).rank() != 4) return "its output has no 4 dimensions";
  const std::int32_t channels = filter[channel_dimension];
  if (node.output(0).shape[3] != channels) return "its output has other channels than its weights";
  if (!clamp_of(convolution.activation)) return "its activation is not a clamp";
  if (const char* reason =
          check_window(convolution.window, node.input(0).shape, node.output(0).shape)) {
    return reason;
  }
  return check_weights(weights_of(node, channel_dimension, hybrid));
}

}  // namespace

std::optional<Shape> infer_conv_2d(const Node& node) {
  if (!has_four_dimensions(node)) return std::nullopt;
  const Shape& input = node.input(0).shape;
  const auto extent = output_extent(input, conv_2d(node).window);
  if (!extent) return std::nullopt;
  return Shape{input[0], extent->height, extent->width, node.input(1).shape[0]};
}

namespace {

bool filters_leave_columns_idle(const Node& node) {
  const Shape& filter = node.input(1).shape;
  if (node.input(1).type != TensorType::FLOAT32 || filter[3] != node.input(0).shape[3] ||
      node.output(0).rank() != 4) {
    return false;
  }
  const Shape& out = node.output(0).shape;
  return xnn::wastes_columns({.rows = std::int64_t{out[0]} * out[1] * out[2],
                              .depth = std::int64_t{filter[1]} * filter[2] * filter[3],
                              .columns = filter[0]});
}

}  // namespace

Reason supports_conv_2d(const Node& node) {
  if (!has_four_dimensions(node)) return "it has not the usual inputs";
  if (adds_bytes_slowly(node.input(0).type) && conv_2d_has_byte_products(node)) {
    return "our kernel adds up four products of bytes at once";
  }
  if (filters_leave_columns_idle(node)) return "our kernel wastes less on few channels";
  const Shape& filter = node.input(1).shape;
  const std::int32_t channels = node.input(0).shape[3];
  if (filter[3] < 1 || channels % filter[3] != 0) return "its groups do not divide its channels";
  const std::int32_t groups = channels / filter[3];
  if (groups < 1 || filter[0] % groups != 0) return "its groups do not divide its channels";
  return check(node, conv_2d(node), 0, groups == 1);
}

namespace {

// LiteRT makes a hybrid 1x1 convolution without stride a fully connected layer on pixels, with a
// scale for each.
bool is_pointwise(const Window& window) noexcept {
  return window.height * window.width == 1 && window.stride_h == 1 && window.stride_w == 1;
}

void define_hybrid_pixels(const Node& node, Definition& definition, Range range) {
  const std::vector<std::size_t> filter = dimensions(node.input(1).shape);
  const std::array<std::size_t, 2> matrix = {filter[0], filter[3]};
  const std::uint32_t input = definition.dynamic(node.input(0), 1);
  xnn::check(
      xnn_define_fully_connected(definition.subgraph(), range.min, range.max, input,
                                 definition.dynamic_filter(node.input(1), 0, matrix),
                                 bias_value(node, definition), definition.value(node.output(0)), 0),
      "define a convolution of pixels");
}

}  // namespace

void define_conv_2d(const Node& node, Definition& definition) {
  const auto [window, activation, unused] = conv_2d(node);
  const Shape& filter = node.input(1).shape;
  const std::int32_t groups = node.input(0).shape[3] / filter[3];
  const Range range = *clamp_of(activation);
  const bool hybrid = is_hybrid(weights_of(node, 0, true));
  if (hybrid && is_pointwise(window)) {
    define_hybrid_pixels(node, definition, range);
    return;
  }
  // A scale for each image: three dimensions of it.
  const std::uint32_t input_id =
      hybrid ? definition.dynamic(node.input(0), 3) : definition.value(node.input(0));
  const std::uint32_t filter_id = hybrid ? definition.dynamic_filter(node.input(1), 0)
                                         : definition.filter(node.input(1), 0, least_scale(node));
  const std::uint32_t bias_id = bias_value(node, definition);
  const Margins around = margins_of(window, node.input(0).shape);
  xnn::check(
      xnn_define_convolution_2d(definition.subgraph(), around.top, around.right, around.bottom,
                                around.left, unsigned_of(window.height), unsigned_of(window.width),
                                unsigned_of(window.stride_h), unsigned_of(window.stride_w),
                                unsigned_of(window.dilation_h), unsigned_of(window.dilation_w),
                                unsigned_of(groups), static_cast<std::size_t>(filter[3]),
                                static_cast<std::size_t>(filter[0] / groups), range.min, range.max,
                                input_id, filter_id, bias_id, definition.value(node.output(0)), 0),
      "define a convolution");
}

std::optional<Shape> infer_depthwise_conv_2d(const Node& node) {
  if (!has_four_dimensions(node)) return std::nullopt;
  const Shape& input = node.input(0).shape;
  const auto extent = output_extent(input, depthwise(node).window);
  if (!extent) return std::nullopt;
  return Shape{input[0], extent->height, extent->width, node.input(1).shape[3]};
}

namespace {

// XNNPACK's kernels read the weights again at each pixel and leave vectors half empty with few
// channels. Ours keeps a weight for eight pixels and makes neighbouring pixels one vector, but it
// copies each line once, which small images and windows that skip pixels do not pay for.
bool reads_weights_too_often(const Node& node, const Convolution& convolution) {
  constexpr std::int64_t kManyTaps = 9;
  constexpr std::int32_t kVector = 16, kManyChannels = 64, kLeastWidth = 8;
  if (node.input(0).type != TensorType::FLOAT32 || node.input(1).type != TensorType::FLOAT32 ||
      node.output(0).rank() != 4) {
    return false;
  }
  const Window& window = convolution.window;
  const std::int32_t channels = node.input(1).shape[3];
  if (std::int64_t{window.height} * window.width > kManyTaps) return true;
  const bool few = channels <= kManyChannels || channels % kVector != 0;
  return few && window.stride_w == 1 && window.height * window.width > 1 &&
         node.output(0).shape[2] >= kLeastWidth;
}

}  // namespace

Reason supports_depthwise_conv_2d(const Node& node) {
  if (!has_four_dimensions(node)) return "it has not the usual inputs";
  const Shape& filter = node.input(1).shape;
  const std::int32_t channels = node.input(0).shape[3];
  if (filter[0] != 1 || channels < 1 || filter[3] % channels != 0 || filter[3] < channels) {
    return "its weights do not fit its channels";
  }
  if (adds_bytes_slowly(node.input(0).type) && depthwise_conv_2d_has_byte_products(node)) {
    return "our kernel adds up four products of bytes at once";
  }
  if (reads_weights_too_often(node, depthwise(node))) return "our kernel reads weights less often";
  return check(node, depthwise(node), 3, false);
}

void define_depthwise_conv_2d(const Node& node, Definition& definition) {
  const auto [window, activation, unused] = depthwise(node);
  const std::int32_t channels = node.input(0).shape[3];
  const Range range = *clamp_of(activation);
  const std::uint32_t filter_id = definition.filter(node.input(1), 3, least_scale(node));
  const std::uint32_t bias_id = bias_value(node, definition);
  const Margins around = margins_of(window, node.input(0).shape);
  xnn::check(
      xnn_define_depthwise_convolution_2d(
          definition.subgraph(), around.top, around.right, around.bottom, around.left,
          unsigned_of(window.height), unsigned_of(window.width), unsigned_of(window.stride_h),
          unsigned_of(window.stride_w), unsigned_of(window.dilation_h),
          unsigned_of(window.dilation_w), unsigned_of(node.input(1).shape[3] / channels),
          static_cast<std::size_t>(channels), range.min, range.max, definition.value(node.input(0)),
          filter_id, bias_id, definition.value(node.output(0)), 0),
      "define a depthwise convolution");
}

}  // namespace litezoo::runtime::xnn
