#pragma once

#include "runtime/xnnpack/lowering.h"

// The rows' functions, by file. `supports_` and `define_` are explained at struct Lowering.

namespace litezoo::runtime::xnn {

// conv.cpp
Reason supports_conv_2d(const Node& node);
void define_conv_2d(const Node& node, Definition& definition);
std::optional<Shape> infer_conv_2d(const Node& node);
Reason supports_depthwise_conv_2d(const Node& node);
void define_depthwise_conv_2d(const Node& node, Definition& definition);
std::optional<Shape> infer_depthwise_conv_2d(const Node& node);

// deconv.cpp
Reason supports_transpose_conv(const Node& node);
void define_transpose_conv(const Node& node, Definition& definition);
std::optional<Shape> infer_transpose_conv(const Node& node);
Reason supports_transpose_conv_bias(const Node& node);
void define_transpose_conv_bias(const Node& node, Definition& definition);
std::optional<Shape> infer_transpose_conv_bias(const Node& node);

// matmul.cpp
Reason supports_fully_connected(const Node& node);
void define_fully_connected(const Node& node, Definition& definition);
std::optional<Shape> infer_fully_connected(const Node& node);
Reason supports_batch_matmul(const Node& node);
void define_batch_matmul(const Node& node, Definition& definition);

// pool.cpp
Reason supports_average_pool_2d(const Node& node);
void define_average_pool_2d(const Node& node, Definition& definition);
Reason supports_max_pool_2d(const Node& node);
void define_max_pool_2d(const Node& node, Definition& definition);
Reason supports_argmax_pool_2d(const Node& node);
void define_argmax_pool_2d(const Node& node, Definition& definition);

// elementwise.cpp
Reason supports_binary(const Node& node);
void define_binary(const Node& node, Definition& definition);
Reason supports_prelu(const Node& node);
void define_prelu(const Node& node, Definition& definition);
Reason supports_softmax(const Node& node);
void define_softmax(const Node& node, Definition& definition);

// unary.cpp
Reason supports_unary(const Node& node);
void define_unary(const Node& node, Definition& definition);

// move.cpp: each only where the release has its function
Reason supports_transpose(const Node& node);
void define_transpose(const Node& node, Definition& definition);
Reason supports_slice(const Node& node);
void define_slice(const Node& node, Definition& definition);
Reason supports_split(const Node& node);
void define_split(const Node& node, Definition& definition);
Reason supports_concatenation(const Node& node);
void define_concatenation(const Node& node, Definition& definition);

// shape.cpp
Reason supports_reshape(const Node& node);
void define_reshape(const Node& node, Definition& definition);
Reason supports_pad(const Node& node);
void define_pad(const Node& node, Definition& definition);
Reason supports_depth_to_space(const Node& node);
void define_depth_to_space(const Node& node, Definition& definition);
Reason supports_space_to_depth(const Node& node);
void define_space_to_depth(const Node& node, Definition& definition);

// reduce.cpp
Reason supports_reduce(const Node& node);
void define_reduce(const Node& node, Definition& definition);

// resize.cpp
Reason supports_resize_bilinear(const Node& node);
void define_resize_bilinear(const Node& node, Definition& definition);

// quantize.cpp
Reason supports_quantize(const Node& node);
Reason supports_dequantize(const Node& node);
void define_convert(const Node& node, Definition& definition);

}  // namespace litezoo::runtime::xnn
