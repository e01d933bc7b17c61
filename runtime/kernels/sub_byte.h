#pragma once

#include <cstddef>
#include <cstdint>

#include "base/tensor_type.h"

namespace litezoo::runtime {

// How the elements of INT4, UINT4 and INT2 lie in bytes: packed, low bits first.
struct SubByteLayout {
  unsigned bits;
  bool is_signed;

  std::int8_t operator()(const std::uint8_t* bytes, std::size_t i) const noexcept {
    const std::size_t bit = i * bits;
    const unsigned raw = (bytes[bit / 8] >> (bit % 8)) & ((1U << bits) - 1U);
    const unsigned sign = is_signed ? 1U << (bits - 1U) : 0U;
    return static_cast<std::int8_t>(static_cast<int>(raw ^ sign) - static_cast<int>(sign));
  }
};

// Requires tensor_type_bits(type) to be 2 or 4.
inline SubByteLayout sub_byte_layout(TensorType type) noexcept {
  return {static_cast<unsigned>(tensor_type_bits(type)), type != TensorType::UINT4};
}

}  // namespace litezoo::runtime
