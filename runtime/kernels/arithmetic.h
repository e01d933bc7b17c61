#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The four binary operators with a fused activation, broadcasting as numpy does. FLOAT32, FLOAT16,
// integers (which wrap), and INT8, UINT8, INT16 quantised; MUL takes COMPLEX64 as well. An integer
// or quantised division by zero is Error(corrupt) when it happens.
Evaluate prepare_add(Node& node);
Evaluate prepare_sub(Node& node);
Evaluate prepare_mul(Node& node);
Evaluate prepare_div(Node& node);

}  // namespace litezoo::runtime
