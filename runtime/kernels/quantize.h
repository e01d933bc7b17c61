#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// FLOAT32 to INT8, UINT8 or INT16, per tensor or per channel; or from one quantised type of INT8,
// UINT8, INT16, INT32 to another with a new scale.
Evaluate prepare_quantize(Node& node);

// FLOAT32 rounded to the grid of num_bits between min and max.
Evaluate prepare_fake_quant(Node& node);

}  // namespace litezoo::runtime
