#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// y = activation(x * weights^T + bias) on the rows of x: FLOAT32, INT8, UINT8, INT16 and hybrid
// (see linear_output.h), weights dense, sparse, or quantised block by block.
Evaluate prepare_fully_connected(Node& node);

}  // namespace litezoo::runtime
