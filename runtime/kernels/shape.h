#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that give the same elements another shape (Trait::view), and operators on shapes.
Evaluate prepare_reshape(Node& node);
Evaluate prepare_squeeze(Node& node);
Evaluate prepare_expand_dims(Node& node);
Evaluate prepare_shape(Node& node);
Evaluate prepare_rank(Node& node);
Evaluate prepare_broadcast_args(Node& node);

}  // namespace litezoo::runtime
