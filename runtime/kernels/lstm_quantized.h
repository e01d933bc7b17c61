#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/kernels/lstm_tensors.h"

namespace litezoo::runtime {

// What both 8-bit cells have in common: INT8 input, output and output state, INT16 cell state.

// Throws Error(unsupported) naming the node for tensors of other types.
void expect_quantized_cell(const Node& node, const LstmTensors& tensors);

// The scale of a whole tensor. Throws Error(corrupt) naming the node when there is none.
float cell_scale(const Node& node, const RuntimeTensor& tensor);

inline std::int16_t saturate16(std::int32_t value) {
  return static_cast<std::int16_t>(std::clamp(value, -32768, 32767));
}

// `count` elements of a constant input. Throws Error naming the node for another type or size, or
// weights that are computed.
template <typename T>
std::vector<T> constant_values(const Node& node, std::size_t input, TensorType type,
                               std::size_t count) {
  expect_vector(node, input, type, count);
  if (!node.input(input).constant) node.unsupported("its weights are computed");
  const T* from = node.input(input).values<T>();
  return {from, from + count};
}

}  // namespace litezoo::runtime
