#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "base/checked.h"
#include "base/error.h"
#include "runtime/kernels/byte_convolution.h"
#include "runtime/kernels/conv.h"
#include "runtime/kernels/depthwise_lines.h"
#include "runtime/kernels/dynamic_quantization.h"
#include "runtime/kernels/gemm.h"
#include "runtime/kernels/linear_output.h"
#include "runtime/kernels/per_thread.h"
#include "runtime/kernels/weights.h"
#include "runtime/kernels/window.h"

namespace litezoo::runtime {
namespace {

// 16-bit products over this many taps stay below 2^31.
constexpr std::size_t kNarrowTaps = 256;

// That lie inside an image at once.
std::size_t most_taps(const DepthwisePlan& plan) noexcept {
  return static_cast<std::size_t>(std::min(plan.height.window, plan.height.input)) *
         static_cast<std::size_t>(std::min(plan.width.window, plan.width.input));
}

// X: elements of the input; Sum: accumulators.
template <typename X, typename Sum>
class DepthwiseConvolution {
 public:
  using W = std::conditional_t<std::is_same_v<X, float>, float, std::int16_t>;

  DepthwiseConvolution(const Node& node, const DepthwisePlan& plan, LinearOutput output)
      : plan_(plan),
        output_(std::move(output)),
        multiplier_(plan.output_channels / plan.input_channels),
        scratch_(node.threads().size(), [&] { return make_scratch(plan); }) {
    if (output_.kind() != LinearKind::hybrid) zero_point_ = node.input(0).zero_point();
    if (node.input(1).constant) read_weights(node);
  }

  void run(const Node& node) {
    if (!node.input(1).constant) read_weights(node);
    const RuntimeTensor& input = node.input(0);
    const X* x = input.values<X>();
    if (output_.kind() == LinearKind::hybrid) {
      if constexpr (std::is_same_v<X, std::int16_t>) x = quantize(node.threads(), input);
    }
    const Work work{x, node.has_input(2) ? node.input(2).data : nullptr, node.output(0).data};
    const auto pixels = plan_.batch * static_cast<std::size_t>(plan_.height.output) *
                        static_cast<std::size_t>(plan_.width.output);
    scratch_.hand_in();
    node.threads().parallel_for(pixels, 16, [&](std::size_t begin, std::size_t end) {
      Scratch& scratch = scratch_.take();
      for (std::size_t pixel = begin; pixel < end; ++pixel) run_pixel(work, pixel, scratch);
    });
  }

 private:
  struct Work {
    const X* x;
    const std::byte* bias;
    std::byte* y;
  };
  struct Scratch {
    std::vector<Tap<X, W>> taps;
    std::vector<Sum> sums;
    std::vector<std::int32_t> narrow;  // for Sum = int64
    std::vector<X> expanded;           // the input repeated for a depth multiplier
  };

  // With room for all that it will hold.
  static Scratch make_scratch(const DepthwisePlan& plan) {
    const std::size_t taps = most_taps(plan), channels = plan.output_channels;
    Scratch scratch;
    scratch.taps.reserve(taps);
    scratch.sums.resize(channels);
    if constexpr (std::is_same_v<Sum, std::int64_t>) scratch.narrow.reserve(channels);
    if (channels > plan.input_channels) scratch.expanded.reserve(taps * channels);
    return scratch;
  }

  void read_weights(const Node& node) {
    const RuntimeTensor& weights = node.input(1);
    if constexpr (std::is_same_v<W, float>) {
      const auto* from = weights.values<float>();
      weights_.assign(from, from + weights.size());
    } else if (weights.type == TensorType::UINT8 && output_.kind() == LinearKind::uint8) {
      weights_ = unpack_int16(node, weights);
    } else if (weights.type == TensorType::UINT8) {
      const auto* from = weights.values<std::int8_t>();
      weights_.assign(from, from + weights.size());
    } else {
      const std::vector<std::int8_t> narrow = unpack_int8(node, weights);
      weights_.assign(narrow.begin(), narrow.end());
    }
  }

  const std::int16_t* quantize(const ThreadPool& threads, const RuntimeTensor& input) {
    quantized_.resize(input.size());
    image_scales_.resize(plan_.batch);
    const std::size_t image = plan_.batch == 0 ? 0 : input.size() / plan_.batch;
    threads.parallel_for(plan_.batch, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t b = begin; b < end; ++b) {
        image_scales_[b] = quantize_asymmetric_builtin({input.values<float>() + b * image, image},
                                                       quantized_.data() + b * image)
                               .scale;
      }
    });
    return quantized_.data();
  }

