#include "runtime/kernels/line_convolution.h"

#include <algorithm>
#include <memory>

#include "base/checked.h"
#include "runtime/kernels/line_products.h"
#include "runtime/kernels/padded_lines.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kMostWeights = std::size_t{1} << 16U;
constexpr std::size_t kLeastLines = 2, kLeastPixels = 64;  // of one task

std::size_t size_of(std::int32_t extent) noexcept {
  return static_cast<std::size_t>(extent);
}

PaddedLines::Size lines_of(const ConvolutionPlan& plan) noexcept {
  const auto& [deep, high, wide] = plan.axes;
  return lines_for(high, wide, size_of(wide.output), plan.input_channels);
}

// A row for each of the window, or with gaps between its taps for each tap.
std::size_t rows_of(const ConvolutionPlan& plan) noexcept {
  const auto& [deep, high, wide] = plan.axes;
  return size_of(high.window) * (wide.dilation > 1 ? size_of(wide.window) : 1);
}

class LineConvolution {
 public:
  LineConvolution(const Node& node, const ConvolutionPlan& plan, const LinearOutput& output)
      : plan_(plan),
        range_(output.float_range()),
        dilated_(plan.axes[2].dilation > 1),
        depth_(plan.input_channels * (dilated_ ? 1 : size_of(plan.axes[2].window))),
        lines_(is_pixelwise(plan) ? 0 : node.threads().size(), lines_of(plan), rows_of(plan)) {
    if (node.input(plan.weights).constant) pack_weights(node);
  }

  void run(const Node& node) {
    if (!node.input(plan_.weights).constant) pack_weights(node);
    bias_.assign(packed_.panel_count() * kPanelColumns, 0.0F);
    if (plan_.bias) {
      std::copy_n(node.input(*plan_.bias).values<float>(), plan_.output_channels, bias_.data());
    }
    const float* x = node.input(plan_.input).values<float>();
    float* y = node.output(0).mutable_values<float>();
    if (is_pixelwise(plan_)) {
      run_pixels(node.threads(), x, y);
    } else {
      run_lines(node.threads(), x, y);
    }
  }

 private:
  void pack_weights(const Node& node) {
    const std::size_t taps = size_of(plan_.axes[1].window) * size_of(plan_.axes[2].window);
    pack_into(packed_, node.input(plan_.weights).values<float>(),
              {plan_.output_channels, taps * plan_.input_channels, plan_.weight_output_stride,
               plan_.weight_input_stride});
  }

  DenseLine line(std::span<const float* const> rows, std::size_t step, std::size_t positions,
                 float* y) const {
    return {.input = {rows, step},
            .positions = positions,
            .depth = depth_,
            .weights = &packed_,
            .bias = bias_.data(),
            .output = {range_.min, range_.max, y}};
  }

  void run_pixels(const ThreadPool& threads, const float* x, float* y) const {
    const std::size_t channels = plan_.input_channels;
    const std::size_t pixels =
        plan_.batch * size_of(plan_.axes[1].output) * size_of(plan_.axes[2].output);
    threads.parallel_for(pixels, kLeastPixels, [&](std::size_t begin, std::size_t end) {
      const float* row = x + begin * channels;
      multiply_line(line({&row, 1}, channels, end - begin, y + begin * plan_.output_channels));
    });
  }

  void run_lines(const ThreadPool& threads, const float* x, float* y) {
    const auto& [deep, high, wide] = plan_.axes;
    const std::size_t height = size_of(high.output);
    const std::size_t image = size_of(high.input) * size_of(wide.input) * plan_.input_channels;
    const std::size_t positions = size_of(wide.output);
    lines_.hand_in();
    threads.parallel_for(
        plan_.batch * height, kLeastLines, [&](std::size_t begin, std::size_t end) {
          auto& [lines, rows] = lines_.take();
          for (std::size_t i = begin; i < end; ++i) {
            if (i == begin || i % height == 0) lines.show(x + i / height * image);
            find_rows(lines, i % height, rows);
            multiply_line(line(rows, size_of(plan_.axes[2].stride) * plan_.input_channels,
                               positions, y + i * positions * plan_.output_channels));
          }
        });
  }

  // Of which there are rows_of().
  void find_rows(PaddedLines& lines, std::size_t row, std::vector<const float*>& rows) const {
    const auto& [deep, high, wide] = plan_.axes;
    rows.clear();
    for (std::int32_t i = 0; i < high.window; ++i) {
      const float* at = lines.line(static_cast<std::int64_t>(row) * high.stride - high.pad_before +
                                   std::int64_t{i} * high.dilation);
      rows.push_back(at);
      for (std::int32_t j = 1; dilated_ && j < wide.window; ++j) {
        rows.push_back(at + size_of(j) * size_of(wide.dilation) * plan_.input_channels);
      }
    }
  }

  ConvolutionPlan plan_;
  ActivationRange<float> range_;
  bool dilated_;       // along a line
  std::size_t depth_;  // of one row
  PackedMatrix<float> packed_;
  std::vector<float> bias_;
  ThreadLines lines_;
};

}  // namespace

bool suits_line_convolution(const ConvolutionPlan& plan) noexcept {
  const auto& [deep, high, wide] = plan.axes;
  const std::size_t taps = size_of(high.window) * size_of(wide.window);
  const auto weights = checked_multiply(taps, plan.input_channels * plan.output_channels);
  return !plan.transposed && plan.groups == 1 && deep.window == 1 && deep.output == 1 &&
         deep.input == 1 &&
         plan.weight_tap_stride == plan.input_channels * plan.weight_input_stride &&
         plan.input_channels > 0 && weights && *weights <= kMostWeights &&
         (is_pixelwise(plan) || PaddedLines::floats_of(lines_of(plan)) <= PaddedLines::kMostFloats);
}

std::size_t line_convolution_lines_bytes(const ConvolutionPlan& plan,
                                         std::size_t threads) noexcept {
  return is_pixelwise(plan) ? 0 : ThreadLines::bytes_of(threads, lines_of(plan));
}

Evaluate prepare_line_convolution(const Node& node, const ConvolutionPlan& plan,
                                  const LinearOutput& output) {
  auto convolution = std::make_shared<LineConvolution>(node, plan, output);
  return [convolution](const Node& running) { convolution->run(running); };
}

}  // namespace litezoo::runtime
