#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

#include "runtime/kernels/fixed_point.h"

// Functions of 16-bit and 32-bit fixed-point numbers, bit for bit as gemmlowp computes them, which
// quantised models were calibrated with. A number "Qm" has m integer bits before its binary point:
// the raw value stands for raw / 2^(bits - 1 - m).

namespace litezoo::runtime::fixed {

namespace detail {

template <typename T>
inline constexpr int kFractionBits = static_cast<int>(sizeof(T)) * 8 - 1;  // of Q0

template <typename T>
inline constexpr T kOne = std::numeric_limits<T>::max();  // Q0's nearest to 1

// A constant given for 32 bits, rounded to the width of T.
template <typename T>
constexpr T constant(std::int32_t raw) noexcept {
  if constexpr (sizeof(T) == 4) return raw;
  return static_cast<T>(rounding_divide_by_power_of_two(raw, 16));
}

// Qm * Qn = Q(m + n).
template <typename T>
constexpr T product(T a, T b) noexcept {
  return saturating_rounding_doubling_high_multiply(a, b);
}

template <typename T>
constexpr T sum(T a, T b) noexcept {
  return static_cast<T>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

template <typename T>
constexpr T saturated(std::int64_t value) noexcept {
  constexpr std::int64_t lowest = std::numeric_limits<T>::min();
  constexpr std::int64_t highest = std::numeric_limits<T>::max();
  return static_cast<T>(value < lowest ? lowest : value > highest ? highest : value);
}

// raw * 2^exponent, saturated; requires 0 <= exponent < 31.
template <typename T>
constexpr T shift_left(T raw, int exponent) noexcept {
  return saturated<T>(static_cast<std::int64_t>(raw) * (std::int64_t{1} << exponent));
}

template <typename T>
constexpr T shift_right(T raw, int exponent) noexcept {
  return static_cast<T>(rounding_divide_by_power_of_two(raw, exponent));
}

// (x + 1) / 2 in Q0, rounded away from zero, for x >= 0.
template <typename T>
constexpr T half_of_one_plus(T x) noexcept {
  return static_cast<T>((static_cast<std::int64_t>(x) + kOne<T> + 1) / 2);
}

// 2 / (1 + x) in Q2 for x in Q0, 0 <= x < 1: three Newton-Raphson steps.
template <typename T>
constexpr T twice_reciprocal_of_one_plus(T x) noexcept {
  constexpr T one = static_cast<T>(T{1} << (kFractionBits<T> - 2));
  const T half_denominator = half_of_one_plus(x);
  T estimate = sum(constant<T>(1515870810),                               // 48 / 17
                   product(half_denominator, constant<T>(-1010580540)));  // -32 / 17
  for (int i = 0; i < 3; ++i) {
    const T error = static_cast<T>(one - product(half_denominator, estimate));
    estimate = sum(estimate, shift_left(product(estimate, error), 2));
  }
  return estimate;
}

// exp(x) in Q0 for x in Q0, -1/4 <= x < 0: a Taylor series around -1/8.
template <typename T>
constexpr T exp_of_quarter(T a) noexcept {
  const T exp_minus_eighth = constant<T>(1895147668);
  const T third = constant<T>(715827883);
  const T x = sum(a, static_cast<T>(T{1} << (kFractionBits<T> - 3)));
  const T x2 = product(x, x);
  const T x3 = product(x2, x);
  const T x4_over_4 = shift_right(product(x2, x2), 2);
  const T tail = shift_right(sum(product(sum(x4_over_4, x3), third), x2), 1);
  const std::int64_t result =
      std::int64_t{exp_minus_eighth} + product(exp_minus_eighth, sum(x, tail));
  return saturated<T>(result);
}

}  // namespace detail

// 1 / (1 + x) in Q0 for x in Q0, 0 <= x < 1.
template <typename T>
constexpr T reciprocal_of_one_plus(T x) noexcept {
  return detail::shift_left(detail::twice_reciprocal_of_one_plus(x), 1);
}

// exp(a) in Q0 for a <= 0 in Q(integer_bits).
template <int integer_bits, typename T>
constexpr T exp_of_negative(T a) noexcept {
  constexpr int fraction_bits = detail::kFractionBits<T> - integer_bits;
  constexpr T quarter = static_cast<T>(T{1} << (fraction_bits - 2));
  // exp(-2^exponent) for exponent = -2, -1, ...
  constexpr std::int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                     39332535,   720401,     242};
  if (a == 0) return detail::kOne<T>;
  if constexpr (integer_bits > 5) {
    if (a < -(T{1} << (36 - integer_bits))) return 0;
  }
  const T below_quarter = static_cast<T>((a & (quarter - 1)) - quarter);
  T result = detail::exp_of_quarter(detail::shift_left(below_quarter, integer_bits));
  const std::int32_t remainder = below_quarter - a;
  for (int exponent = -2; exponent < integer_bits && exponent <= 4; ++exponent) {
    if ((remainder >> (fraction_bits + exponent) & 1) != 0) {
      result = detail::product(result, detail::constant<T>(powers[exponent + 2]));
    }
  }
  return result;
}

// 1 / (1 + exp(-a)) in Q0 for a in Q(integer_bits).
template <int integer_bits, typename T>
constexpr T logistic(T a) noexcept {
  if (a == 0) return detail::constant<T>(1 << 30);
  const T below_zero = static_cast<T>(a > 0 ? -a : a);
  const T of_positive = reciprocal_of_one_plus(exp_of_negative<integer_bits>(below_zero));
  return a > 0 ? of_positive : static_cast<T>(detail::kOne<T> - of_positive);
}

// tanh(a) in Q0 for a in Q(integer_bits).
template <int integer_bits, typename T>
constexpr T tanh(T a) noexcept {
  if (a == 0) return 0;
  const T below_zero = static_cast<T>(a > 0 ? -a : a);
  const T exp = exp_of_negative<integer_bits + 1>(below_zero);  // of 2a
  constexpr T one = static_cast<T>(T{1} << (detail::kFractionBits<T> - 2));
  const T ratio = static_cast<T>(detail::twice_reciprocal_of_one_plus(exp) - one);
  const T of_positive = detail::shift_left(ratio, 2);
  return a > 0 ? of_positive : static_cast<T>(-of_positive);
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
