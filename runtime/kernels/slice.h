#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that cut a box out of a tensor or write one into it.
Evaluate prepare_slice(Node& node);
Evaluate prepare_strided_slice(Node& node);
// Start indices that would let the update stick out are moved back, as in XLA.
Evaluate prepare_dynamic_update_slice(Node& node);

}  // namespace litezoo::runtime
