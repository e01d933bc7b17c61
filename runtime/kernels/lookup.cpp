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
    const float result = std::isnan(steps) ? static_cast<float>(low)
                                           : steps + static_cast<float>(out.zero_point());
    table[static_cast<std::uint8_t>(raw)] = static_cast<std::uint8_t>(static_cast<std::int32_t>(
        std::clamp(result, static_cast<float>(low), static_cast<float>(high))));
  }
  return table;
}

constexpr std::size_t kSteps = 512;

// Entries are moved by half the error that interpolation makes in the middle of their step.
std::array<std::int16_t, kSteps + 1> step_table(const Node& node, const RealFunction& function) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const float input_min = in.scale() * static_cast<float>(-32768 - in.zero_point());
  const float input_max = in.scale() * static_cast<float>(32767 - in.zero_point());
  const float output_min = out.scale() * static_cast<float>(-32768 - out.zero_point());
  const float output_max = out.scale() * static_cast<float>(32767 - out.zero_point());
  const float step = (input_max - input_min) / static_cast<float>(kSteps);
  const float steps_per_unit = 65536.0F / (output_max - output_min);
  const auto saturated = [](float value) {
    return static_cast<std::int16_t>(
        std::isnan(value) ? -32768.0F : std::clamp(value, -32768.0F, 32767.0F));
  };
  std::array<std::int16_t, kSteps + 1> table{};
  for (std::size_t i = 0; i < kSteps; ++i) {
    const float at = input_min + static_cast<float>(i) * step;
    const float value = std::round(function(at) * steps_per_unit);
    const float middle = std::round(function(at + step / 2.0F) * steps_per_unit);
    const float next = function(input_min + static_cast<float>(i + 1) * step) * steps_per_unit;
    const float error = std::round((next + value) / 2.0F) - middle;
    table[i] = saturated(value - std::round(error / 2.0F));
  }
  table[kSteps] = saturated(std::round(function(input_max) * steps_per_unit));
  return table;
}

}  // namespace

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
      [table = step_table(node, function)](std::int16_t raw) {
        const auto index = static_cast<std::size_t>(256 + (raw >> 7));
        const auto slope = static_cast<std::int16_t>(table[index + 1] - table[index]);
        return static_cast<std::int16_t>(table[index] + ((slope * (raw & 0x7F) + 64) >> 7));
      });
}

}  // namespace litezoo::runtime
