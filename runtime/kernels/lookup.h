#pragma once

#include <functional>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A real function of one quantised tensor as a table, as TensorFlow Lite builds it: 256 entries for
// INT8 and UINT8, 512 steps with linear interpolation for INT16. Both tensors must have the same
// type and be quantised: Error naming the node otherwise. Sets the shape of output 0.
Evaluate quantized_lookup(Node& node, const std::function<float(float)>& function);

}  // namespace litezoo::runtime
