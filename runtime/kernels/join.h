#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that make one tensor of several or several of one.
// CONCATENATION: 8-bit inputs of another scale than the output's are requantised.
Evaluate prepare_concatenation(Node& node);
Evaluate prepare_pack(Node& node);
Evaluate prepare_unpack(Node& node);
Evaluate prepare_split(Node& node);
Evaluate prepare_split_v(Node& node);

}  // namespace litezoo::runtime
