#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Binary operators that broadcast as numpy does; both inputs and the output have one type.
// Quantised values of MAXIMUM and MINIMUM are compared as raw integers, as TensorFlow Lite does.
Evaluate prepare_maximum(Node& node);             // every number type
Evaluate prepare_minimum(Node& node);             // every number type
Evaluate prepare_pow(Node& node);                 // FLOAT32, INT32 (no negative exponents)
Evaluate prepare_squared_difference(Node& node);  // FLOAT32, INT32, INT64, INT8 quantised
Evaluate prepare_floor_div(Node& node);           // FLOAT32, INT8, INT16, INT32, INT64
Evaluate prepare_floor_mod(Node& node);           // as FLOOR_DIV; the divisor's sign
Evaluate prepare_atan2(Node& node);               // FLOAT32, FLOAT64
Evaluate prepare_bitwise_xor(Node& node);         // integers of 8, 16 and 32 bits
Evaluate prepare_right_shift(Node& node);         // as BITWISE_XOR; by 0 to all bits but one
Evaluate prepare_shift_left(Node& node);          // as BITWISE_XOR; by too much gives 0
Evaluate prepare_logical_and(Node& node);         // BOOL
Evaluate prepare_logical_or(Node& node);          // BOOL

}  // namespace litezoo::runtime
