#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// REDUCE_WINDOW: a tensor, the scalar to begin with, and INT64 window sizes, strides and dilations,
// one an axis; nothing is padded. ADD, MUL, MINIMUM and MAXIMUM of FLOAT32, FLOAT64 and integers of
// 8 to 64 bits, which wrap around; ALL and ANY of BOOL.
Evaluate prepare_reduce_window(Node& node);

}  // namespace litezoo::runtime
