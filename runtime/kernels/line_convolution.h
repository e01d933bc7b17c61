#pragma once

#include "runtime/kernels/convolution.h"

namespace litezoo::runtime {

// Forward FLOAT32 convolutions of images, in one group, along their lines: nothing is gathered.
// False when the lines that a window needs at once, with their zeros, are too large for that, or
// when there are so many weights that other loops use caches better.
bool suits_line_convolution(const ConvolutionPlan& plan) noexcept;

// What the lines take that are kept from run to run. Requires that the plan suits.
std::size_t line_convolution_lines_bytes(const ConvolutionPlan& plan, std::size_t threads) noexcept;

// Requires that the plan suits and that `output` is of kind float32. Packs constant weights.
Evaluate prepare_line_convolution(const Node& node, const ConvolutionPlan& plan,
                                  const LinearOutput& output);

}  // namespace litezoo::runtime
