#pragma once

#include "runtime/kernels/linear_output.h"
#include "runtime/kernels/window.h"

namespace litezoo::runtime {

struct DepthwisePlan {
  std::size_t batch = 0, input_channels = 0, output_channels = 0;
  WindowAxis height, width;
};

// A FLOAT32 depthwise convolution along lines of the image. False when the lines that a window
// needs at once, with their zeros, or the weights, with copies that fill vectors, are too large for
// that.
bool suits_depthwise_lines(const DepthwisePlan& plan) noexcept;

// What is kept for it from run to run. Requires that the plan suits.
std::size_t depthwise_lines_bytes(const DepthwisePlan& plan, std::size_t threads) noexcept;

// Requires that the plan suits and that `output` is of kind float32. Packs constant weights.
Evaluate prepare_depthwise_lines(const Node& node, const DepthwisePlan& plan,
                                 const LinearOutput& output);

}  // namespace litezoo::runtime
