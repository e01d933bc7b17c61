#pragma once

#include "runtime/kernels/convolution.h"

namespace litezoo::runtime {

// Forward convolutions of images of the kinds int8 and uint8, in one group, on CPUs that have dot
// products of bytes: pixels are multiplied where they lie.

bool suits_byte_convolution(const Node& node, const ConvolutionPlan& plan);

// What it keeps, packed weights and all. Requires that the plan suits.
std::size_t byte_convolution_bytes(const ConvolutionPlan& plan, std::size_t threads) noexcept;

// Requires that the plan suits.
Evaluate prepare_byte_convolution(const Node& node, const ConvolutionPlan& plan,
                                  const LinearOutput& output);

}  // namespace litezoo::runtime
