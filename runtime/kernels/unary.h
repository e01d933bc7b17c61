#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Mathematical functions of one tensor, element by element, into the same type and shape.
// FLOAT32, FLOAT16 and BFLOAT16 all take; further types by name.
Evaluate prepare_abs(Node& node);     // INT32, INT64; INT8 and INT16, quantised or not
Evaluate prepare_neg(Node& node);     // INT8, INT16, INT32, INT64 (raw)
Evaluate prepare_exp(Node& node);     // INT8, UINT8 and INT16 quantised
Evaluate prepare_log(Node& node);     // INT8, UINT8 and INT16 quantised; the least at x <= 0
Evaluate prepare_sqrt(Node& node);    // INT8, UINT8 and INT16 quantised
Evaluate prepare_rsqrt(Node& node);   // INT8, UINT8 and INT16 quantised; the most at x <= 0
Evaluate prepare_square(Node& node);  // INT32, INT64
Evaluate prepare_sin(Node& node);
Evaluate prepare_cos(Node& node);
Evaluate prepare_ceil(Node& node);
Evaluate prepare_floor(Node& node);
Evaluate prepare_round(Node& node);        // ties to even
Evaluate prepare_sign(Node& node);         // FLOAT64, INT32
Evaluate prepare_logical_not(Node& node);  // BOOL only
Evaluate prepare_zeros_like(Node& node);   // every type of a fixed size

}  // namespace litezoo::runtime
