#include "runtime/kernels/window.h"

#include <algorithm>
#include <limits>

namespace litezoo::runtime {
namespace {

constexpr std::int64_t kMostPositions = std::numeric_limits<std::int32_t>::max() / 4;

// The axis without output and padding; `extent` is what the window covers.
WindowAxis checked_axis(const Node& node, const WindowOptions& options, std::int64_t& extent) {
  if (options.window <= 0) node.corrupt("its window is empty");
  if (options.stride <= 0 || options.dilation <= 0) {
    node.corrupt("a stride or a dilation is not positive");
  }
  if (options.padding != Padding::SAME && options.padding != Padding::VALID) {
    node.corrupt("its padding is neither SAME nor VALID");
  }
  extent = (std::int64_t{options.window} - 1) * options.dilation + 1;
  if (extent > kMostPositions || options.input > kMostPositions ||
      options.stride > kMostPositions) {
    node.corrupt("its window is too large");
  }
  return {.input = options.input,
          .output = 0,
          .window = options.window,
          .stride = options.stride,
          .dilation = options.dilation,
          .pad_before = 0};
}

}  // namespace

WindowAxis window_axis(const Node& node, const WindowOptions& options) {
  std::int64_t extent = 0;
  WindowAxis axis = checked_axis(node, options, extent);
  const std::int64_t input = options.input, stride = options.stride;
  if (options.padding == Padding::SAME) {
    const std::int64_t output = (input + stride - 1) / stride;
    axis.output = static_cast<std::int32_t>(output);
    const std::int64_t padding = std::max<std::int64_t>(0, (output - 1) * stride + extent - input);
    axis.pad_before = static_cast<std::int32_t>(padding / 2);
  } else {
    if (input > 0 && input < extent) node.corrupt("its window is larger than its input");
    axis.output = input == 0 ? 0 : static_cast<std::int32_t>((input + stride - extent) / stride);
  }
  return axis;
}

WindowAxis transposed_window_axis(const Node& node, const WindowOptions& options,
                                  std::int32_t output) {
  std::int64_t extent = 0;
  WindowAxis axis = checked_axis(node, options, extent);
  if (output <= 0 || output > kMostPositions) node.corrupt("its output size is not positive");
  axis.output = output;
  const std::int64_t full = (std::int64_t{options.input} - 1) * options.stride + extent;
  const std::int64_t padding = std::max<std::int64_t>(0, full - output);
  axis.pad_before = static_cast<std::int32_t>(padding / 2);
  return axis;
}

}  // namespace litezoo::runtime
