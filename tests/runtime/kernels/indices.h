#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

// Plain loops over N-dimensional tensors, for what kernels are compared with.

namespace litezoo::test {

using Index = std::vector<std::int64_t>;

inline std::size_t count_of(const std::vector<std::int32_t>& shape) {
  return std::accumulate(
      shape.begin(), shape.end(), std::size_t{1},
      [](std::size_t n, std::int32_t d) { return n * static_cast<std::size_t>(d); });
}

// 0, 1, 2, ...: values that tell where each element came from.
template <typename T>
std::vector<T> counting(const std::vector<std::int32_t>& shape) {
  std::vector<T> values(count_of(shape));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(i);
  return values;
}

inline std::size_t offset_of(const std::vector<std::int32_t>& shape, const Index& index) {
  std::size_t offset = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    offset = offset * static_cast<std::size_t>(shape[i]) + static_cast<std::size_t>(index[i]);
  }
  return offset;
}

// The tensor whose element at each index is value(index), row-major.
template <typename T>
std::vector<T> filled(const std::vector<std::int32_t>& shape,
                      const std::function<T(const Index&)>& value) {
  std::vector<T> values;
  Index index(shape.size(), 0);
  for (std::size_t i = 0; i < count_of(shape); ++i) {
    std::size_t rest = i;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      index[axis] = static_cast<std::int64_t>(rest % static_cast<std::size_t>(shape[axis]));
      rest /= static_cast<std::size_t>(shape[axis]);
    }
    values.push_back(value(index));
  }
  return values;
}

}  // namespace litezoo::test
