#pragma once

#include <functional>
#include <span>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A window along one axis.
struct WindowStep {
  std::int64_t window = 1, stride = 1, dilation = 1;
};

// Reduces all windows of a tensor: its values, the one to begin with, the results.
using ReduceWindows = std::function<void(const ThreadPool& threads, const std::byte* in,
                                         const std::byte* first, std::byte* out)>;

// For a tensor of this shape, with one step an axis; sets output 0's shape. The types and functions
// of REDUCE_WINDOW. Throws Error naming the node for steps that make no sense or too much work.
ReduceWindows make_reduce_windows(Node& node, const Shape& shape, std::span<const WindowStep> steps,
                                  ReduceWindowFunction function);

// REDUCE_WINDOW: a tensor, the scalar to begin with, and INT64 window sizes, strides and dilations,
// one an axis; nothing is padded. ADD, MUL, MINIMUM and MAXIMUM of FLOAT32, FLOAT64 and integers of
// 8 to 64 bits, which wrap around; ALL and ANY of BOOL.
Evaluate prepare_reduce_window(Node& node);

}  // namespace litezoo::runtime
