#include "runtime/kernels/binary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/kernels/broadcast.h"
#include "runtime/kernels/divisor.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/float_binary.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

template <TensorType... types, typename Op>
Evaluate binary_loop(Node& node, const Op& op) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  expect_same_type(node, node.input(0), node.output(0));
  return for_element_type<types...>(node, node.input(0), [&]<typename T>(std::type_identity<T>) {
    return broadcast_binary<T, T, T>(node, op);
  });
}

// Float and integers of 8 to 64 bits; integer divisors must not be 0.
template <typename Op>
Evaluate division(Node& node, const Op& op) {
  Evaluate divide = binary_loop<FLOAT32, INT8, INT16, INT32, INT64>(node, op);
  if (node.input(0).type == FLOAT32) return divide;
  return for_element_type<INT8, INT16, INT32, INT64>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) {
        return checking_second_input<T>(
            std::move(divide), [](T value) { return value == 0; }, "division by zero");
      });
}

std::int32_t integer_power(std::int32_t base, std::int32_t exponent) {
  std::int32_t result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if ((exponent & 1) != 0) result = wrapping_multiply(result, base);
    base = wrapping_multiply(base, base);
  }
  return result;
}

// As TensorFlow Lite: to twice the larger scale with 7 bits of headroom, subtracted, squared.
Evaluate quantized_squared_difference(Node& node) {
  const RuntimeTensor &a = node.input(0), &b = node.input(1), &out = node.output(0);
  const RuntimeTensor* const tensors[] = {&a, &b, &out};
  for (const RuntimeTensor* tensor : tensors) expect_quantized(node, *tensor);
  constexpr int left_shift = 7;
  const double twice_larger = 2.0 * static_cast<double>(std::max(a.scale(), b.scale()));
  const auto factor_a = quantize_multiplier(static_cast<double>(a.scale()) / twice_larger);
  const auto factor_b = quantize_multiplier(static_cast<double>(b.scale()) / twice_larger);
  const auto factor_out = quantize_multiplier(
      twice_larger * twice_larger / std::ldexp(static_cast<double>(out.scale()), 2 * left_shift));
  return binary_loop<INT8>(node, [=, zero_a = a.zero_point(), zero_b = b.zero_point(),
                                  zero_out = out.zero_point()](std::int8_t x, std::int8_t y) {
    const std::int32_t left = multiply(wrapping_shift_left(x - zero_a, left_shift), factor_a);
    const std::int32_t right = multiply(wrapping_shift_left(y - zero_b, left_shift), factor_b);
    const std::int32_t square = wrapping_multiply(left - right, left - right);
    const std::int32_t raw = wrapping_add(multiply(square, factor_out), zero_out);
    return static_cast<std::int8_t>(std::clamp(raw, -128, 127));
  });
}

// Shorter floats compute as float, integers as they are.
template <typename T>
auto widened(T x) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return static_cast<float>(x);
  } else {
    return x;
  }
}

Evaluate float_binary(Node& node, FloatBinary function) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  expect_same_type(node, node.input(0), node.output(0));
  return prepare_float_binary(node, function);
}

template <typename Op>
Evaluate choose(Node& node, const Op& takes_first) {
  return binary_loop<FLOAT16, BFLOAT16, INT8, UINT8, INT16, INT32, INT64>(
      node, [takes_first](auto a, auto b) { return takes_first(widened(a), widened(b)) ? a : b; });
}

}  // namespace

Evaluate prepare_maximum(Node& node) {
  if (node.input(0).type == FLOAT32) return float_binary(node, FloatBinary::maximum);
  return choose(node, [](auto a, auto b) { return a > b; });
}

Evaluate prepare_minimum(Node& node) {
  if (node.input(0).type == FLOAT32) return float_binary(node, FloatBinary::minimum);
  return choose(node, [](auto a, auto b) { return a < b; });
}

Evaluate prepare_pow(Node& node) {
  if (node.input(0).type == INT32) {
    return checking_second_input<std::int32_t>(
        binary_loop<INT32>(node, integer_power), [](std::int32_t value) { return value < 0; },
        "a negative exponent of an integer");
  }
  return binary_loop<FLOAT32>(node, [](float a, float b) { return std::pow(a, b); });
}

Evaluate prepare_squared_difference(Node& node) {
  if (node.input(0).type == INT8) return quantized_squared_difference(node);
  if (node.input(0).type == FLOAT32) return float_binary(node, FloatBinary::squared_difference);
  return binary_loop<INT32, INT64>(node, [](auto a, auto b) {
    const auto difference = wrapping_subtract(a, b);
    return wrapping_multiply(difference, difference);
  });
}

Evaluate prepare_floor_div(Node& node) {
  return division(node, [](auto a, auto b) {
    using T = decltype(a);
    if constexpr (std::is_floating_point_v<T>) {
      return std::floor(a / b);
    } else {
      const T quotient = wrapping_divide(a, b);
      const bool exact = b == T{-1} || a % b == 0;
      return static_cast<T>(exact || (a < 0) == (b < 0) ? quotient : quotient - 1);
    }
  });
}

Evaluate prepare_floor_mod(Node& node) {
  return division(node, [](auto a, auto b) {
    using T = decltype(a);
    T rest{};
    if constexpr (std::is_floating_point_v<T>) {
      rest = std::fmod(a, b);
    } else if (b != T{-1}) {
      rest = static_cast<T>(a % b);
    }
    return static_cast<T>(rest != T{0} && (b < T{0}) != (rest < T{0}) ? rest + b : rest);
  });
}

Evaluate prepare_atan2(Node& node) {
  return binary_loop<FLOAT32, FLOAT16, FLOAT64>(node, [](auto y, auto x) {
    return static_cast<decltype(y)>(std::atan2(widened(y), widened(x)));
  });
}

Evaluate prepare_bitwise_xor(Node& node) {
  return binary_loop<INT8, UINT8, INT16, UINT16, INT32, UINT32>(
      node, [](auto a, auto b) { return static_cast<decltype(a)>(a ^ b); });
}

Evaluate prepare_right_shift(Node& node) {
  return binary_loop<INT8, UINT8, INT16, UINT16, INT32, UINT32>(node, [](auto a, auto b) {
    using T = decltype(a);
    constexpr T most = sizeof(T) * 8 - 1;
    return static_cast<T>(a >> std::clamp(b, T{0}, most));
  });
}

Evaluate prepare_shift_left(Node& node) {
  return binary_loop<INT8, UINT8, INT16, UINT16, INT32, UINT32>(node, [](auto a, auto b) {
    using T = decltype(a);
    const bool fits = b >= T{0} && b < static_cast<T>(sizeof(T) * 8);
    return fits ? static_cast<T>(static_cast<std::uint32_t>(a) << static_cast<unsigned>(b)) : T{0};
  });
}

Evaluate prepare_logical_and(Node& node) {
  return binary_loop<BOOL>(node, [](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(a != 0 && b != 0 ? 1 : 0);
  });
}

Evaluate prepare_logical_or(Node& node) {
  return binary_loop<BOOL>(node, [](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(a != 0 || b != 0 ? 1 : 0);
  });
}

}  // namespace litezoo::runtime
