#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that put the elements of one tensor in another order or repeat them.
Evaluate prepare_transpose(Node& node);
Evaluate prepare_broadcast_to(Node& node);
Evaluate prepare_tile(Node& node);
Evaluate prepare_reverse(Node& node);           // REVERSE_V2: any set of axes
Evaluate prepare_reverse_sequence(Node& node);  // the first lengths[b] of each batch b

}  // namespace litezoo::runtime
