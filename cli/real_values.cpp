#include "cli/real_values.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/float16.h"

namespace litezoo::cli {
namespace {

template <typename T>
std::vector<double> read_as(std::span<const std::byte> data, const Affine& affine) {
  std::vector<double> values(data.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value{};
    std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
    values[i] = (static_cast<double>(value) - affine.zero) * affine.scale;
  }
  return values;
}

// The nearest value of an integer type, within its range. Requires a number.
template <typename T>
T rounded(double value) {
  if (value <= static_cast<double>(std::numeric_limits<T>::min())) {
    return std::numeric_limits<T>::min();
  }
  if (value >= static_cast<double>(std::numeric_limits<T>::max())) {
    return std::numeric_limits<T>::max();
  }
  return static_cast<T>(std::nearbyint(value));
}

template <typename T>
std::vector<std::byte> write_as(std::span<const double> values, const Affine& affine) {
  std::vector<std::byte> data(values.size() * sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value{};
    if constexpr (std::numeric_limits<T>::is_integer) {
      // What is no number is stored as the real 0, as QUANTIZE does.
      const double real = std::isnan(values[i]) ? 0.0 : values[i];
      value = rounded<T>(real / affine.scale + affine.zero);
    } else {
      value = static_cast<T>(values[i] / affine.scale + affine.zero);
    }
    std::memcpy(data.data() + i * sizeof(T), &value, sizeof(T));
  }
  return data;
}

}  // namespace

Affine affine_of(const Tensor& tensor) {
  const auto& q = tensor.quantization;
  // A file's scale may be anything.
  if (q.scale.size() != 1 || !std::isfinite(q.scale.front()) || q.scale.front() <= 0) return {};
  return {static_cast<double>(q.scale.front()),
          q.zero_point.empty() ? 0.0 : static_cast<double>(q.zero_point.front())};
}

std::vector<double> real_values(TensorType type, std::span<const std::byte> data,
                                const Tensor& tensor) {
  const Affine affine = affine_of(tensor);
  switch (type) {
    case TensorType::FLOAT32:
      return read_as<float>(data, {});
    case TensorType::FLOAT64:
      return read_as<double>(data, {});
    case TensorType::FLOAT16: {
      std::vector<double> values(data.size() / 2);
      for (std::size_t i = 0; i < values.size(); ++i) {
        Half half(0.0F);
        std::memcpy(&half, data.data() + 2 * i, 2);
        values[i] = static_cast<double>(static_cast<float>(half));
      }
      return values;
    }
    case TensorType::INT8:
      return read_as<std::int8_t>(data, affine);
    case TensorType::UINT8:
      return read_as<std::uint8_t>(data, affine);
    case TensorType::BOOL:
      return read_as<std::uint8_t>(data, {});
    case TensorType::INT16:
      return read_as<std::int16_t>(data, affine);
    case TensorType::INT32:
      return read_as<std::int32_t>(data, affine);
    case TensorType::INT64:
      return read_as<std::int64_t>(data, {});
    default:
      return {};
  }
}

std::vector<std::byte> stored_values(TensorType type, std::span<const double> values,
                                     const Tensor& tensor) {
  const Affine affine = affine_of(tensor);
  switch (type) {
    case TensorType::FLOAT32:
      return write_as<float>(values, {});
    case TensorType::FLOAT64:
      return write_as<double>(values, {});
    case TensorType::INT8:
      return write_as<std::int8_t>(values, affine);
    case TensorType::UINT8:
      return write_as<std::uint8_t>(values, affine);
    case TensorType::INT16:
      return write_as<std::int16_t>(values, affine);
    case TensorType::INT32:
      return write_as<std::int32_t>(values, affine);
    case TensorType::INT64:
      return write_as<std::int64_t>(values, {});
    default:
      return {};
  }
}

}  // namespace litezoo::cli
