#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Convolutions of FLOAT32, UINT8, INT8 and INT16 activations, and hybrid ones (FLOAT32 activations,
// 8-bit weights or smaller); see linear_output.h for the combinations.
Evaluate prepare_conv_2d(Node& node);
Evaluate prepare_conv_3d(Node& node);
Evaluate prepare_transpose_conv(Node& node);
Evaluate prepare_conv_3d_transpose(Node& node);
// In depthwise_conv.cpp.
Evaluate prepare_depthwise_conv_2d(Node& node);

}  // namespace litezoo::runtime
