#include <xnnpack.h>

#include <array>

#include "runtime/kernels/fully_connected.h"
#include "runtime/xnnpack/checks.h"
#include "runtime/xnnpack/definition.h"
#include "runtime/xnnpack/families.h"

namespace litezoo::runtime::xnn {
namespace {

// Rows of the input, each as long as the filter's rows; 0 when they do not fit.
std::int32_t batch_of(const Node& node) {
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& filter = node.input(1);
  if (filter.rank() != 2 || filter.size() == 0 || input.size() == 0) return 0;
  const auto depth = static_cast<std::size_t>(filter.shape[1]);
  if (input.size() % depth != 0 || input.size() / depth > (std::size_t{1} << 30U)) return 0;
  return static_cast<std::int32_t>(input.size() / depth);
}

const RuntimeTensor* bias_of(const Node& node) {
  return node.has_input(2) ? &node.input(2) : nullptr;
}

WeightCheck weights_of(const Node& node) {
  return {&node.input(0),
          &node.input(1),
          bias_of(node),
          &node.output(0),
          0,
          static_cast<std::size_t>(node.input(1).shape[0]),
          true,
          true};
}

// Debian 12's fully connected operator has one scale for all weights; a 1x1 convolution takes one a
// channel and is as fast.
bool needs_convolution(const Node& node) {
  return !kHasDynamicQuantization && node.input(1).quantization().scale.size() > 1;
}

// Weights that are computed: releases that know dynamic quantisation pack them while running.
bool has_computed_weights(const Node& node) {
  return kHasDynamicQuantization && !node.input(1).constant &&
         common_precision({&node.input(0), &node.input(1), &node.output(0)}) == Precision::f32;
}

Reason check_computed_weights(const Node& node) {
  const RuntimeTensor* bias = bias_of(node);
  if (bias && (!bias->constant || bias->type != TensorType::FLOAT32 ||
               bias->size() != static_cast<std::size_t>(node.input(1).shape[0]))) {
    return "its bias does not fit";
  }
  return nullptr;
}

void define_as_convolution(const Node& node, Definition& definition, Range range,
                           std::uint32_t bias_id) {
  const RuntimeTensor& input = node.input(0);
  const RuntimeTensor& output = node.output(0);
  const auto rows = static_cast<std::size_t>(batch_of(node));
  const auto depth = static_cast<std::size_t>(node.input(1).shape[1]);
  const auto channels = static_cast<std::size_t>(node.input(1).shape[0]);
  const std::array<std::size_t, 4> in_shape = {rows, 1, 1, depth};
  const std::array<std::size_t, 4> filter_shape = {channels, 1, 1, depth};
  const std::array<std::size_t, 4> out_shape = {rows, 1, 1, channels};
  const std::uint32_t image = definition.temporary(input, in_shape);
  const std::uint32_t result = definition.temporary(output, out_shape);
  definition.reshape(definition.value(input), image, in_shape);
  check(xnn_define_convolution_2d(
            definition.subgraph(), 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, depth, channels, range.min,
            range.max, image,
            definition.filter(node.input(1), 0, least_filter_scale(input, output), filter_shape),
            bias_id, result, 0),
        "define a fully connected layer");
  definition.reshape(result, definition.value(output), dimensions(output.shape));
}

// A scale a row; the rows are those of the weights whatever the input's shape says.
void define_hybrid(const Node& node, Definition& definition, Range range, std::uint32_t bias_id) {
  const RuntimeTensor& input = node.input(0);
  const std::array<std::size_t, 2> rows = {static_cast<std::size_t>(batch_of(node)),
                                           static_cast<std::size_t>(node.input(1).shape[1])};
  const bool keeps = node.options_or_default<FullyConnectedOptions>().keep_num_dims;
  const std::uint32_t input_id =
      keeps ? definition.dynamic(input, 1) : definition.dynamic(input, 1, rows);
  check(xnn_define_fully_connected(definition.subgraph(), range.min, range.max, input_id,
                                   definition.dynamic_filter(node.input(1), 0), bias_id,
                                   definition.value(node.output(0)), 0),
        "define a fully connected layer");
}

}  // namespace

std::optional<Shape> infer_fully_connected(const Node& node) {
  if (node.input_count() < 2 || node.output_count() != 1) return std::nullopt;
  const std::int32_t rows = batch_of(node);
  if (rows == 0) return std::nullopt;
  const std::int32_t units = node.input(1).shape[0];
  if (!node.options_or_default<FullyConnectedOptions>().keep_num_dims) return Shape{rows, units};
  Shape shape = node.input(0).shape;
  if (shape.empty() || shape.back() != node.input(1).shape[1]) return std::nullopt;
  shape.back() = units;
  return shape;
}

Reason supports_fully_connected(const Node& node) {
  const auto options = node.options_or_default<FullyConnectedOptions>();
  if (options.weights_format != FullyConnectedWeightsFormat::DEFAULT) return "shuffled weights";
  if (!clamp_of(options.fused_activation_function)) return "its activation is not a clamp";
  if (infer_fully_connected(node) != node.output(0).shape) return "its shapes do not fit together";
  if (adds_bytes_slowly(node.input(0).type) && fully_connected_has_byte_products(node)) {
    return "our kernel adds up four products of bytes at once";
  }
  if (has_computed_weights(node)) return check_computed_weights(node);
  const Shape& filter = node.input(1).shape;
  if (node.input(0).type == TensorType::FLOAT32 && node.input(1).type == TensorType::FLOAT32 &&
      wastes_columns({.rows = batch_of(node), .depth = filter[1], .columns = filter[0]})) {
    return "our kernel wastes less on few channels";
  }
  return check_weights(weights_of(node));
}

void define_fully_connected(const Node& node, Definition& definition) {
  const auto options = node.options_or_default<FullyConnectedOptions>();
  const Range range = *clamp_of(options.fused_activation_function);
  const RuntimeTensor* bias = bias_of(node);
  const std::uint32_t bias_id =
      bias ? definition.bias(*bias, node.input(0), node.input(1)) : XNN_INVALID_VALUE_ID;
  if (is_hybrid(weights_of(node))) {
    define_hybrid(node, definition, range, bias_id);
    return;
  }
  if (needs_convolution(node)) {
    define_as_convolution(node, definition, range, bias_id);
    return;
  }
  const std::uint32_t flags = options.keep_num_dims ? 0 : XNN_FLAG_TENSORFLOW_RESHAPE_2D;
  const std::uint32_t filter_id =
      node.input(1).constant
          ? definition.filter(node.input(1), 0, least_filter_scale(node.input(0), node.output(0)))
          : definition.value(node.input(1));
  check(xnn_define_fully_connected(definition.subgraph(), range.min, range.max,
                                   definition.value(node.input(0)), filter_id, bias_id,
                                   definition.value(node.output(0)), flags),
        "define a fully connected layer");
}

#if LITEZOO_HAS_xnn_define_batch_matrix_multiply
Reason supports_batch_matmul(const Node& node) {
  if (node.input_count() != 2 || node.output_count() != 1) return "it has not the usual inputs";
  const RuntimeTensor& a = node.input(0);
  const RuntimeTensor& b = node.input(1);
  const RuntimeTensor& output = node.output(0);
  if (common_precision({&a, &b, &output}) != Precision::f32) return "XNNPACK takes floats only";
  const auto options = node.options_or_default<BatchMatMulOptions>();
  if (options.adj_x) return "its first input is transposed";
  const std::size_t rank = a.shape.size();
  if (rank < 3 || b.shape.size() != rank || output.shape.size() != rank) {
    return "its inputs have not one number of dimensions";
  }
  for (std::size_t i = 0; i + 2 < rank; ++i) {
    if (a.shape[i] != b.shape[i] || a.shape[i] != output.shape[i]) return "its batches differ";
  }
  const std::int32_t depth = options.adj_y ? b.shape[rank - 1] : b.shape[rank - 2];
  const std::int32_t columns = options.adj_y ? b.shape[rank - 2] : b.shape[rank - 1];
  const bool fits = a.shape[rank - 1] == depth && output.shape[rank - 2] == a.shape[rank - 2] &&
                    output.shape[rank - 1] == columns;
  return fits ? nullptr : "its shapes do not fit together";
}

void define_batch_matmul(const Node& node, Definition& definition) {
  const bool transposed = node.options_or_default<BatchMatMulOptions>().adj_y;
  check(xnn_define_batch_matrix_multiply(
            definition.subgraph(), definition.value(node.input(0)), definition.value(node.input(1)),
            definition.value(node.output(0)), transposed ? XNN_FLAG_TRANSPOSE_B : 0),
        "define a batch matrix multiplication");
}
#endif

}  // namespace litezoo::runtime::xnn
