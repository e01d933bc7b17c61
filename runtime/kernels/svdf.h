#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A rank-decomposed filter over time: FLOAT32, hybrid, or INT8 with an INT16 or INT8 state (an
// input that the operator changes).
Evaluate prepare_svdf(Node& node);

}  // namespace litezoo::runtime
