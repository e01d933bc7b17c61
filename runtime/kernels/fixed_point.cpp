#include "runtime/kernels/fixed_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace litezoo::runtime {

QuantizedMultiplier quantize_multiplier(double factor) noexcept {
  if (std::isnan(factor) || factor == 0.0) return {};
  if (std::abs(factor) >= static_cast<double>(1LL << 30)) {
    constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
    return {factor < 0 ? -highest : highest, 30};
  }
  int shift = 0;
  const double fraction = std::frexp(factor, &shift);
  auto fixed = static_cast<std::int64_t>(std::round(fraction * static_cast<double>(1LL << 31)));
  if (fixed == 1LL << 31 || fixed == -(1LL << 31)) {
    fixed /= 2;
    ++shift;
  }
  if (shift < -31) return {};
  return {static_cast<std::int32_t>(fixed), shift};
}

ActivationRange<float> float_activation_range(const Node& node, ActivationFunction activation) {
  constexpr float highest = std::numeric_limits<float>::infinity();
  switch (activation) {
    case ActivationFunction::NONE:
      return {-highest, highest};
    case ActivationFunction::RELU:
      return {0.0F, highest};
    case ActivationFunction::RELU6:
      return {0.0F, 6.0F};
    case ActivationFunction::RELU_N1_TO_1:
      return {-1.0F, 1.0F};
    case ActivationFunction::TANH:
    case ActivationFunction::SIGN_BIT:
      break;
  }
  node.unsupported(
      fmt::format("fused activation {} is not supported", static_cast<int>(activation)));
}

ActivationRange<std::int32_t> quantized_type_range(const Node& node, TensorType type) {
  if (type == TensorType::INT8) return {-128, 127};
  if (type == TensorType::UINT8) return {0, 255};
  if (type == TensorType::INT16) return {-32768, 32767};
  node.unsupported(fmt::format("type {} cannot be quantised here", tensor_type_name(type)));
}

ActivationRange<std::int32_t> quantized_activation_range(const Node& node,
                                                         ActivationFunction activation,
                                                         const RuntimeTensor& output) {
  expect_quantized(node, output);
  const auto type_range = quantized_type_range(node, output.type);
  const auto [low_real, high_real] = float_activation_range(node, activation);
  // clang 14 cannot capture a structured binding.
  const auto low = static_cast<double>(type_range.min);
  const auto high = static_cast<double>(type_range.max);
  const auto quantize = [&](float real) {
    const auto steps = static_cast<double>(std::round(real / output.scale()));
    return static_cast<std::int32_t>(
        std::clamp(static_cast<double>(output.zero_point()) + steps, low, high));
  };
  return {quantize(low_real), quantize(high_real)};
}

void expect_quantized(const Node& node, const RuntimeTensor& tensor) {
  const Quantization& quantization = tensor.quantization();
  const std::string& name = tensor.definition->name;
  if (quantization.scale.size() != 1) {
    node.corrupt(fmt::format("tensor '{}' has no scale of its own", name));
  }
  const float scale = tensor.scale();
  if (!std::isfinite(scale) || scale <= 0.0F) {
    node.corrupt(fmt::format("tensor '{}' has the scale {}", name, scale));
  }
  if (quantization.zero_point.empty()) return;
  const auto [low, high] = quantized_type_range(node, tensor.type);
  const std::int64_t zero_point = quantization.zero_point.front();
  if (zero_point < low || zero_point > high) {
    node.corrupt(fmt::format("tensor '{}' has the zero point {}", name, zero_point));
  }
}

}  // namespace litezoo::runtime
