#include "runtime/kernels/lookup.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fixed_point.h"

namespace litezoo::runtime {
namespace {

using RealFunction = std::function<float(float)>;

// Indexed by the input's byte, whatever its sign.
std::array<std::uint8_t, 256> byte_table(const Node& node, const RealFunction& function) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const auto [low, high] = quantized_type_range(node, in.type);
  const float inverse_scale = 1.0F / out.scale();
  std::array<std::uint8_t, 256> table{};
  for (std::int32_t raw = low; raw <= high; ++raw) {
    const float real = in.scale() * static_cast<float>(raw - in.zero_point());
    const float steps = std::round(function(real) * inverse_scale);
    const float result =
        std::isnan(steps) ? static_cast<float>(low) : steps + static_cast<float>(out.zero_point());
    table[static_cast<std::uint8_t>(raw)] = static_cast<std::uint8_t>(static_cast<std::int32_t>(
        std::clamp(result, static_cast<float>(low), static_cast<float>(high))));
  }
  return table;
}

// In float for tensors and in double for SOFTMAX, since the rounding of the reference shows.
template <typename Real, typename Function>
StepTable build(Real input_min, Real input_max, Real steps_per_unit, const Function& function) {
  constexpr std::size_t steps = std::tuple_size_v<StepTable> - 1;
  const Real step = (input_max - input_min) / static_cast<Real>(steps);
  const auto saturated = [](Real value) {
    constexpr Real low = -32768, high = 32767;
    return static_cast<std::int16_t>(std::isnan(value) ? low : std::clamp(value, low, high));
  };
  StepTable table{};
  for (std::size_t i = 0; i < steps; ++i) {
    const Real at = input_min + static_cast<Real>(i) * step;
    const Real value = std::round(function(at) * steps_per_unit);
    const Real middle = std::round(function(at + step / 2) * steps_per_unit);
    const Real next = function(input_min + static_cast<Real>(i + 1) * step) * steps_per_unit;
    const Real error = std::round((next + value) / 2) - middle;
    table[i] = saturated(value - std::round(error / 2));
  }
  table[steps] = saturated(std::round(function(input_max) * steps_per_unit));
  return table;
}

StepTable tensor_step_table(const Node& node, const RealFunction& function) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const auto real = [](const RuntimeTensor& tensor, std::int32_t raw) {
    return tensor.scale() * static_cast<float>(raw - tensor.zero_point());
  };
  return build<float>(real(in, -32768), real(in, 32767),
                      65536.0F / (real(out, 32767) - real(out, -32768)), function);
}

}  // namespace

StepTable step_table(double input_min, double input_max, double output_scale,
                     const std::function<double(double)>& function) {
  return build<double>(input_min, input_max, 65536.0 / (output_scale * 65535.0), function);
}

Evaluate quantized_lookup(Node& node, const RealFunction& function) {
  expect_same_type(node, node.input(0), node.output(0));
  expect_quantized(node, node.input(0));
  expect_quantized(node, node.output(0));
  node.set_shape(0, node.input(0).shape);
  if (node.input(0).type != TensorType::INT16) {
    return map_elements<std::uint8_t, std::uint8_t>(
        [table = byte_table(node, function)](std::uint8_t raw) { return table[raw]; });
  }
  return map_elements<std::int16_t, std::int16_t>(
      [table = tensor_step_table(node, function)](std::int16_t raw) {
        return interpolate(table, raw);
      });
}

}  // namespace litezoo::runtime
