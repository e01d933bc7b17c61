#pragma once

#include <cstdint>
#include <type_traits>

// Integer arithmetic modulo 2^n, defined for every operand; other types compute as they are.

namespace litezoo::runtime {

namespace detail {
template <typename T, bool small = (sizeof(T) < 4)>
struct Wrapping : std::make_unsigned<T> {};
template <typename T>
struct Wrapping<T, true> : std::type_identity<std::uint32_t> {};  // unsigned short becomes int
}  // namespace detail

template <typename T>
constexpr T wrapping_add(T a, T b) noexcept {
  if constexpr (std::is_integral_v<T>) {
    using U = typename detail::Wrapping<T>::type;
    return static_cast<T>(static_cast<U>(a) + static_cast<U>(b));
  } else {
    return static_cast<T>(a + b);
  }
}

template <typename T>
constexpr T wrapping_subtract(T a, T b) noexcept {
  if constexpr (std::is_integral_v<T>) {
    using U = typename detail::Wrapping<T>::type;
    return static_cast<T>(static_cast<U>(a) - static_cast<U>(b));
  } else {
    return static_cast<T>(a - b);
  }
}

template <typename T>
constexpr T wrapping_multiply(T a, T b) noexcept {
  if constexpr (std::is_integral_v<T>) {
    using U = typename detail::Wrapping<T>::type;
    return static_cast<T>(static_cast<U>(a) * static_cast<U>(b));
  } else {
    return static_cast<T>(a * b);
  }
}

// a / b towards zero. Requires b != 0 for integers.
template <typename T>
constexpr T wrapping_divide(T a, T b) noexcept {
  if constexpr (std::is_signed_v<T> && std::is_integral_v<T>) {
    if (b == T{-1}) return wrapping_subtract(T{0}, a);
  }
  return static_cast<T>(a / b);
}

}  // namespace litezoo::runtime