  void run_pixel(const Work& work, std::size_t pixel, Scratch& scratch) const {
    const auto out_width = static_cast<std::size_t>(plan_.width.output);
    const auto out_height = static_cast<std::size_t>(plan_.height.output);
    const std::size_t batch = pixel / (out_width * out_height);
    collect_taps(work.x, batch, static_cast<std::int32_t>(pixel / out_width % out_height),
                 static_cast<std::int32_t>(pixel % out_width), scratch);
    const std::size_t channels = plan_.output_channels;
    output_.begin(work.bias, 0, channels, scratch.sums.data());
    add_taps(scratch);
    constexpr std::size_t kBytes = std::is_same_v<Sum, std::int64_t> ? 2 : 4;
    const bool narrow = output_.kind() == LinearKind::int8 || output_.kind() == LinearKind::uint8;
    output_.finish({.bias = work.bias,
                    .first = 0,
                    .count = channels,
                    .input_scale = image_scales_.empty() ? 1.0F : image_scales_[batch],
                    .output = work.y + pixel * channels * (narrow ? 1 : kBytes)},
                   scratch.sums.data());
  }

  // The taps that lie inside the image.
  void collect_taps(const X* x, std::size_t batch, std::int32_t out_row, std::int32_t out_column,
                    Scratch& scratch) const {
    scratch.taps.clear();
    const WindowAxis &height = plan_.height, &width = plan_.width;
    const std::int32_t first_row = out_row * height.stride - height.pad_before;
    const std::int32_t first_column = out_column * width.stride - width.pad_before;
    for (std::int32_t i = 0; i < height.window; ++i) {
      const std::int32_t row = first_row + i * height.dilation;
      if (row < 0 || row >= height.input) continue;
      const std::size_t line =
          batch * static_cast<std::size_t>(height.input) + static_cast<std::size_t>(row);
      for (std::int32_t j = 0; j < width.window; ++j) {
        const std::int32_t column = first_column + j * width.dilation;
        if (column < 0 || column >= width.input) continue;
        const std::size_t at =
            line * static_cast<std::size_t>(width.input) + static_cast<std::size_t>(column);
        const auto tap = static_cast<std::size_t>(i) * static_cast<std::size_t>(width.window) +
                         static_cast<std::size_t>(j);
        scratch.taps.push_back(
            {x + at * plan_.input_channels, weights_.data() + tap * plan_.output_channels});
      }
    }
    if (multiplier_ > 1) expand(scratch);
  }

  void expand(Scratch& scratch) const {
    scratch.expanded.resize(scratch.taps.size() * plan_.output_channels);
    X* to = scratch.expanded.data();
    for (auto& tap : scratch.taps) {
      const X* from = tap.x;
      tap.x = to;
      for (std::size_t c = 0; c < plan_.input_channels; ++c) {
        to = std::fill_n(to, multiplier_, from[c]);
      }
    }
  }

  void add_taps(Scratch& scratch) const {
    const std::span<const Tap<X, W>> taps = scratch.taps;
    const std::size_t channels = plan_.output_channels;
    if constexpr (std::is_same_v<X, float>) {
      multiply_add_taps(taps, channels, scratch.sums.data());
    } else if constexpr (std::is_same_v<Sum, std::int32_t>) {
      multiply_add_taps(taps, channels, zero_point_, scratch.sums.data());
    } else {
      for (std::size_t t = 0; t < taps.size(); t += kNarrowTaps) {
        scratch.narrow.assign(channels, 0);
        multiply_add_taps(taps.subspan(t, std::min(kNarrowTaps, taps.size() - t)), channels,
                          zero_point_, scratch.narrow.data());
        for (std::size_t c = 0; c < channels; ++c) scratch.sums[c] += scratch.narrow[c];
      }
    }
  }

  DepthwisePlan plan_;
  LinearOutput output_;
  std::size_t multiplier_;
  std::int32_t zero_point_ = 0;
  std::vector<W> weights_;
  std::vector<std::int16_t> quantized_;  // hybrid
  std::vector<float> image_scales_;
  PerThread<Scratch> scratch_;
};

template <typename X, typename Sum>
Evaluate make(const Node& node, const DepthwisePlan& plan, LinearOutput output) {
  auto convolution = std::make_shared<DepthwiseConvolution<X, Sum>>(node, plan, std::move(output));
  return [convolution](const Node& running) { convolution->run(running); };
}

