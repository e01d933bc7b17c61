#pragma once

#include <cstdint>
#include <random>
#include <type_traits>
#include <vector>

namespace litezoo::test {

// The same numbers on every machine: standard distributions are not portable, engines are.
template <typename T>
std::vector<T> random_values(std::size_t count, double low, double high, std::uint32_t seed = 1) {
  std::mt19937 engine(seed);
  std::vector<T> values(count);
  for (T& value : values) {
    const double unit = static_cast<double>(engine()) / 4294967296.0;
    const double real = low + (high - low) * unit;
    value = static_cast<T>(std::is_integral_v<T> && real < 0 ? real - 0.999999 : real);
  }
  return values;
}

}  // namespace litezoo::test
