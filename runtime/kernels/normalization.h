#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// x / |x| along the last dimension. FLOAT32; INT8 and UINT8, whose output has the scale 1/128 and
// a zero point in the middle.
Evaluate prepare_l2_normalization(Node& node);

// x / (bias + alpha * sum of squares over the `radius` nearest channels on each side)^beta.
// FLOAT32.
Evaluate prepare_local_response_normalization(Node& node);

}  // namespace litezoo::runtime
