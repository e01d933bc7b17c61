#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that give the same elements another shape.
Evaluate prepare_reshape(Node& node);

}  // namespace litezoo::runtime
