#pragma once

#include "runtime/kernels/convolution.h"

namespace litezoo::runtime {

// Forward FLOAT32 convolutions of wide images into few channels. Gathering what each position sees
// would cost more than multiplying it: here the image's rows are multiplied where they lie.

bool suits_direct_convolution(const ConvolutionPlan& plan) noexcept;

// Requires that the plan suits and that `output` is of kind float32. Packs constant weights.
Evaluate prepare_direct_convolution(const Node& node, const ConvolutionPlan& plan,
                                    LinearOutput output);

}  // namespace litezoo::runtime
