#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that put a border around a tensor or room between its elements.
Evaluate prepare_pad(Node& node);  // PAD, PADV2: zero, the zero point, or input 2
Evaluate prepare_mirror_pad(Node& node);
Evaluate prepare_stablehlo_pad(Node& node);  // also inside, and negative at the edges
Evaluate prepare_dilate(Node& node);

}  // namespace litezoo::runtime
