#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/fixed_point_math.h"
#include "runtime/kernels/lstm.h"

namespace litezoo::runtime {
namespace {

// Inputs: data, previous activation, weights, bias, previous state. Outputs: activation, state, the
// two inputs side by side, and the gates before their activations: input, candidate, forget,
// output.
struct BasicSizes {
  std::size_t batch = 0, input = 0, cells = 0;
  std::size_t depth() const { return input + cells; }
};

BasicSizes set_shapes(const Node& node) {
  const RuntimeTensor &data = node.input(0), &weights = node.input(2);
  if (data.rank() < 2 || node.input(1).rank() != 2 || weights.rank() != 2) {
    node.corrupt("its inputs are no matrices");
  }
  const std::int32_t cells = node.input(1).shape[1];
  BasicSizes sizes{0, static_cast<std::size_t>(data.shape.back()), static_cast<std::size_t>(cells)};
  if (sizes.input == 0 || sizes.cells == 0) node.corrupt("it has no cells or no inputs");
  sizes.batch = data.size() / sizes.input;
  if (static_cast<std::size_t>(weights.shape[0]) != 4 * sizes.cells ||
      static_cast<std::size_t>(weights.shape[1]) != sizes.depth() ||
      node.input(3).size() != 4 * sizes.cells ||
      node.input(1).size() != sizes.batch * sizes.cells ||
      node.input(4).size() != sizes.batch * sizes.cells) {
    node.corrupt("its weights, bias and state do not fit its input");
  }
  const auto batch = static_cast<std::int32_t>(sizes.batch);
  node.set_shape(0, {batch, cells});
  node.set_shape(1, {batch, cells});
  node.set_shape(2, {batch, static_cast<std::int32_t>(sizes.depth())});
  node.set_shape(3, {batch, 4 * cells});
  return sizes;
}

template <typename T>
T* join(const Node& node, const BasicSizes& sizes, std::size_t b) {
  T* row = node.output(2).mutable_values<T>() + b * sizes.depth();
  std::copy_n(node.input(0).values<T>() + b * sizes.input, sizes.input, row);
  std::copy_n(node.input(1).values<T>() + b * sizes.cells, sizes.cells, row + sizes.input);
  return row;
}

float logistic(float x) {
  return 1.0F / (1.0F + std::exp(-x));
}

void run_float(const Node& node, const BasicSizes& sizes) {
  const std::size_t n = sizes.cells;
  const float* weights = node.input(2).values<float>();
  const float* bias = node.input(3).values<float>();
  for (std::size_t b = 0; b < sizes.batch; ++b) {
    const float* row = join<float>(node, sizes, b);
    float* gates = node.output(3).mutable_values<float>() + b * 4 * n;
    for (std::size_t i = 0; i < 4 * n; ++i) {
      float sum = bias[i];
      for (std::size_t k = 0; k < sizes.depth(); ++k)
        sum += row[k] * weights[i * sizes.depth() + k];
      gates[i] = sum;
    }
    const float* previous = node.input(4).values<float>() + b * n;
    float* state = node.output(1).mutable_values<float>() + b * n;
    float* out = node.output(0).mutable_values<float>() + b * n;
    for (std::size_t i = 0; i < n; ++i) {
      state[i] =
          logistic(gates[i]) * std::tanh(gates[n + i]) + logistic(gates[2 * n + i]) * previous[i];
      out[i] = logistic(gates[3 * n + i]) * std::tanh(state[i]);
    }
  }
}

// The state has 4 integer bits, the gates 3.
void run_uint8(const Node& node, const BasicSizes& sizes, QuantizedMultiplier factor) {
  const std::size_t n = sizes.cells;
  const auto* weights = node.input(2).values<std::uint8_t>();
  const std::int32_t weight_zero = node.input(2).zero_point();
  const auto* bias = node.input(3).values<std::int32_t>();
  const auto times = [](std::int16_t a, std::int16_t b) {
    return saturating_rounding_doubling_high_multiply(a, b);
  };
  for (std::size_t b = 0; b < sizes.batch; ++b) {
    const std::uint8_t* row = join<std::uint8_t>(node, sizes, b);
    auto* gates = node.output(3).mutable_values<std::int16_t>() + b * 4 * n;
    for (std::size_t i = 0; i < 4 * n; ++i) {
      std::uint32_t sum = static_cast<std::uint32_t>(bias[i]);
      for (std::size_t k = 0; k < sizes.depth(); ++k) {
        sum += static_cast<std::uint32_t>((row[k] - 128) *
                                          (weights[i * sizes.depth() + k] - weight_zero));
      }
      gates[i] = static_cast<std::int16_t>(
          std::clamp(multiply(static_cast<std::int32_t>(sum), factor), -32768, 32767));
    }
    const auto* previous = node.input(4).values<std::int16_t>() + b * n;
    auto* state = node.output(1).mutable_values<std::int16_t>() + b * n;
    auto* out = node.output(0).mutable_values<std::uint8_t>() + b * n;
    for (std::size_t i = 0; i < n; ++i) {
      const std::int16_t candidate =
          times(fixed::logistic<3>(gates[i]), fixed::tanh<3>(gates[n + i]));
      const std::int16_t kept = times(fixed::logistic<3>(gates[2 * n + i]), previous[i]);
      state[i] = static_cast<std::int16_t>(
          std::clamp(rounding_divide_by_power_of_two(candidate, 4) + kept, -32768, 32767));
      const std::int16_t activation =
          times(fixed::logistic<3>(gates[3 * n + i]), fixed::tanh<4>(state[i]));
      const std::int32_t narrow = rounding_divide_by_power_of_two(activation, 8);
      out[i] = static_cast<std::uint8_t>(std::clamp(narrow, -128, 127) + 128);
    }
  }
}

}  // namespace

Evaluate prepare_basic_lstm(Node& node) {
  node.expect_inputs(5, 5);
  node.expect_outputs(4);
  const BasicSizes sizes = set_shapes(node);
  const auto expect = [&](TensorType activations, TensorType bias, TensorType state) {
    for (const std::size_t i : {0U, 1U, 2U}) node.expect_type(node.input(i), {activations});
    node.expect_type(node.input(3), {bias});
    node.expect_type(node.input(4), {state});
    for (const std::size_t i : {0U, 2U}) node.expect_type(node.output(i), {activations});
    for (const std::size_t i : {1U, 3U}) node.expect_type(node.output(i), {state});
  };
  if (node.input(0).type == TensorType::FLOAT32) {
    expect(TensorType::FLOAT32, TensorType::FLOAT32, TensorType::FLOAT32);
    return [sizes](const Node& running) { run_float(running, sizes); };
  }
  expect(TensorType::UINT8, TensorType::INT32, TensorType::INT16);
  // Gates have 12 fraction bits.
  const QuantizedMultiplier factor =
      quantize_multiplier(4096.0 * static_cast<double>(node.input(3).scale()));
  return [sizes, factor](const Node& running) { run_uint8(running, sizes, factor); };
}

}  // namespace litezoo::runtime
