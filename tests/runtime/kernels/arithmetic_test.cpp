#include "runtime/kernels/arithmetic.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

std::size_t count_of(const std::vector<std::int32_t>& shape) {
  return element_count(shape);
}

std::vector<float> ramp(std::size_t count, float first, float step) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = first + static_cast<float>(i) * step;
  return values;
}

// The element of `shape` that meets output element `flat` of `out` under numpy's rule.
std::size_t met_by(std::size_t flat, const std::vector<std::int32_t>& out,
                   const std::vector<std::int32_t>& shape) {
  std::size_t index = 0;
  std::size_t stride = 1;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto extent = static_cast<std::size_t>(out[out.size() - 1 - i]);
    const std::size_t position = flat % extent;
    flat /= extent;
    if (i >= shape.size()) continue;
    const auto own = static_cast<std::size_t>(shape[shape.size() - 1 - i]);
    if (own != 1) index += position * stride;
    stride *= own;
  }
  return index;
}

}  // namespace

TEST_CASE("binary operators broadcast as numpy does") {
  struct Case {
    std::vector<std::int32_t> a, b, out;
  };
  const Case cases[] = {
      {{2, 3}, {2, 3}, {2, 3}},
      {{2, 3}, {}, {2, 3}},
      {{}, {2, 3}, {2, 3}},
      {{}, {}, {}},
      {{2, 3, 4}, {4}, {2, 3, 4}},
      {{4}, {2, 3, 4}, {2, 3, 4}},
      {{2, 3, 1}, {4}, {2, 3, 4}},
      {{2, 1, 4}, {1, 3, 4}, {2, 3, 4}},
      {{2, 3, 4}, {2, 1, 1}, {2, 3, 4}},
      {{1, 1, 1}, {1}, {1, 1, 1}},
      {{5, 1, 3, 1, 2, 1, 2, 1}, {1, 2, 1, 2, 1, 3, 1, 2}, {5, 2, 3, 2, 2, 3, 2, 2}},
      {{0, 3}, {3}, {0, 3}},
      {{0}, {1}, {0}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.a.size());
    CAPTURE(c.b.size());
    const auto a = ramp(count_of(c.a), -2.0F, 0.25F);
    const auto b = ramp(count_of(c.b), 1.0F, 0.5F);
    const auto result = run_op(BuiltinOperator::SUB, {{c.a, a}, {c.b, b}}, {}, AddOptions{});
    CHECK(result.shape() == c.out);
    const auto y = result.values<float>();
    REQUIRE(y.size() == count_of(c.out));
    for (std::size_t i = 0; i < y.size(); ++i) {
      CHECK(y[i] == a[met_by(i, c.out, c.a)] - b[met_by(i, c.out, c.b)]);
    }
  }
}

TEST_CASE("binary operators work in pieces on two threads") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {700, 1, 301});
  const int w = b.input(TensorType::FLOAT32, {2, 1});
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::MUL, {x, w}, {y}, ActivationOptions{});
  auto options = kernels_only();
  options.threads = 2;
  const auto values = ramp(700 * 301, 0.0F, 1.0F);
  const auto result = run_graph(b.graph(), {values, std::vector<float>{1, -1}}, options);
  const auto got = result.values<float>();
  bool equal = true;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const float sign = i / 301 % 2 == 0 ? 1.0F : -1.0F;
    equal = equal && got[i] == sign * values[i / 602 * 301 + i % 301];
  }
  CHECK(equal);
}

