#pragma once

#include <cstdint>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// How a window (a filter, a pool) moves along one axis of its input.
struct WindowAxis {
  std::int32_t input = 1, output = 1;
  std::int32_t window = 1, stride = 1, dilation = 1;
  std::int32_t pad_before = 0;
};

struct WindowOptions {
  std::int32_t input = 1, window = 1, stride = 1, dilation = 1;
  Padding padding = Padding::SAME;
};

// Throws Error(corrupt) naming the node when a number is not positive, the window is larger than a
// VALID input, or something overflows.
WindowAxis window_axis(const Node& node, const WindowOptions& options);

// The axis of a transposed convolution: `input` and `output` as its tensors have them. Positions
// of the window that fall outside the output are cut off.
WindowAxis transposed_window_axis(const Node& node, const WindowOptions& options,
                                  std::int32_t output);

}  // namespace litezoo::runtime
