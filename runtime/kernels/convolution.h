#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "runtime/kernels/linear_output.h"
#include "runtime/kernels/window.h"

namespace litezoo::runtime {

// What the dense convolutions have in common: forward or transposed, two or three spatial axes
// (two: the first axis is all ones), grouped or not, of every LinearKind. Each output position is a
// row of a matrix product; rows are gathered in tiles of bounded size.
struct ConvolutionPlan {
  std::size_t batch = 1;
  std::array<WindowAxis, 3> axes;  // depth, height, width
  bool transposed = false;
  std::size_t input_channels = 0, output_channels = 0, groups = 1;
  // Where the weights of (output channel, tap, input channel of the group) lie.
  std::size_t weight_output_stride = 0, weight_tap_stride = 0, weight_input_stride = 1;
  ActivationFunction activation = ActivationFunction::NONE;
  TensorType quantized_bias_type = TensorType::FLOAT32;
  // Positions of the node's inputs.
  std::size_t input = 0, weights = 1;
  std::optional<std::size_t> bias;
};

// Every pixel by itself: the image is one long line.
bool is_pixelwise(const ConvolutionPlan& plan) noexcept;

// Checks types and sizes, packs constant weights. The output's shape is set already. Throws
// Error(unsupported) or Error(corrupt) naming the node.
Evaluate prepare_convolution(const Node& node, const ConvolutionPlan& plan);

}  // namespace litezoo::runtime