TEST_CASE("float arithmetic applies its fused activation") {
  const std::vector<float> a{-3, -0.5, 0.5, 8};
  const std::vector<float> one{1, 1, 1, 1};
  struct Case {
    ActivationFunction activation;
    std::vector<float> want;
  };
  const Case cases[] = {{ActivationFunction::NONE, {-3, -0.5, 0.5, 8}},
                        {ActivationFunction::RELU, {0, 0, 0.5, 8}},
                        {ActivationFunction::RELU6, {0, 0, 0.5, 6}},
                        {ActivationFunction::RELU_N1_TO_1, {-1, -0.5, 0.5, 1}}};
  for (const Case& c : cases) {
    CHECK(run_op(BuiltinOperator::MUL, {{{4}, a}, {{4}, one}}, {}, ActivationOptions{c.activation})
              .values<float>() == c.want);
    CHECK(run_op(BuiltinOperator::DIV, {{{4}, a}, {{4}, one}}, {}, ActivationOptions{c.activation})
              .values<float>() == c.want);
  }
  CHECK_THROWS_AS(run_op(BuiltinOperator::MUL, {{{4}, a}, {{4}, one}}, {},
                         ActivationOptions{ActivationFunction::TANH}),
                  Error);
}

TEST_CASE("integer arithmetic wraps and refuses a division by zero") {
  using Ints = std::vector<std::int32_t>;
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  const std::int32_t least = std::numeric_limits<std::int32_t>::min();
  const auto run = [](BuiltinOperator code, const Ints& a, const Ints& b) {
    const auto size = static_cast<std::int32_t>(a.size());
    return run_op(code, {{{size}, a}, {{size}, b}}, {TensorType::INT32}).values<std::int32_t>();
  };
  CHECK(run(BuiltinOperator::ADD, {most, 2}, {1, 3}) == Ints{least, 5});
  CHECK(run(BuiltinOperator::SUB, {least, 2}, {1, 3}) == Ints{most, -1});
  CHECK(run(BuiltinOperator::MUL, {1 << 30, 2}, {4, 3}) == Ints{0, 6});
  CHECK(run(BuiltinOperator::DIV, {least, -7}, {-1, 2}) == Ints{least, -3});
  CHECK_THROWS_AS(run(BuiltinOperator::DIV, {1, 2}, {1, 0}), Error);
}

