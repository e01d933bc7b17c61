#include "runtime/kernels/unary.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

struct FloatCase {
  BuiltinOperator code;
  float (*reference)(float);
};
constexpr FloatCase kFloatCases[] = {
    {BuiltinOperator::ABS, [](float x) { return std::abs(x); }},
    {BuiltinOperator::NEG, [](float x) { return -x; }},
    {BuiltinOperator::EXP, [](float x) { return std::exp(x); }},
    {BuiltinOperator::LOG, [](float x) { return std::log(x); }},
    {BuiltinOperator::SQRT, [](float x) { return std::sqrt(x); }},
    {BuiltinOperator::RSQRT, [](float x) { return 1.0F / std::sqrt(x); }},
    {BuiltinOperator::SQUARE, [](float x) { return x * x; }},
    {BuiltinOperator::SIN, [](float x) { return std::sin(x); }},
    {BuiltinOperator::COS, [](float x) { return std::cos(x); }},
    {BuiltinOperator::CEIL, [](float x) { return std::ceil(x); }},
    {BuiltinOperator::FLOOR, [](float x) { return std::floor(x); }},
    {BuiltinOperator::SIGN,
     [](float x) { return static_cast<float>(x > 0.0F) - static_cast<float>(x < 0.0F); }},
};

std::vector<float> sweep() {
  std::vector<float> values;
  for (int i = -400; i <= 400; ++i) values.push_back(static_cast<float>(i) * 0.03F);
  return values;
}

}  // namespace

TEST_CASE("unary float operators agree with the standard library") {
  const std::vector<float> x = sweep();
  for (const FloatCase& c : kFloatCases) {
    CAPTURE(builtin_operator_name(c.code));
    const auto result = run_op(c.code, {{{1, static_cast<std::int32_t>(x.size())}, x}});
    CHECK(result.shape() == std::vector<std::int32_t>{1, static_cast<std::int32_t>(x.size())});
    const auto y = result.values<float>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const float want = c.reference(x[i]);
      if (std::isnan(want) && std::isnan(y[i])) continue;
      if (want == y[i]) continue;
      CAPTURE(x[i]);
      CHECK(y[i] == doctest::Approx(static_cast<double>(want)).epsilon(2e-6));
    }
  }
}

TEST_CASE("ROUND sends ties to the even neighbour") {
  const auto result = run_op(BuiltinOperator::ROUND,
                             {{{6}, std::vector<float>{0.5F, 1.5F, 2.5F, -0.5F, -1.5F, 2.4F}}});
  CHECK(result.values<float>() == std::vector<float>{0, 2, 2, 0, -2, 2});
}

TEST_CASE("unary operators take large tensors in pieces") {
  std::vector<float> x(300'000, -1.5F);
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {300'000});
  const int out = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::ABS, {in}, {out});
  auto options = kernels_only();
  options.threads = 2;
  CHECK(run_graph(b.graph(), {x}, options).values<float>() == std::vector<float>(300'000, 1.5F));
}

TEST_CASE("quantised unary operators stay within a step of the real function") {
  struct Case {
    BuiltinOperator code;
    double (*reference)(double);
    float scale_in;
    int zero_in;
    float scale_out;
    int zero_out;
  };
  const Case cases[] = {
      {BuiltinOperator::ABS, [](double x) { return std::abs(x); }, 0.05F, 3, 0.03F, -128},
      {BuiltinOperator::EXP, [](double x) { return std::exp(x); }, 0.02F, 10, 0.05F, -100},
      {BuiltinOperator::LOG, [](double x) { return std::log(x); }, 0.02F, -128, 0.05F, 20},
      {BuiltinOperator::SQRT, [](double x) { return std::sqrt(x); }, 0.02F, -128, 0.02F, -128},
      {BuiltinOperator::RSQRT, [](double x) { return 1 / std::sqrt(x); }, 0.1F, -128, 0.02F, -128},
  };
  std::vector<std::int8_t> x;
  for (int i = -127; i < 128; ++i) x.push_back(static_cast<std::int8_t>(i));
  for (const Case& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    const auto y = run_op(c.code, {{{255}, x, quantized(c.scale_in, c.zero_in)}},
                          {TensorType::INT8, quantized(c.scale_out, c.zero_out)})
                       .values<std::int8_t>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double real = (x[i] - c.zero_in) * static_cast<double>(c.scale_in);
      const double want =
          std::clamp(std::round(c.reference(real) / static_cast<double>(c.scale_out)) + c.zero_out,
                     -128.0, 127.0);
      CAPTURE(static_cast<int>(x[i]));
      CHECK(std::abs(static_cast<double>(y[i]) - want) <= 1.0);
    }
  }
}

TEST_CASE("INT16 lookups interpolate to within four steps") {
  std::vector<std::int16_t> x;
  for (int i = -32768; i < 32768; i += 97) x.push_back(static_cast<std::int16_t>(i));
  const float scale_in = 4.0F / 32768.0F;
  const float scale_out = 64.0F / 32768.0F;
  const auto y = run_op(BuiltinOperator::EXP,
                        {{{static_cast<std::int32_t>(x.size())}, x, quantized(scale_in, 0)}},
                        {TensorType::INT16, quantized(scale_out, 0)})
                     .values<std::int16_t>();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float want = std::exp(static_cast<float>(x[i]) * scale_in) / scale_out;
    CAPTURE(x[i]);
    CHECK(std::abs(static_cast<float>(y[i]) - want) <= 4.0F);
  }
}

TEST_CASE("integer and logical unary operators") {
  CHECK(run_op(BuiltinOperator::ABS, {{{3}, std::vector<std::int32_t>{-5, 5, 0}}},
               {TensorType::INT32})
            .values<std::int32_t>() == std::vector<std::int32_t>{5, 5, 0});
  CHECK(run_op(BuiltinOperator::NEG, {{{2}, std::vector<std::int64_t>{-5, 7}}}, {TensorType::INT64})
            .values<std::int64_t>() == std::vector<std::int64_t>{5, -7});
  CHECK(run_op(BuiltinOperator::SIGN, {{{3}, std::vector<std::int32_t>{-5, 7, 0}}},
               {TensorType::INT32})
            .values<std::int32_t>() == std::vector<std::int32_t>{-1, 1, 0});
  CHECK(run_op(BuiltinOperator::LOGICAL_NOT, {{{2}, std::vector<bool>{true, false}}},
               {TensorType::BOOL})
            .values<bool>() == std::vector<bool>{false, true});
  CHECK(run_op(BuiltinOperator::ZEROS_LIKE, {{{2}, std::vector<std::int64_t>{-5, 7}}},
               {TensorType::INT64})
            .values<std::int64_t>() == std::vector<std::int64_t>{0, 0});
}

TEST_CASE("unary operators refuse what they cannot do") {
  CHECK_THROWS_AS(
      run_op(BuiltinOperator::SIN, {{{1}, std::vector<std::int32_t>{1}}}, {TensorType::INT32}),
      Error);
  CHECK_THROWS_AS(
      run_op(BuiltinOperator::NEG, {{{1}, std::vector<std::int32_t>{1}}}, {TensorType::FLOAT32}),
      Error);
  CHECK_THROWS_AS(
      run_op(BuiltinOperator::EXP, {{{1}, std::vector<std::int8_t>{1}}}, {TensorType::INT8}),
      Error);
}
