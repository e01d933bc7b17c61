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

// Whether the kernel adds up products of bytes as only some CPUs can: many times faster.
bool conv_2d_has_byte_products(const Node& node);
bool depthwise_conv_2d_has_byte_products(const Node& node);
// What the first keeps then, weights and all. Requires that it does.
std::size_t conv_2d_byte_products_bytes(const Node& node);

// What kernels keep beside a filter as kernel_memory.cpp counts it: the lines of images that each
// thread has at hand. Throws Error(corrupt) as prepare_conv_2d() and prepare_conv_3d().
std::size_t conv_2d_lines_bytes(const Node& node);
std::size_t conv_3d_lines_bytes(const Node& node);
// All that it keeps: weights and lines. Throws as prepare_depthwise_conv_2d().
std::size_t depthwise_conv_2d_bytes(const Node& node);

}  // namespace litezoo::runtime
