#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that make a tensor from a few numbers.
Evaluate prepare_fill(Node& node);
Evaluate prepare_range(Node& node);

}  // namespace litezoo::runtime