TEST_CASE("quantised arithmetic stays within a step of the real operators") {
  struct Case {
    BuiltinOperator code;
    double (*reference)(double, double);
    TensorType type;
    Quantization a, b, out;
  };
  const auto add = [](double a, double b) { return a + b; };
  const auto subtract = [](double a, double b) { return a - b; };
  const auto multiply = [](double a, double b) { return a * b; };
  const auto divide = [](double a, double b) { return a / b; };
  using enum TensorType;
  const Case cases[] = {
      {BuiltinOperator::ADD, add, INT8, quantized(0.02F, 5), quantized(0.11F, -9),
       quantized(0.1F, 3)},
      {BuiltinOperator::SUB, subtract, INT8, quantized(0.02F, 5), quantized(0.11F, -9),
       quantized(0.1F, 3)},
      {BuiltinOperator::MUL, multiply, INT8, quantized(0.02F, 5), quantized(0.11F, -9),
       quantized(0.2F, 3)},
      {BuiltinOperator::DIV, divide, INT8, quantized(0.02F, 5), quantized(0.11F, -128),
       quantized(0.05F, 3)},
      {BuiltinOperator::ADD, add, UINT8, quantized(0.02F, 128), quantized(0.11F, 100),
       quantized(0.1F, 120)},
      {BuiltinOperator::SUB, subtract, UINT8, quantized(0.2F, 128), quantized(0.01F, 100),
       quantized(0.1F, 120)},
      {BuiltinOperator::MUL, multiply, UINT8, quantized(0.02F, 128), quantized(0.11F, 100),
       quantized(0.2F, 120)},
      {BuiltinOperator::ADD, add, INT16, quantized(0.0003F, 0), quantized(0.0001F, 0),
       quantized(0.0004F, 0)},
      {BuiltinOperator::SUB, subtract, INT16, quantized(0.0003F, 0), quantized(0.0001F, 0),
       quantized(0.0004F, 0)},
      {BuiltinOperator::ADD, add, INT16, quantized(1.0F / 4096, 0), quantized(1.0F / 16384, 0),
       quantized(1.0F / 4096, 0)},
      {BuiltinOperator::SUB, subtract, INT16, quantized(1.0F / 4096, 0), quantized(1.0F / 16384, 0),
       quantized(1.0F / 4096, 0)},
      {BuiltinOperator::MUL, multiply, INT16, quantized(0.0003F, 0), quantized(0.0001F, 0),
       quantized(0.001F, 0)},
  };
  constexpr std::size_t kCount = 500;
  for (const Case& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    CAPTURE(tensor_type_name(c.type));
    const int low = c.type == INT8 ? -128 : c.type == UINT8 ? 0 : -32768;
    const int high = c.type == INT8 ? 127 : c.type == UINT8 ? 255 : 32767;
    const auto spread = [&](std::size_t i, std::size_t factor) {
      return low + static_cast<int>(i * factor % static_cast<std::size_t>(high - low + 1));
    };
    const auto encode = [&](std::size_t factor, int avoid) {
      std::vector<std::int16_t> wide;
      std::vector<std::int8_t> narrow;
      for (std::size_t i = 0; i < kCount; ++i) {
        int raw = spread(i, factor);
        if (raw == avoid) ++raw;
        wide.push_back(static_cast<std::int16_t>(raw));
        narrow.push_back(static_cast<std::int8_t>(raw));
      }
      return c.type == INT16 ? Values(wide) : Values(narrow);
    };
    const int zero_b = static_cast<int>(c.b.zero_point[0]);
    const std::vector<std::int32_t> shape{static_cast<std::int32_t>(kCount)};
    const auto result = run_op(
        c.code,
        {{shape, encode(7919, -99999), c.a, c.type}, {shape, encode(104729, zero_b), c.b, c.type}},
        {c.type, c.out},
        c.code == BuiltinOperator::MUL || c.code == BuiltinOperator::DIV
            ? OperatorOptions{ActivationOptions{}}
            : OperatorOptions{AddOptions{}});
    const auto bytes = result.outputs[0].bytes;
    for (std::size_t i = 0; i < kCount; ++i) {
      int raw_b = spread(i, 104729);
      if (raw_b == zero_b) ++raw_b;
      const double real_a = (spread(i, 7919) - static_cast<int>(c.a.zero_point[0])) *
                            static_cast<double>(c.a.scale[0]);
      const double real_b = (raw_b - zero_b) * static_cast<double>(c.b.scale[0]);
      const double want =
          std::clamp(std::round(c.reference(real_a, real_b) / static_cast<double>(c.out.scale[0])) +
                         static_cast<double>(c.out.zero_point[0]),
                     static_cast<double>(low), static_cast<double>(high));
      double got = 0;
      if (c.type == INT16) got = result.values<std::int16_t>()[i];
      if (c.type == INT8) got = static_cast<std::int8_t>(bytes[i]);
      if (c.type == UINT8) got = static_cast<std::uint8_t>(bytes[i]);
      CAPTURE(i);
      CHECK(std::abs(got - want) <= 1.0);
    }
  }
}

TEST_CASE("arithmetic refuses shapes and types that do not fit") {
  CHECK_THROWS_AS(run_op(BuiltinOperator::ADD,
                         {{{2}, std::vector<float>{1, 2}}, {{3}, std::vector<float>{1, 2, 3}}}),
                  Error);
  CHECK_THROWS_AS(run_op(BuiltinOperator::ADD,
                         {{{2}, std::vector<float>{1, 2}}, {{2}, std::vector<std::int32_t>{1, 2}}}),
                  Error);
  CHECK_THROWS_AS(run_op(BuiltinOperator::ADD,
                         {{{1}, std::vector<std::int8_t>{1}, quantized(0.0F, 0)},
                          {{1}, std::vector<std::int8_t>{1}, quantized(1.0F, 0)}},
                         {TensorType::INT8, quantized(1.0F, 0)}),
                  Error);
}
