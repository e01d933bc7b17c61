#include "runtime/kernels/weights.h"

#include <fmt/format.h>

#include <cmath>

namespace litezoo::runtime {

void unpack_small(TensorType type, const std::uint8_t* packed, std::size_t count,
                  std::int8_t* out) noexcept {
  const auto bits = static_cast<unsigned>(tensor_type_bits(type));
  const unsigned per_byte = 8 / bits, mask = (1U << bits) - 1, sign = 1U << (bits - 1);
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned raw = (packed[i / per_byte] >> (i % per_byte * bits)) & mask;
    out[i] = static_cast<std::int8_t>(static_cast<int>(raw ^ sign) - static_cast<int>(sign));
  }
}

std::vector<std::int8_t> unpack_int8(const Node& node, const RuntimeTensor& weights) {
  node.expect_type(weights, {TensorType::INT8, TensorType::INT4, TensorType::INT2});
  const std::size_t count = weights.size();
  std::vector<std::int8_t> values(count);
  if (weights.type == TensorType::INT8) {
    const auto* from = weights.values<std::int8_t>();
    values.assign(from, from + count);
  } else {
    unpack_small(weights.type, weights.values<std::uint8_t>(), count, values.data());
  }
  return values;
}

std::vector<std::int16_t> unpack_int16(const Node& node, const RuntimeTensor& weights) {
  node.expect_type(weights, {TensorType::INT8, TensorType::UINT8});
  const std::size_t count = weights.size();
  const std::int32_t zero_point = weights.zero_point();
  std::vector<std::int16_t> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int32_t raw = weights.type == TensorType::UINT8 ? weights.values<std::uint8_t>()[i]
                                                               : weights.values<std::int8_t>()[i];
    values[i] = static_cast<std::int16_t>(raw - zero_point);
  }
  return values;
}

std::vector<float> channel_scales(const Node& node, const RuntimeTensor& weights,
                                  std::size_t channels) {
  std::vector<float> scales = weights.quantization().scale;
  if (scales.size() == 1) scales.assign(channels, scales.front());
  if (scales.size() != channels) {
    node.corrupt(
        fmt::format("its weights have {} scales for {} channels", scales.size(), channels));
  }
  for (const float scale : scales) {
    if (!std::isfinite(scale) || scale < 0.0F) {
      node.corrupt(fmt::format("its weights have the scale {}", scale));
    }
  }
  return scales;
}

}  // namespace litezoo::runtime
