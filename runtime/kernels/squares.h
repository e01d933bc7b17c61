#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// SUM or MEAN of the squares of FLOAT32 elements; inputs, options and output as theirs.
Evaluate prepare_sum_of_squares(Node& node);

}  // namespace litezoo::runtime
