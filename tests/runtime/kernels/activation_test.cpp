#include "runtime/kernels/activation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

struct Case {
  const char* name;
  BuiltinOperator code;
  double (*reference)(double);
  OperatorOptions options = {};
};

const Case kCases[] = {
    {"relu", BuiltinOperator::RELU, [](double x) { return std::max(x, 0.0); }},
    {"relu6", BuiltinOperator::RELU6, [](double x) { return std::clamp(x, 0.0, 6.0); }},
    {"relu -1 to 1", BuiltinOperator::RELU_N1_TO_1,
     [](double x) { return std::clamp(x, -1.0, 1.0); }},
    {"relu 0 to 1", BuiltinOperator::RELU_0_TO_1, [](double x) { return std::clamp(x, 0.0, 1.0); }},
    {"elu", BuiltinOperator::ELU, [](double x) { return x < 0 ? std::expm1(x) : x; }},
    {"leaky relu", BuiltinOperator::LEAKY_RELU, [](double x) { return x < 0 ? 0.3 * x : x; },
     LeakyReluOptions{0.3F}},
    {"falling leaky relu", BuiltinOperator::LEAKY_RELU,
     [](double x) { return x < 0 ? -0.2 * x : x; }, LeakyReluOptions{-0.2F}},
    {"hard swish", BuiltinOperator::HARD_SWISH,
     [](double x) { return x * std::clamp(x + 3, 0.0, 6.0) / 6; }},
    {"gelu", BuiltinOperator::GELU,
     [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
    {"approximate gelu", BuiltinOperator::GELU,
     [](double x) { return 0.5 * x * (1 + std::tanh(0.7978845608 * (x + 0.044715 * x * x * x))); },
     GeluOptions{true}},
    {"logistic", BuiltinOperator::LOGISTIC, [](double x) { return 1 / (1 + std::exp(-x)); }},
    {"tanh", BuiltinOperator::TANH, [](double x) { return std::tanh(x); }},
};

}  // namespace

TEST_CASE("float activations agree with their formula") {
  std::vector<float> x;
  for (int i = -300; i <= 300; ++i) x.push_back(static_cast<float>(i) * 0.05F);
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    const auto y = run_op(c.code, {{{601}, x}}, {}, c.options).values<float>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      CAPTURE(x[i]);
      const double want = c.reference(static_cast<double>(x[i]));
      CHECK(std::abs(static_cast<double>(y[i]) - want) <= 1e-6 + 1e-6 * std::abs(want));
    }
  }
}

TEST_CASE("8-bit activations stay within a step of their formula") {
  std::vector<std::int8_t> x;
  for (int i = -128; i < 128; ++i) x.push_back(static_cast<std::int8_t>(i));
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    for (const TensorType type : {TensorType::INT8, TensorType::UINT8}) {
      const int low = type == TensorType::INT8 ? -128 : 0;
      const Quantization in = quantized(0.05F, low + 138);
      const Quantization out = quantized(0.04F, low + 100);
      const auto bytes =
          run_op(c.code, {{{256}, x, in, type}}, {type, out}, c.options).outputs[0].bytes;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const int raw = low == 0 ? static_cast<std::uint8_t>(x[i]) : x[i];
        const double real = (raw - static_cast<int>(in.zero_point[0])) * 0.05;
        const double want = std::clamp(std::round(c.reference(real) / 0.04) + low + 100.0,
                                       static_cast<double>(low), low + 255.0);
        const int got = low == 0 ? static_cast<int>(bytes[i]) : static_cast<std::int8_t>(bytes[i]);
        CAPTURE(raw);
        CHECK(std::abs(got - want) <= 1.0);
      }
    }
  }
}

TEST_CASE("INT16 logistic and tanh stay near their formula at every scale") {
  std::vector<std::int16_t> x;
  for (int i = -32768; i < 32768; i += 61) x.push_back(static_cast<std::int16_t>(i));
  const std::vector<std::int32_t> shape{static_cast<std::int32_t>(x.size())};
  for (const float scale : {1.0F / 4096, 2.0F / 4096, 0.0003F, 0.0001F, 0.004F}) {
    CAPTURE(scale);
    const OpOutput out{TensorType::INT16, quantized(1.0F / 32768, 0)};
    const auto sigmoid = run_op(BuiltinOperator::LOGISTIC, {{shape, x, quantized(scale, 0)}}, out)
                             .values<std::int16_t>();
    const auto tanh = run_op(BuiltinOperator::TANH, {{shape, x, quantized(scale, 0)}}, out)
                          .values<std::int16_t>();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double real = x[i] * static_cast<double>(scale);
      CAPTURE(real);
      CHECK(std::abs(sigmoid[i] - 32768 / (1 + std::exp(-real))) <= 10.0);
      CHECK(std::abs(tanh[i] - 32768 * std::tanh(real)) <= 20.0);
    }
  }
}

TEST_CASE("PRELU broadcasts its slopes") {
  const std::vector<float> x{-1, 2, -3, 4, -5, 6};
  CHECK(run_op(BuiltinOperator::PRELU, {{{1, 2, 3}, x}, {{3}, std::vector<float>{0.5F, 1, 2}}})
            .values<float>() == std::vector<float>{-0.5F, 2, -6, 4, -5, 6});
  CHECK_THROWS_AS(run_op(BuiltinOperator::PRELU, {{{3}, std::vector<float>{1, 2, 3}}, {{2, 3}, x}}),
                  Error);
  const std::vector<std::int8_t> raw{-100, -20, 0, 20, 100, 127};
  const auto y = run_op(BuiltinOperator::PRELU,
                        {{{2, 3}, raw, quantized(0.1F, 10)},
                         {{3}, std::vector<std::int8_t>{10, 20, 30}, quantized(0.02F, 0)}},
                        {TensorType::INT8, quantized(0.1F, -5)})
                     .values<std::int8_t>();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const double slope = static_cast<double>(10 + 10 * (i % 3)) * 0.02;
    const double steps = raw[i] - 10;
    const double want =
        std::clamp(std::round(steps < 0 ? steps * slope : steps) - 5, -128.0, 127.0);
    CHECK(std::abs(y[i] - want) <= 1.0);
  }
}
