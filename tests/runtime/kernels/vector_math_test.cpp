#include "runtime/kernels/vector_math.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace litezoo;

namespace {

struct Case {
  const char* name;
  void (*many)(const float* x, std::size_t count, float* y);
  double (*one)(double x);
};
constexpr Case kCases[] = {
    {"exp", runtime::exp_of, [](double x) { return std::exp(x); }},
    {"log", runtime::log_of, [](double x) { return std::log(x); }},
    {"tanh", runtime::tanh_of, [](double x) { return std::tanh(x); }},
    {"elu", runtime::elu_of, [](double x) { return x < 0 ? std::expm1(x) : x; }},
    {"logistic", runtime::logistic_of, [](double x) { return 1.0 / (1.0 + std::exp(-x)); }},
};

// Numbers of every size and sign, 0 and what is no number.
std::vector<float> numbers() {
  std::vector<float> values = {0.0F, -0.0F, std::numeric_limits<float>::quiet_NaN()};
  for (const float sign : {1.0F, -1.0F}) {
    values.push_back(sign * std::numeric_limits<float>::infinity());
    values.push_back(sign * std::numeric_limits<float>::max());
    for (float x = 1e-30F; x < 1e30F; x *= 1.31F) values.push_back(sign * x);
    for (float x = 0; x < 110; x += 0.37F) values.push_back(sign * x);
  }
  return values;
}

// Results below the smallest normal number may be cut to 0.
bool agrees(float got, double want) {
  const auto rounded = static_cast<float>(want);
  if (std::isnan(rounded) || std::isinf(rounded)) {
    return std::isnan(rounded) ? std::isnan(got) : got == rounded;
  }
  const double tolerance =
      static_cast<double>(std::numeric_limits<float>::min()) + std::abs(want) * 16 * 1.2e-7;
  return std::abs(static_cast<double>(got) - want) <= tolerance;
}

}  // namespace

TEST_CASE("functions of many floats agree with the standard library, whatever the numbers") {
  const std::vector<float> x = numbers();
  for (const Case& c : kCases) {
    CAPTURE(c.name);
    std::vector<float> y(x.size());
    c.many(x.data(), x.size(), y.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      CAPTURE(x[i]);
      CAPTURE(y[i]);
      CHECK(agrees(y[i], c.one(static_cast<double>(x[i]))));
    }
  }
}

TEST_CASE("functions of many floats write as many as they are asked to, in place too") {
  for (const Case& c : kCases) {
    for (std::size_t count = 0; count < 40; ++count) {
      std::vector<float> values(41, 0.5F);
      c.many(values.data(), count, values.data());
      const auto want = static_cast<float>(c.one(0.5));
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(values[i] ==
              doctest::Approx(static_cast<double>(i < count ? want : 0.5F)).epsilon(1e-6));
      }
    }
  }
}

TEST_CASE("the softmax of a row with something that is no number is no number") {
  for (const std::size_t length : {3U, 60U}) {
    std::vector<float> x(length, 1.0F), y(length);
    x[1] = std::numeric_limits<float>::quiet_NaN();
    runtime::softmax_of(x.data(), 1, length, 1.0F, y.data());
    for (const float value : y) CHECK(std::isnan(value));
  }
}
