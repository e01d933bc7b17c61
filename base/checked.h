#pragma once

#include <concepts>
#include <optional>

namespace litezoo {

// a * b, or nullopt when it does not fit. For every number that comes from a file or a network.
template <std::integral T>
constexpr std::optional<T> checked_multiply(T a, T b) noexcept {
  T result{};
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

// a + b, or nullopt when it does not fit.
template <std::integral T>
constexpr std::optional<T> checked_add(T a, T b) noexcept {
  T result{};
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

}  // namespace litezoo
