#include "runtime/kernels/byte_convolution.h"

#include <algorithm>
#include <memory>

#include "runtime/kernels/byte_layer.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kManyChannels = 16;  // worth a segment of their own

std::size_t size_of(std::int32_t extent) noexcept {
  return static_cast<std::size_t>(extent);
}

// A segment is a pixel that a window sees, or, when pixels are small, one of the window's rows.
bool takes_pixels(const ConvolutionPlan& plan) noexcept {
  return plan.axes[2].window == 1 || plan.axes[2].dilation > 1 ||
         plan.input_channels >= kManyChannels;
}

ByteLayerPlan layer_plan(const ConvolutionPlan& plan) noexcept {
  const auto& [deep, high, wide] = plan.axes;
  const std::size_t row = size_of(wide.window) * plan.input_channels;
  if (takes_pixels(plan)) {
    return {.columns = plan.output_channels,
            .segments = size_of(high.window) * size_of(wide.window),
            .depth = plan.input_channels,
            .column_stride = plan.weight_output_stride,
            .segment_stride = plan.weight_tap_stride,
            .depth_stride = plan.weight_input_stride,
            .copied = 0};
  }
  return {.columns = plan.output_channels,
          .segments = size_of(high.window),
          .depth = row,
          .column_stride = plan.weight_output_stride,
          .segment_stride = row * plan.weight_input_stride,
          .depth_stride = plan.weight_input_stride,
          .copied = size_of(high.window) * row};
}

LinearTensors tensors_of(const Node& node, const ConvolutionPlan& plan) {
  return {.input = &node.input(plan.input),
          .weights = &node.input(plan.weights),
          .bias = plan.bias ? &node.input(*plan.bias) : nullptr,
          .output = &node.output(0),
          .channels = plan.output_channels,
          .activation = plan.activation,
          .quantized_bias_type = plan.quantized_bias_type};
}

class ByteConvolution {
 public:
  ByteConvolution(const Node& node, const ConvolutionPlan& plan, const LinearOutput& output)
      : plan_(plan),
        layer_plan_(layer_plan(plan)),
        takes_pixels_(takes_pixels(plan)),
        padding_(static_cast<std::byte>(node.input(plan.input).zero_point())),
        outside_(layer_plan_.depth + kReadOn, padding_),
        layer_(node, tensors_of(node, plan), layer_plan_, output) {}

  void run(const Node& node) {
    const std::byte* x = node.input(plan_.input).data;
    std::byte* y = node.output(0).data;
    const std::size_t pixels =
        plan_.batch * size_of(plan_.axes[1].output) * size_of(plan_.axes[2].output);
    if (is_pixelwise(plan_)) {
      layer_.run(node.threads(), pixels, y,
                 [&](std::size_t first, std::size_t count, ByteRows& to) {
                   for (std::size_t i = 0; i < count; ++i) {
                     to.segments[i] = x + (first + i) * plan_.input_channels;
                   }
                 });
    } else {
      layer_.run(
          node.threads(), pixels, y,
          [&](std::size_t first, std::size_t count, ByteRows& to) { find(x, first, count, to); });
    }
  }

 private:
  // Where the windows of some output pixels meet the image.
  void find(const std::byte* x, std::size_t first, std::size_t count, ByteRows& to) const {
    const auto& [deep, high, wide] = plan_.axes;
    const std::size_t width = size_of(wide.output), height = size_of(high.output);
    const std::size_t line = size_of(wide.input) * plan_.input_channels;
    std::size_t column = first % width, row = first / width % height;
    std::size_t image = first / width / height;
    const std::byte** segment = to.segments.data();
    std::byte* copied = to.copied.data();
    for (std::size_t i = 0; i < count; ++i) {
      const auto top = static_cast<std::int64_t>(row) * high.stride - high.pad_before;
      const auto left = static_cast<std::int64_t>(column) * wide.stride - wide.pad_before;
      for (std::int32_t h = 0; h < high.window; ++h) {
        const std::int64_t at = top + std::int64_t{h} * high.dilation;
        const std::byte* from = nullptr;
        if (at >= 0 && at < high.input) {
          from = x + (image * size_of(high.input) + static_cast<std::size_t>(at)) * line;
        }
        if (takes_pixels_) {
          segment = find_pixels(from, left, segment);
        } else {
          *segment++ = find_row(from, left, copied);
          copied += layer_plan_.depth;
        }
      }
      if (++column < width) continue;
      column = 0;
      if (++row < height) continue;
      row = 0;
      ++image;
    }
  }

  const std::byte** find_pixels(const std::byte* line, std::int64_t left,
                                const std::byte** segment) const {
    const WindowAxis& wide = plan_.axes[2];
    for (std::int32_t w = 0; w < wide.window; ++w) {
      const std::int64_t at = left + std::int64_t{w} * wide.dilation;
      const bool inside = line != nullptr && at >= 0 && at < wide.input;
      *segment++ =
          inside ? line + static_cast<std::size_t>(at) * plan_.input_channels : outside_.data();
    }
    return segment;
  }

  // At the ends of a line what the window sees is put together.
  const std::byte* find_row(const std::byte* line, std::int64_t left, std::byte* copied) const {
    const WindowAxis& wide = plan_.axes[2];
    const std::int64_t right = left + wide.window;
    if (line == nullptr || right <= 0 || left >= wide.input) return outside_.data();
    if (left >= 0 && right <= wide.input) {
      return line + static_cast<std::size_t>(left) * plan_.input_channels;
    }
    const std::int64_t begin = std::max<std::int64_t>(left, 0);
    const std::int64_t end = std::min<std::int64_t>(right, wide.input);
    std::fill_n(copied, layer_plan_.depth, padding_);
    std::copy_n(line + static_cast<std::size_t>(begin) * plan_.input_channels,
                static_cast<std::size_t>(end - begin) * plan_.input_channels,
                copied + static_cast<std::size_t>(begin - left) * plan_.input_channels);
    return copied;
  }

  ConvolutionPlan plan_;
  ByteLayerPlan layer_plan_;
  bool takes_pixels_;
  std::byte padding_;
  std::vector<std::byte> outside_;  // what a window sees beyond the image
  ByteLayer layer_;
};

}  // namespace

bool suits_byte_convolution(const Node& node, const ConvolutionPlan& plan) {
  const auto& [deep, high, wide] = plan.axes;
  return !plan.transposed && plan.groups == 1 && deep.window == 1 && deep.output == 1 &&
         deep.input == 1 &&
         plan.weight_tap_stride == plan.input_channels * plan.weight_input_stride &&
         plan.input_channels > 0 && suits_byte_layer(tensors_of(node, plan), layer_plan(plan));
}

std::size_t byte_convolution_bytes(const ConvolutionPlan& plan, std::size_t threads) noexcept {
  return byte_layer_bytes(layer_plan(plan), threads);
}

Evaluate prepare_byte_convolution(const Node& node, const ConvolutionPlan& plan,
                                  const LinearOutput& output) {
  auto convolution = std::make_shared<ByteConvolution>(node, plan, output);
  return [convolution](const Node& running) { convolution->run(running); };
}

}  // namespace litezoo::runtime
