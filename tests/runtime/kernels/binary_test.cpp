#include "runtime/kernels/binary.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

namespace {

Floats run_floats(BuiltinOperator code, const Floats& a, const Floats& b) {
  const auto size = static_cast<std::int32_t>(a.size());
  return run_op(code, {{{size}, a}, {{size}, b}}).values<float>();
}

Ints run_ints(BuiltinOperator code, const Ints& a, const Ints& b) {
  const auto size = static_cast<std::int32_t>(a.size());
  return run_op(code, {{{size}, a}, {{size}, b}}, {TensorType::INT32}).values<std::int32_t>();
}

}  // namespace

TEST_CASE("float binary operators agree with their formula") {
  const Floats a{7, -7, 7, -7, 0, 2.5F};
  const Floats b{3, 3, -3, -3, 2, 0.5F};
  struct Case {
    BuiltinOperator code;
    double (*reference)(double, double);
  };
  const Case cases[] = {
      {BuiltinOperator::MAXIMUM, [](double x, double y) { return std::max(x, y); }},
      {BuiltinOperator::MINIMUM, [](double x, double y) { return std::min(x, y); }},
      {BuiltinOperator::POW, [](double x, double y) { return std::pow(x, y); }},
      {BuiltinOperator::SQUARED_DIFFERENCE, [](double x, double y) { return (x - y) * (x - y); }},
      {BuiltinOperator::FLOOR_DIV, [](double x, double y) { return std::floor(x / y); }},
      {BuiltinOperator::FLOOR_MOD, [](double x, double y) { return x - y * std::floor(x / y); }},
      {BuiltinOperator::ATAN2, [](double x, double y) { return std::atan2(x, y); }},
  };
  for (const Case& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    const Floats y = run_floats(c.code, a, b);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const double want = c.reference(static_cast<double>(a[i]), static_cast<double>(b[i]));
      CHECK(static_cast<double>(y[i]) == doctest::Approx(want).epsilon(1e-6));
    }
  }
}

TEST_CASE("integer binary operators round down and wrap") {
  const std::int32_t least = std::numeric_limits<std::int32_t>::min();
  CHECK(run_ints(BuiltinOperator::FLOOR_DIV, {7, -7, 7, -7, least}, {2, 2, -2, -2, -1}) ==
        Ints{3, -4, -4, 3, least});
  CHECK(run_ints(BuiltinOperator::FLOOR_MOD, {7, -7, 7, -7, least}, {3, 3, -3, -3, -1}) ==
        Ints{1, 2, -2, -1, 0});
  CHECK(run_ints(BuiltinOperator::POW, {2, -3, 5}, {10, 3, 0}) == Ints{1024, -27, 1});
  CHECK(run_ints(BuiltinOperator::SQUARED_DIFFERENCE, {2, -3}, {5, 3}) == Ints{9, 36});
  CHECK(run_ints(BuiltinOperator::BITWISE_XOR, {12, -1}, {10, 1}) == Ints{6, -2});
  CHECK(run_ints(BuiltinOperator::RIGHT_SHIFT, {-8, 8, 1}, {1, 40, -3}) == Ints{-4, 0, 1});
  CHECK(run_ints(BuiltinOperator::STABLEHLO_SHIFT_LEFT, {1, -1, 5}, {4, 31, 32}) ==
        Ints{16, least, 0});
  CHECK(run_ints(BuiltinOperator::MAXIMUM, {1, -5}, {0, 5}) == Ints{1, 5});
  CHECK_THROWS_AS(run_ints(BuiltinOperator::FLOOR_DIV, {1}, {0}), Error);
  CHECK_THROWS_AS(run_ints(BuiltinOperator::FLOOR_MOD, {1}, {0}), Error);
  CHECK_THROWS_AS(run_ints(BuiltinOperator::POW, {2}, {-1}), Error);
}

TEST_CASE("logical operators take every byte but 0 as true") {
  const std::vector<std::uint8_t> a{0, 0, 1, 4};
  const std::vector<std::uint8_t> b{0, 2, 0, 1};
  const auto run = [&](BuiltinOperator code) {
    return run_op(code, {{{4}, a, {}, TensorType::BOOL}, {{4}, b, {}, TensorType::BOOL}},
                  {TensorType::BOOL})
        .values<bool>();
  };
  CHECK(run(BuiltinOperator::LOGICAL_AND) == std::vector<bool>{false, false, false, true});
  CHECK(run(BuiltinOperator::LOGICAL_OR) == std::vector<bool>{false, true, true, true});
}

TEST_CASE("quantised SQUARED_DIFFERENCE stays within a step") {
  std::vector<std::int8_t> a;
  std::vector<std::int8_t> b;
  for (int i = 0; i < 256; ++i) {
    a.push_back(static_cast<std::int8_t>(i - 128));
    b.push_back(static_cast<std::int8_t>(i * 37 % 256 - 128));
  }
  const auto y = run_op(BuiltinOperator::SQUARED_DIFFERENCE,
                        {{{256}, a, quantized(0.02F, 4)}, {{256}, b, quantized(0.03F, -7)}},
                        {TensorType::INT8, quantized(0.2F, -100)})
                     .values<std::int8_t>();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = (a[i] - 4) * 0.02 - (b[i] + 7) * 0.03;
    const double want = std::min(std::round(difference * difference / 0.2) - 100, 127.0);
    CHECK(std::abs(y[i] - want) <= 1.0);
  }
}
