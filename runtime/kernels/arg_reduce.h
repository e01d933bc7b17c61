#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The index of the largest (smallest) element along one axis (input 1), the first of equals.
// FLOAT32, integers of 8 to 64 bits (raw), BOOL; to INT32 or INT64.
Evaluate prepare_arg_max(Node& node);
Evaluate prepare_arg_min(Node& node);

// Sums of all elements up to each one along the axis in input 1. FLOAT32, INT32, INT64.
Evaluate prepare_cumsum(Node& node);

}  // namespace litezoo::runtime
