#include "runtime/kernels/float_binary.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

using Shape = std::vector<std::int32_t>;

// The element of a tensor that meets element `index` of the output.
std::size_t meets(const Shape& shape, const Shape& output, std::size_t index) {
  std::size_t at = 0, stride = 1;
  for (std::size_t i = 0; i < output.size(); ++i) {
    const auto extent = static_cast<std::size_t>(output[output.size() - 1 - i]);
    const std::size_t position = index % extent;
    index /= extent;
    if (i >= shape.size()) continue;
    const auto own = static_cast<std::size_t>(shape[shape.size() - 1 - i]);
    if (own > 1) at += position * stride;
    stride *= own;
  }
  return at;
}

std::vector<float> values(const Shape& shape, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> numbers(-2, 2);
  std::vector<float> result(element_count(shape));
  for (float& value : result) value = numbers(random);
  return result;
}

}  // namespace

TEST_CASE("float operators broadcast alike whether their rows are long or short") {
  struct {
    Shape a, b, output;
  } const cases[] = {
      {{2, 3, 500}, {2, 3, 500}, {2, 3, 500}},
      {{2, 3, 500}, {3, 1}, {2, 3, 500}},
      {{40, 31, 2}, {40, 1, 2}, {40, 31, 2}},
      {{1, 90, 7, 3}, {3}, {1, 90, 7, 3}},
      {{3}, {90, 7, 3}, {90, 7, 3}},
      {{5, 1, 9, 1}, {1, 70, 1, 4}, {5, 70, 9, 4}},
      {{600, 1}, {1, 3}, {600, 3}},
      {{64, 33, 16}, {16}, {64, 33, 16}},
      {{2, 9, 1, 5, 1}, {9, 8, 1, 30}, {2, 9, 8, 5, 30}},
  };
  struct {
    BuiltinOperator code;
    float (*reference)(float, float);
  } const operators[] = {
      {BuiltinOperator::ADD, [](float a, float b) { return a + b; }},
      {BuiltinOperator::SUB, [](float a, float b) { return a - b; }},
      {BuiltinOperator::MUL, [](float a, float b) { return a * b; }},
      {BuiltinOperator::DIV, [](float a, float b) { return a / b; }},
      {BuiltinOperator::MAXIMUM, [](float a, float b) { return a > b ? a : b; }},
      {BuiltinOperator::MINIMUM, [](float a, float b) { return a < b ? a : b; }},
      {BuiltinOperator::SQUARED_DIFFERENCE, [](float a, float b) { return (a - b) * (a - b); }},
  };
  for (const auto& c : cases) {
    const std::vector<float> a = values(c.a, 1), b = values(c.b, 2);
    for (const auto& op : operators) {
      CAPTURE(builtin_operator_name(op.code));
      const auto result = run_op(op.code, {{c.a, a}, {c.b, b}});
      CHECK(result.shape() == c.output);
      const auto y = result.values<float>();
      REQUIRE(y.size() == element_count(c.output));
      std::size_t wrong = 0;
      for (std::size_t i = 0; i < y.size(); ++i) {
        const float want = op.reference(a[meets(c.a, c.output, i)], b[meets(c.b, c.output, i)]);
        if (!(std::abs(y[i] - want) <= 1e-6F * std::abs(want))) ++wrong;
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("a row of floats is written to its last element, clamps and keeps NaN") {
  using runtime::FloatBinary;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const bool a_steps : {true, false}) {
    for (const bool b_steps : {true, false}) {
      for (std::size_t count = 0; count < 40; ++count) {
        std::vector<float> a(count + 1, 3.0F), b(count + 1, -2.0F), y(count + 40, 77.0F);
        runtime::apply(FloatBinary::multiply, {.a = a.data(),
                                               .b = b.data(),
                                               .a_steps = a_steps,
                                               .b_steps = b_steps,
                                               .y = y.data(),
                                               .count = count,
                                               .low = -5,
                                               .high = 5});
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < y.size(); ++i) wrong += y[i] != (i < count ? -5.0F : 77.0F);
        CHECK(wrong == 0);
      }
    }
  }
  const float a[] = {nan, 1, -1, nan}, b[] = {1, nan, 0.5F, nan};
  float y[4] = {};
  runtime::apply(FloatBinary::add, {.a = a, .b = b, .y = y, .count = 4, .low = 0, .high = 6});
  CHECK(std::isnan(y[0]));
  CHECK(std::isnan(y[1]));
  CHECK(y[2] == 0.0F);
  runtime::apply(FloatBinary::prelu, {.a = a, .b = b, .y = y, .count = 4, .low = -9, .high = 9});
  CHECK(y[1] == 1.0F);
  CHECK(y[2] == -0.5F);
}
