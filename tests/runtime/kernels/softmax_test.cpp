#include "runtime/kernels/softmax.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

std::vector<double> softmax(const std::vector<double>& x, std::size_t length, double beta,
                            bool log) {
  std::vector<double> y(x.size());
  for (std::size_t at = 0; at < x.size(); at += length) {
    double sum = 0;
    for (std::size_t i = 0; i < length; ++i) sum += std::exp(x[at + i] * beta);
    for (std::size_t i = 0; i < length; ++i) {
      y[at + i] = std::exp(x[at + i] * beta) / sum;
      if (log) y[at + i] = std::log(y[at + i]);
    }
  }
  return y;
}

std::vector<double> real_values(const std::vector<std::int8_t>& raw, double scale, int zero) {
  std::vector<double> real;
  for (const std::int8_t value : raw) real.push_back((value - zero) * scale);
  return real;
}

std::vector<std::int8_t> spread(std::size_t count) {
  std::vector<std::int8_t> raw;
  for (std::size_t i = 0; i < count; ++i) raw.push_back(static_cast<std::int8_t>(i * 37 % 256));
  return raw;
}

}  // namespace

TEST_CASE("float softmax and log-softmax agree with their formula, for short and long rows") {
  for (const std::int32_t length : {1, 3, 10, 47, 48, 335}) {
    CAPTURE(length);
    std::vector<float> x;
    for (int i = 0; i < 700 * length; ++i)
      x.push_back(static_cast<float>(i * 7 % 23) * 0.5F - 4.0F);
    const std::vector<double> real(x.begin(), x.end());
    const auto n = static_cast<std::size_t>(length);
    const auto y =
        run_op(BuiltinOperator::SOFTMAX, {{{7, 100, length}, x}}, {}, SoftmaxOptions{0.7F})
            .values<float>();
    const auto want = softmax(real, n, 0.7, false);
    const auto log_y =
        run_op(BuiltinOperator::LOG_SOFTMAX, {{{7, 100, length}, x}}).values<float>();
    const auto log_want = softmax(real, n, 1.0, true);
    double worst = 0, log_worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      worst = std::max(worst, std::abs(static_cast<double>(y[i]) / want[i] - 1));
      log_worst = std::max(log_worst, std::abs(static_cast<double>(log_y[i]) - log_want[i]));
    }
    CHECK(worst <= 1e-5);
    CHECK(log_worst <= 1e-5);
  }
}

TEST_CASE("softmax of huge values does not overflow") {
  const auto y = run_op(BuiltinOperator::SOFTMAX, {{{3}, std::vector<float>{1e30F, 1e30F, -1e30F}}},
                        {}, SoftmaxOptions{1.0F});
  CHECK(y.values<float>() == std::vector<float>{0.5F, 0.5F, 0.0F});
}

TEST_CASE("8-bit softmax stays within a step of its formula") {
  const auto raw = spread(40);
  const auto want = softmax(real_values(raw, 0.05, 3), 20, 1.0, false);
  const auto bytes = run_op(BuiltinOperator::SOFTMAX, {{{2, 20}, raw, quantized(0.05F, 3)}},
                            {TensorType::INT8, quantized(1.0F / 256, -128)}, SoftmaxOptions{1.0F})
                         .values<std::int8_t>();
  const auto wide = run_op(BuiltinOperator::SOFTMAX, {{{2, 20}, raw, quantized(0.05F, 3)}},
                           {TensorType::INT16, quantized(1.0F / 32768, 0)}, SoftmaxOptions{1.0F})
                        .values<std::int16_t>();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    CHECK(std::abs(bytes[i] - (std::round(want[i] * 256) - 128)) <= 1.0);
    CHECK(std::abs(wide[i] - want[i] * 32768) <= 1.0);
  }
  const auto log_want = softmax(real_values(raw, 0.05, 3), 20, 1.0, true);
  const auto logs = run_op(BuiltinOperator::LOG_SOFTMAX, {{{2, 20}, raw, quantized(0.05F, 3)}},
                           {TensorType::INT8, quantized(16.0F / 256, 127)})
                        .values<std::int8_t>();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    CHECK(std::abs(logs[i] - std::max(std::round(log_want[i] * 16) + 127, -128.0)) <= 1.0);
  }
}

TEST_CASE("INT16 softmax stays near its formula") {
  std::vector<std::int16_t> raw;
  std::vector<double> real;
  for (int i = 0; i < 100; ++i) {
    raw.push_back(static_cast<std::int16_t>(i * 7919 % 65536 - 32768));
    real.push_back(raw.back() * 0.0002);
  }
  const auto want = softmax(real, 50, 1.0, false);
  const auto y = run_op(BuiltinOperator::SOFTMAX, {{{2, 50}, raw, quantized(0.0002F, 0)}},
                        {TensorType::INT16, quantized(1.0F / 32768, 0)}, SoftmaxOptions{1.0F})
                     .values<std::int16_t>();
  for (std::size_t i = 0; i < raw.size(); ++i) CHECK(std::abs(y[i] - want[i] * 32768) <= 12.0);
}

TEST_CASE("softmax refuses what makes no sense") {
  const std::vector<float> x{1, 2};
  CHECK_THROWS_AS(run_op(BuiltinOperator::SOFTMAX, {{{2}, x}}, {}, SoftmaxOptions{-1.0F}), Error);
  CHECK_THROWS_AS(run_op(BuiltinOperator::SOFTMAX, {{{2}, std::vector<std::int32_t>{1, 2}}},
                         {TensorType::INT32}, SoftmaxOptions{1.0F}),
                  Error);
}
