#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that move blocks between the spatial axes and channels or batches.
Evaluate prepare_space_to_depth(Node& node);
Evaluate prepare_depth_to_space(Node& node);
Evaluate prepare_space_to_batch(Node& node);  // any number of spatial axes
Evaluate prepare_batch_to_space(Node& node);

}  // namespace litezoo::runtime
