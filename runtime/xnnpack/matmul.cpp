#include <xnnpack.h>

#include <array>

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

// Debian 12's fully connected operator has one scale for all weights; a 1x1 convolution takes one a
// channel and is as fast.
bool needs_convolution(const Node& node) {
  return node.input(1).quantization().scale.size() > 1;
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
  check(xnn_define_static_reshape(definition.subgraph(), 4, in_shape.data(),
                                  definition.value(input), image, 0),
        "define a reshape");
  check(xnn_define_convolution_2d(definition.subgraph(), 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, depth,
                                  channels, range.min, range.max, image,
                                  definition.filter(node.input(1), 0, filter_shape), bias_id,
                                  result, 0),
        "define a fully connected layer");
  const std::vector<std::size_t> shape = dimensions(output.shape);
  check(xnn_define_static_reshape(definition.subgraph(), shape.size(), shape.data(), result,
                                  definition.value(output), 0),
        "define a reshape");
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
  return check_weights({&node.input(0), &node.input(1), bias_of(node), &node.output(0), 0,
                        static_cast<std::size_t>(node.input(1).shape[0]), true});
}

void define_fully_connected(const Node& node, Definition& definition) {
  const auto options = node.options_or_default<FullyConnectedOptions>();
  const Range range = *clamp_of(options.fused_activation_function);
  const RuntimeTensor* bias = bias_of(node);
  const std::uint32_t bias_id =
      bias ? definition.bias(*bias, node.input(0), node.input(1)) : XNN_INVALID_VALUE_ID;
  if (needs_convolution(node)) {
    define_as_convolution(node, definition, range, bias_id);
    return;
  }
  const std::uint32_t flags = options.keep_num_dims ? 0 : XNN_FLAG_TENSORFLOW_RESHAPE_2D;
  check(xnn_define_fully_connected(
            definition.subgraph(), range.min, range.max, definition.value(node.input(0)),
            definition.filter(node.input(1), 0), bias_id, definition.value(node.output(0)), flags),
        "define a fully connected layer");
}

}  // namespace litezoo::runtime::xnn
