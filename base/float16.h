#pragma once

#include <bit>
#include <cstdint>

namespace litezoo {

// IEEE 754 binary16 as the bits of a file's FLOAT16; arithmetic goes through float.
class Half {
 public:
  Half() = default;
  // Rounds to nearest even; beyond the range it gives an infinity.
  explicit constexpr Half(float value) noexcept : bits_(from_float(value)) {}
  constexpr operator float() const noexcept { return to_float(bits_); }
  static constexpr Half from_bits(std::uint16_t bits) noexcept {
    Half half;
    half.bits_ = bits;
    return half;
  }
  constexpr std::uint16_t bits() const noexcept { return bits_; }

 private:
  static constexpr float to_float(std::uint16_t bits) noexcept {
    const std::uint32_t sign = (bits & 0x8000U) << 16U;
    const std::uint32_t magnitude = bits & 0x7FFFU;
    if (magnitude >= 0x7C00U) {
      return std::bit_cast<float>(sign | 0x7F800000U | ((magnitude & 0x03FFU) << 13U));
    }
    // Moving the exponent by a float multiplication makes subnormals right as well.
    constexpr auto rebias = std::bit_cast<float>(std::uint32_t{0x77800000U});  // 2^112
    const float value = std::bit_cast<float>(magnitude << 13U) * rebias;
    return std::bit_cast<float>(sign | std::bit_cast<std::uint32_t>(value));
  }

  static constexpr std::uint16_t from_float(float value) noexcept {
    const auto all = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (all >> 16U) & 0x8000U;
    const std::uint32_t magnitude = all & 0x7FFFFFFFU;
    std::uint32_t result = 0;
    if (magnitude > 0x7F800000U) {
      result = 0x7E00U;
    } else if (magnitude >= 0x477FF000U) {  // 65520 rounds to infinity
      result = 0x7C00U;
    } else if (magnitude < 0x38800000U) {
      // Adding 0.5 leaves the subnormal's bits, rounded, at the low end of the sum.
      result = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
    } else {
      result = (magnitude - 0x38000000U + 0x0FFFU + ((magnitude >> 13U) & 1U)) >> 13U;
    }
    return static_cast<std::uint16_t>(sign | result);
  }

  std::uint16_t bits_ = 0;
};

// The upper half of a float, as the bits of a file's BFLOAT16.
class BFloat16 {
 public:
  BFloat16() = default;
  // Rounds to nearest even.
  explicit constexpr BFloat16(float value) noexcept {
    const auto all = std::bit_cast<std::uint32_t>(value);
    const bool nan = (all & 0x7FFFFFFFU) > 0x7F800000U;
    bits_ = static_cast<std::uint16_t>(nan ? (all >> 16U) | 0x40U
                                           : (all + 0x7FFFU + ((all >> 16U) & 1U)) >> 16U);
  }
  constexpr operator float() const noexcept {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits_) << 16U);
  }

 private:
  std::uint16_t bits_ = 0;
};

}  // namespace litezoo
