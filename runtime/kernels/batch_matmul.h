#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A product of matrices in the last two dimensions, the others broadcast. FLOAT32; INT8 to INT8 or
// INT32; INT16 by INT8 or INT16; FLOAT32 by INT8 (quantised at run time).
Evaluate prepare_batch_matmul(Node& node);

}  // namespace litezoo::runtime
