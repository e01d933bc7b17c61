#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// output = condition ? x : y, for every type of a fixed size of at least a byte.
// SELECT: x and y have one shape; the condition has it too, or is a scalar, or chooses whole
// slices along the first dimension. SELECT_V2: all three broadcast.
Evaluate prepare_select(Node& node);
Evaluate prepare_select_v2(Node& node);

// The sum of any number of tensors of one shape. FLOAT32, INT32.
Evaluate prepare_add_n(Node& node);

}  // namespace litezoo::runtime