DepthwisePlan plan_of(const Node& node) {
  node.expect_inputs(2, 3);
  const auto& options = node.options<DepthwiseConv2DOptions>();
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& weights = node.input(1);
  if (input.rank() != 4 || weights.rank() != 4 || weights.shape[0] != 1) {
    node.corrupt("its input and filter are not of 4 dimensions, the filter's first being 1");
  }
  const std::int32_t channels = input.shape[3], filters = weights.shape[3];
  if (channels <= 0 || filters <= 0 || filters % channels != 0) {
    node.corrupt(fmt::format("its filter has {} channels for {} of the input", filters, channels));
  }
  return {.batch = static_cast<std::size_t>(input.shape[0]),
          .input_channels = static_cast<std::size_t>(channels),
          .output_channels = static_cast<std::size_t>(filters),
          .height = window_axis(node, {.input = input.shape[1],
                                       .window = weights.shape[1],
                                       .stride = options.stride_h,
                                       .dilation = options.dilation_h_factor,
                                       .padding = options.padding}),
          .width = window_axis(node, {.input = input.shape[2],
                                      .window = weights.shape[2],
                                      .stride = options.stride_w,
                                      .dilation = options.dilation_w_factor,
                                      .padding = options.padding})};
}

// Of one channel it is a convolution like others.
std::optional<ConvolutionPlan> dense_plan(const Node& node, const DepthwisePlan& plan) {
  if (plan.input_channels != 1) return std::nullopt;
  return ConvolutionPlan{
      .batch = plan.batch,
      .axes = {WindowAxis{.output = 1}, plan.height, plan.width},
      .transposed = false,
      .input_channels = 1,
      .output_channels = plan.output_channels,
      .groups = 1,
      .weight_output_stride = 1,
      .weight_tap_stride = plan.output_channels,
      .weight_input_stride = plan.output_channels,
      .activation = node.options<DepthwiseConv2DOptions>().fused_activation_function,
      .quantized_bias_type = TensorType::FLOAT32,
      .input = 0,
      .weights = 1,
      .bias = node.has_input(2) ? std::optional<std::size_t>(2) : std::nullopt};
}

std::optional<ConvolutionPlan> byte_plan(const Node& node, const DepthwisePlan& plan) {
  std::optional<ConvolutionPlan> dense = dense_plan(node, plan);
  return dense && suits_byte_convolution(node, *dense) ? dense : std::nullopt;
}

}  // namespace

bool depthwise_conv_2d_has_byte_products(const Node& node) {
  try {
    return byte_plan(node, plan_of(node)).has_value();
  } catch (const Error&) {
    return false;
  }
}

Evaluate prepare_depthwise_conv_2d(Node& node) {
  node.expect_outputs(1);
  const auto& options = node.options<DepthwiseConv2DOptions>();
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& weights = node.input(1);
  const DepthwisePlan plan = plan_of(node);
  node.set_shape(0, {input.shape[0], plan.height.output, plan.width.output, weights.shape[3]});
  if (node.output(0).size() == 0) return [](const Node&) {};
  LinearOutput output(node, {.input = &input,
                             .weights = &weights,
                             .bias = node.has_input(2) ? &node.input(2) : nullptr,
                             .output = &node.output(0),
                             .channels = plan.output_channels,
                             .activation = options.fused_activation_function,
                             .quantized_bias_type = TensorType::FLOAT32});
  if (const auto dense = byte_plan(node, plan)) {
    return prepare_byte_convolution(node, *dense, output);
  }
  switch (output.kind()) {
    case LinearKind::float32:
      if (suits_depthwise_lines(plan)) return prepare_depthwise_lines(node, plan, output);
      return make<float, float>(node, plan, std::move(output));
    case LinearKind::int8:
      return make<std::int8_t, std::int32_t>(node, plan, std::move(output));
    case LinearKind::uint8:
      return make<std::uint8_t, std::int32_t>(node, plan, std::move(output));
    case LinearKind::int16:
      return make<std::int16_t, std::int64_t>(node, plan, std::move(output));
    case LinearKind::hybrid:
      return make<std::int16_t, std::int32_t>(node, plan, std::move(output));
  }
  node.unsupported("its types are not supported");
}

std::size_t depthwise_conv_2d_bytes(const Node& node) {
  const DepthwisePlan plan = plan_of(node);
  if (const auto dense = byte_plan(node, plan)) {
    return byte_convolution_bytes(*dense, node.threads().size());
  }
  const RuntimeTensor& weights = node.input(1);
  const bool is_float =
      node.input(0).type == TensorType::FLOAT32 && weights.type == TensorType::FLOAT32;
  if (is_float && node.input(0).size() > 0 && suits_depthwise_lines(plan)) {
    return depthwise_lines_bytes(plan, node.threads().size());
  }
  // Beside the weights each thread has taps of 16 bytes, and what they meet where it is repeated.
  const auto values = checked_multiply(weights.size(), sizeof(float) * (node.threads().size() + 1));
  const auto taps = checked_multiply(most_taps(plan), std::size_t{16} * node.threads().size());
  const auto all = values && taps ? checked_add(*values, *taps) : std::nullopt;
  return all.value_or(std::numeric_limits<std::size_t>::max());
}

}  // namespace litezoo::runtime
