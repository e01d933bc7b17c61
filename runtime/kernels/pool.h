#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A window's mean (FLOAT32, INT8, UINT8, INT16), greatest element (the same) or root of the mean
// square (FLOAT32). Positions outside the image do not count.
Evaluate prepare_average_pool(Node& node);
Evaluate prepare_max_pool(Node& node);
Evaluate prepare_l2_pool(Node& node);

}  // namespace litezoo::runtime
