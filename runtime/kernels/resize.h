#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that give an image [n, h, w, c] another height and width, which input 1 names.
// 8-bit images are interpolated as XNNPACK does, with weights of 11 bits; int16 as LiteRT does,
// with scales of 10 bits.
Evaluate prepare_resize_bilinear(Node& node);
Evaluate prepare_resize_nearest_neighbor(Node& node);

}  // namespace litezoo::runtime
