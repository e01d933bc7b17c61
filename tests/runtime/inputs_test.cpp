#include "runtime/inputs.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>

#include "base/float16.h"

namespace litezoo::runtime {
namespace {

template <typename T>
std::vector<double> filled(TensorType type, const std::optional<ValueRange>& range,
                           std::uint32_t seed = 1) {
  std::vector<std::byte> data(1000 * sizeof(T));
  const std::vector<TensorView> views = {
      {.name = "x", .type = type, .shape = {1000}, .data = data}};
  const std::vector ranges = {range};
  fill_random(views, seed, ranges);
  std::vector<double> values;
  for (std::size_t at = 0; at < data.size(); at += sizeof(T)) {
    T value{};
    std::memcpy(&value, data.data() + at, sizeof(T));
    values.push_back(static_cast<double>(static_cast<float>(value)));
  }
  return values;
}

std::vector<double> filled(TensorType type, const std::optional<ValueRange>& range) {
  switch (type) {
    case TensorType::FLOAT16:
      return filled<Half>(type, range);
    case TensorType::FLOAT64:
      return filled<double>(type, range);
    case TensorType::INT8:
      return filled<std::int8_t>(type, range);
    case TensorType::UINT8:
    case TensorType::BOOL:
      return filled<std::uint8_t>(type, range);
    case TensorType::INT16:
      return filled<std::int16_t>(type, range);
    case TensorType::INT32:
      return filled<std::int32_t>(type, range);
    case TensorType::INT64:
      return filled<std::int64_t>(type, range);
    default:
      return filled<float>(type, range);
  }
}

}  // namespace

TEST_CASE("random inputs lie within their range and use all of it") {
  struct Case {
    TensorType type;
    std::optional<ValueRange> range;
    double low, high;  // that the values must lie within
  };
  const Case cases[] = {
      {TensorType::FLOAT32, {}, -1, 1},
      {TensorType::FLOAT32, ValueRange{0, 255}, 0, 255},
      {TensorType::FLOAT64, ValueRange{-3, -2}, -3, -2},
      {TensorType::FLOAT16, ValueRange{0, 64}, 0, 64},
      {TensorType::INT8, {}, -128, 127},
      {TensorType::INT8, ValueRange{-10, 10}, -10, 10},
      {TensorType::INT8, ValueRange{-1000, 1000}, -128, 127},
      {TensorType::UINT8, ValueRange{0, 99.5}, 0, 99},
      {TensorType::INT16, ValueRange{-300, 300}, -300, 300},
      {TensorType::INT32, {}, 0, 7},
      {TensorType::INT32, ValueRange{0, 2}, 0, 2},
      {TensorType::INT32, ValueRange{0, 1e18}, 0, 2147483647},
      {TensorType::INT64, ValueRange{0, 30521}, 0, 30521},
      {TensorType::INT64, ValueRange{5, 5}, 5, 5},
      {TensorType::UINT8, ValueRange{300, 400}, 0, 255},  // nothing of it fits the type
      {TensorType::BOOL, ValueRange{0, 200}, 0, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(tensor_type_name(c.type));
    CAPTURE(c.high);
    const auto values = filled(c.type, c.range);
    const auto [least, most] = std::ranges::minmax(values);
    CHECK(least >= c.low);
    CHECK(most <= c.high);
    CHECK(most - least >= (c.high - c.low) * 0.9);
  }
}

TEST_CASE("a seed gives the same values again, and another one others") {
  const std::optional<ValueRange> range = ValueRange{0, 100};
  const auto first = filled<float>(TensorType::FLOAT32, range, 1);
  CHECK(first == filled<float>(TensorType::FLOAT32, range, 1));
  CHECK(first != filled<float>(TensorType::FLOAT32, range, 2));
}

}  // namespace litezoo::runtime
