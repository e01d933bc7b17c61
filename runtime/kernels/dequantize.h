#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// To FLOAT32: INT8, UINT8, INT16, INT32, INT4, UINT4 and INT2 by their scale, per tensor, channel
// or block; FLOAT16 and BFLOAT16 by value.
Evaluate prepare_dequantize(Node& node);

}  // namespace litezoo::runtime
