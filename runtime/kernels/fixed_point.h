#pragma once

#include <cstdint>
#include <limits>

#include "base/operator_options.h"
#include "runtime/kernels/kernel.h"

// The integer arithmetic by which TensorFlow Lite scales quantised values (gemmlowp's fixed point
// with double rounding). Results are bit-exact; no input, however hostile, is undefined behaviour.

namespace litezoo::runtime {

// A real factor as multiplier * 2^(shift - 31); |multiplier| lies in [2^30, 2^31) or is 0.
struct QuantizedMultiplier {
  std::int32_t multiplier = 0;
  std::int32_t shift = 0;  // positive = to the left; in [-31, 30]
};

// The nearest QuantizedMultiplier. Factors below 2^-32 give 0, beyond 2^30 they saturate; a NaN
// gives 0.
QuantizedMultiplier quantize_multiplier(double factor) noexcept;

// High 32 bits of 2 * a * b, rounded to nearest with ties upwards, saturated.
constexpr std::int32_t saturating_rounding_doubling_high_multiply(std::int32_t a,
                                                                  std::int32_t b) noexcept {
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  if (a == lowest && b == lowest) return std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>((static_cast<std::int64_t>(a) * b + (1LL << 30)) >> 31);
}

// The 16-bit kin of the above.
constexpr std::int16_t saturating_rounding_doubling_high_multiply(std::int16_t a,
                                                                  std::int16_t b) noexcept {
  constexpr std::int16_t lowest = std::numeric_limits<std::int16_t>::min();
  if (a == lowest && b == lowest) return std::numeric_limits<std::int16_t>::max();
  return static_cast<std::int16_t>((static_cast<std::int32_t>(a) * b + (1 << 14)) >> 15);
}

// x / 2^exponent, rounded to nearest, ties away from zero. Requires 0 <= exponent <= 31.
constexpr std::int32_t rounding_divide_by_power_of_two(std::int32_t x, int exponent) noexcept {
  const auto mask = static_cast<std::int32_t>((1LL << exponent) - 1);
  const std::int32_t remainder = x & mask;
  const std::int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + (remainder > threshold ? 1 : 0);
}

// x * 2^exponent, modulo 2^32. Requires 0 <= exponent <= 31.
constexpr std::int32_t wrapping_shift_left(std::int32_t x, int exponent) noexcept {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(x) << exponent);
}

// x * factor; exact where the result fits.
constexpr std::int32_t multiply(std::int32_t x, QuantizedMultiplier factor) noexcept {
  const int left = factor.shift > 0 ? factor.shift : 0;
  const int right = factor.shift > 0 ? 0 : -factor.shift;
  return rounding_divide_by_power_of_two(
      saturating_rounding_doubling_high_multiply(wrapping_shift_left(x, left), factor.multiplier),
      right);
}

// x * factor for the 64-bit sums of int16 kernels, the factor cut to 16 bits as TensorFlow Lite
// does; its low 32 bits. Meant for |x| < 2^47 and a shift below 8.
constexpr std::int32_t multiply(std::int64_t x, QuantizedMultiplier factor) noexcept {
  const std::int64_t reduced =
      factor.multiplier < 0x7FFF0000 ? (factor.multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int total_shift = factor.shift < 15 ? 15 - factor.shift : 1;
  const auto product = static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(reduced);
  const auto rounded = static_cast<std::int64_t>(product + (1ULL << (total_shift - 1)));
  return static_cast<std::int32_t>(rounded >> total_shift);
}

template <typename T>
struct ActivationRange {
  T min, max;
};

// The bounds a fused activation sets on a float output. Throws Error(unsupported) naming the node
// for an activation that is not a clamp (TANH, SIGN_BIT).
ActivationRange<float> float_activation_range(const Node& node, ActivationFunction activation);

// The same for int32 or int64 elements that are not quantised.
template <typename T>
ActivationRange<T> integer_activation_range(const Node& node, ActivationFunction activation) {
  const auto [low, high] = float_activation_range(node, activation);
  constexpr T lowest = std::numeric_limits<T>::lowest();
  constexpr T highest = std::numeric_limits<T>::max();
  return {low < -1.0F ? lowest : static_cast<T>(low), high > 6.0F ? highest : static_cast<T>(high)};
}

// The same for a quantised output (INT8, UINT8 or INT16), in its own integers. Throws
// Error(corrupt) naming the node when its scale cannot be used.
ActivationRange<std::int32_t> quantized_activation_range(const Node& node,
                                                         ActivationFunction activation,
                                                         const RuntimeTensor& output);

// The least and greatest value of INT8, UINT8 or INT16; Error(unsupported) naming the node for any
// other type.
ActivationRange<std::int32_t> quantized_type_range(const Node& node, TensorType type);

// Throws Error(corrupt) naming the node unless the tensor is quantised per tensor with a finite
// scale above 0 and a zero point that its type can hold.
void expect_quantized(const Node& node, const RuntimeTensor& tensor);

}  // namespace litezoo::runtime
