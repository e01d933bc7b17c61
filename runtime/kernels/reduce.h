#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Reductions over the axes in input 1 (INT32; from the end when negative; a repeated axis counts
// once; none at all reduces nothing).
Evaluate prepare_sum(Node& node);          // FLOAT32, INT32, INT64; INT8, UINT8, INT16 quantised
Evaluate prepare_mean(Node& node);         // as SUM; integers divide towards zero
Evaluate prepare_reduce_max(Node& node);   // FLOAT32, integers of 8 to 64 bits (raw)
Evaluate prepare_reduce_min(Node& node);   // as REDUCE_MAX
Evaluate prepare_reduce_prod(Node& node);  // FLOAT32, integers; INT8 and INT16 quantised
Evaluate prepare_reduce_any(Node& node);   // BOOL
Evaluate prepare_reduce_all(Node& node);   // BOOL

}  // namespace litezoo::runtime
