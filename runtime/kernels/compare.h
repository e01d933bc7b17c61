#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Comparisons to BOOL that broadcast as numpy does. Both inputs have one type: floats, integers of
// 8 to 64 bits, and INT8, UINT8, INT16 quantised, each with its own scale.
Evaluate prepare_greater(Node& node);
Evaluate prepare_greater_equal(Node& node);
Evaluate prepare_less(Node& node);
Evaluate prepare_less_equal(Node& node);
// These take BOOL and STRING as well.
Evaluate prepare_equal(Node& node);
Evaluate prepare_not_equal(Node& node);

}  // namespace litezoo::runtime
