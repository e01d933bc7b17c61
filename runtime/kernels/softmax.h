#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Along the last dimension; the shape stays.
// FLOAT32; INT8 and UINT8 to the same type or to INT16; INT16.
Evaluate prepare_softmax(Node& node);
// FLOAT32, INT8, UINT8.
Evaluate prepare_log_softmax(Node& node);

}  // namespace litezoo::runtime
