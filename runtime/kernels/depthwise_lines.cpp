#include "runtime/kernels/depthwise_lines.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "base/checked.h"
#include "runtime/kernels/line_products.h"
#include "runtime/kernels/padded_lines.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kMostWeights = std::size_t{1} << 18U;  // packed
constexpr std::size_t kMostUnit = 256;                       // floats
constexpr std::size_t kLeastLines = 4;                       // of one task

std::size_t size_of(std::int32_t extent) noexcept {
  return static_cast<std::size_t>(extent);
}

std::size_t whole_blocks(std::size_t count) noexcept {
  return (count + kPanelColumns - 1) / kPanelColumns * kPanelColumns;
}

// How many neighbouring outputs to compute as one, so that few elements of vectors are idle.
std::size_t positions_of_unit(const DepthwisePlan& plan) noexcept {
  const std::size_t channels = plan.output_channels, width = size_of(plan.width.output);
  if (plan.width.stride != 1 || channels % kPanelColumns == 0) return 1;
  const auto work = [&](std::size_t positions) {
    return (width + positions - 1) / positions * whole_blocks(positions * channels);
  };
  std::size_t best = 1;
  for (std::size_t i = 2; i <= std::min(width, kPanelColumns) && i * channels <= kMostUnit; ++i) {
    if (work(i) < work(best)) best = i;
  }
  return best;
}

// What reads whole vectors reads past the image's end, which a constant may not have anything
// after.
PaddedLines::Size lines_of(const DepthwisePlan& plan, bool in_place = true) noexcept {
  const std::size_t positions = positions_of_unit(plan);
  const std::size_t outputs = (size_of(plan.width.output) + positions - 1) / positions * positions;
  auto lines = lines_for(plan.height, plan.width, outputs, plan.input_channels);
  lines.repeat = plan.output_channels / plan.input_channels;
  lines.in_place = in_place;
  return lines;
}

// SIZE_MAX when there are too many to count.
std::size_t packed_weights(const DepthwisePlan& plan) noexcept {
  const std::size_t unit = positions_of_unit(plan) * plan.output_channels;
  const std::size_t taps = size_of(plan.height.window) * size_of(plan.width.window);
  return checked_multiply(taps, whole_blocks(unit))
      .value_or(std::numeric_limits<std::size_t>::max());
}

class DepthwiseLines {
 public:
  DepthwiseLines(const Node& node, const DepthwisePlan& plan, const LinearOutput& output)
      : plan_(plan),
        range_(output.float_range()),
        positions_(positions_of_unit(plan)),
        unit_(positions_ * plan.output_channels),
        bias_(whole_blocks(unit_)),
        lines_(node.threads().size(), lines_of(plan, !node.input(0).constant),
               size_of(plan.height.window)) {
    if (node.input(1).constant) pack_weights(node.input(1).values<float>());
  }

  void run(const Node& node) {
    if (!node.input(1).constant) pack_weights(node.input(1).values<float>());
    if (node.has_input(2)) {
      const float* bias = node.input(2).values<float>();
      for (std::size_t i = 0; i < unit_; ++i) bias_[i] = bias[i % plan_.output_channels];
    }
    const float* x = node.input(0).values<float>();
    float* y = node.output(0).mutable_values<float>();
    const std::size_t height = size_of(plan_.height.output);
    lines_.hand_in();
    node.threads().parallel_for(plan_.batch * height, kLeastLines,
                                [&](std::size_t begin, std::size_t end) {
                                  auto& [lines, rows] = lines_.take();
                                  rows.resize(size_of(plan_.height.window));
                                  for (std::size_t i = begin; i < end; ++i) {
                                    if (i == begin || i % height == 0)
                                      lines.show(x + i / height * image_size());
                                    run_line(lines, i % height, rows, y + i * line_size());
                                  }
                                });
  }

 private:
  std::size_t image_size() const {
    return size_of(plan_.height.input) * size_of(plan_.width.input) * plan_.input_channels;
  }
  std::size_t line_size() const { return size_of(plan_.width.output) * plan_.output_channels; }

  void pack_weights(const float* weights) {
    const std::size_t taps = size_of(plan_.height.window) * size_of(plan_.width.window);
    weights_.assign(taps * bias_.size(), 0.0F);
    for (std::size_t tap = 0; tap < taps; ++tap) {
      for (std::size_t i = 0; i < unit_; ++i) {
        const std::size_t block = i / kPanelColumns, lane = i % kPanelColumns;
        weights_[(block * taps + tap) * kPanelColumns + lane] =
            weights[tap * plan_.output_channels + i % plan_.output_channels];
      }
    }
  }

  void run_line(PaddedLines& lines, std::size_t row, std::vector<const float*>& rows,
                float* y) const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] = lines.line(static_cast<std::int64_t>(row) * plan_.height.stride -
                           plan_.height.pad_before +
                           static_cast<std::int64_t>(i) * plan_.height.dilation);
    }
    multiply_line(DepthwiseLine{
        .input = {rows, positions_ * size_of(plan_.width.stride) * plan_.output_channels},
        .taps = size_of(plan_.width.window),
        .tap_step = size_of(plan_.width.dilation) * plan_.output_channels,
        .unit = unit_,
        .count = line_size(),
        .weights = weights_.data(),
        .bias = bias_.data(),
        .output = {range_.min, range_.max, y}});
  }

  DepthwisePlan plan_;
  ActivationRange<float> range_;
  std::size_t positions_;  // of one unit
  std::size_t unit_;       // floats
  std::vector<float> bias_, weights_;
  ThreadLines lines_;
};

}  // namespace

bool suits_depthwise_lines(const DepthwisePlan& plan) noexcept {
  return PaddedLines::floats_of(lines_of(plan)) <= PaddedLines::kMostFloats &&
         packed_weights(plan) <= kMostWeights;
}

std::size_t depthwise_lines_bytes(const DepthwisePlan& plan, std::size_t threads) noexcept {
  return checked_add(packed_weights(plan) * sizeof(float),
                     ThreadLines::bytes_of(threads, lines_of(plan)))
      .value_or(std::numeric_limits<std::size_t>::max());
}

Evaluate prepare_depthwise_lines(const Node& node, const DepthwisePlan& plan,
                                 const LinearOutput& output) {
  auto convolution = std::make_shared<DepthwiseLines>(node, plan, output);
  return [convolution](const Node& running) { convolution->run(running); };
}

}  // namespace litezoo::runtime
