#pragma once

#include <bit>
#include <cstdint>

#include "runtime/kernels/fixed_point.h"

// Functions of 32-bit fixed-point numbers, bit for bit as gemmlowp computes them, which quantised
// models were calibrated with. A number "Qm" has m integer bits before its binary point: the raw
// value stands for raw / 2^(31 - m).

namespace litezoo::runtime::fixed {

// raw * 2^exponent, saturated. Requires 0 <= exponent <= 31.
constexpr std::int32_t saturating_shift_left(std::int32_t raw, int exponent) noexcept {
  const std::int64_t wide = static_cast<std::int64_t>(raw) * (std::int64_t{1} << exponent);
  constexpr std::int64_t lowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t highest = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(wide < lowest ? lowest : wide > highest ? highest : wide);
}

// 1 / (1 + x) in Q0 for x in Q0, 0 <= x < 1: three Newton-Raphson steps.
constexpr std::int32_t reciprocal_of_one_plus(std::int32_t x) noexcept {
  constexpr std::int32_t q2_48_over_17 = 1515870810;
  constexpr std::int32_t q2_minus_32_over_17 = -1010580540;
  constexpr std::int32_t q2_one = 1 << 29;
  // (x + 1) / 2, where Q0's nearest to 1 is the highest integer
  const auto half_denominator = static_cast<std::int32_t>(
      (static_cast<std::int64_t>(x) + std::numeric_limits<std::int32_t>::max() + 1) / 2);
  constexpr auto product = [](std::int32_t a, std::int32_t b) {
    return saturating_rounding_doubling_high_multiply(a, b);
  };
  std::int32_t estimate = q2_48_over_17 + product(half_denominator, q2_minus_32_over_17);
  for (int i = 0; i < 3; ++i) {
    const std::int32_t error = q2_one - product(half_denominator, estimate);
    estimate += saturating_shift_left(product(estimate, error), 2);
  }
  return saturating_shift_left(estimate, 1);
}

// A positive integer's reciprocal as 1 / x = value * 2^(-31 - bits), value in Q0.
struct Reciprocal {
  std::int32_t value;
  int bits;
};
constexpr Reciprocal reciprocal(std::int32_t x) noexcept {
  const auto positive = static_cast<std::uint32_t>(x);
  const int zeros = std::countl_zero(positive);
  const auto fraction = static_cast<std::int32_t>((positive << zeros) - (1U << 31U));
  return {reciprocal_of_one_plus(fraction), 31 - zeros};
}

// How far x can be shifted to the left before its sign changes.
constexpr int leading_sign_bits(std::int32_t x) noexcept {
  const auto magnitude = static_cast<std::uint32_t>(x < 0 ? ~x : x);
  return std::countl_zero(magnitude) - 1;
}

}  // namespace litezoo::runtime::fixed
