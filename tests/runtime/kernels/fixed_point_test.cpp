#include "runtime/kernels/fixed_point.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "runtime/kernels/fixed_point_math.h"

using namespace litezoo::runtime;

TEST_CASE("a quantised multiplier is the factor to 31 bits") {
  for (const double factor : {1.0, 0.5, 0.75, 3.0, 1e-3, 1e-6, 12345.678, -0.25, 0.9999999999}) {
    CAPTURE(factor);
    const QuantizedMultiplier q = quantize_multiplier(factor);
    const double back = std::ldexp(static_cast<double>(q.multiplier), q.shift - 31);
    CHECK(back == doctest::Approx(factor).epsilon(1e-9));
    CHECK(std::abs(static_cast<double>(q.multiplier)) >= 1073741824.0);
  }
}

TEST_CASE("a quantised multiplier of a factor out of range is 0 or saturates") {
  CHECK(quantize_multiplier(0.0).multiplier == 0);
  CHECK(quantize_multiplier(1e-12).multiplier == 0);
  CHECK(quantize_multiplier(std::nan("")).multiplier == 0);
  CHECK(quantize_multiplier(std::numeric_limits<double>::infinity()).shift == 30);
  CHECK(quantize_multiplier(-1e300).multiplier == -std::numeric_limits<std::int32_t>::max());
}

TEST_CASE("multiply rounds to the nearest integer, ties upwards") {
  struct Case {
    std::int32_t x;
    double factor;
    std::int32_t want;
  };
  constexpr Case cases[] = {
      {100, 0.5, 50},  {101, 0.5, 51},      {-101, 0.5, -50},     {7, 3.0, 21},
      {1000, 1e-3, 1}, {-1000, 0.25, -250}, {123456, 0.001, 123}, {0, 5.0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.x);
    CAPTURE(c.factor);
    CHECK(multiply(c.x, quantize_multiplier(c.factor)) == c.want);
    CHECK(std::abs(multiply(std::int64_t{c.x}, quantize_multiplier(c.factor)) - c.want) <= 1);
  }
}

TEST_CASE("rounding division sends ties away from zero") {
  CHECK(rounding_divide_by_power_of_two(6, 2) == 2);
  CHECK(rounding_divide_by_power_of_two(-6, 2) == -2);
  CHECK(rounding_divide_by_power_of_two(5, 2) == 1);
  CHECK(rounding_divide_by_power_of_two(-7, 0) == -7);
  CHECK(rounding_divide_by_power_of_two(std::numeric_limits<std::int32_t>::min(), 31) == -1);
}

TEST_CASE("the doubling high multiply saturates only at the lowest square") {
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  CHECK(saturating_rounding_doubling_high_multiply(lowest, lowest) ==
        std::numeric_limits<std::int32_t>::max());
  CHECK(saturating_rounding_doubling_high_multiply(1 << 30, 1 << 30) == 1 << 29);
  CHECK(saturating_rounding_doubling_high_multiply(std::int16_t{16384}, std::int16_t{-16384}) ==
        -8192);
}

TEST_CASE("fixed-point functions agree with the real ones") {
  for (int raw = -32768; raw < 32768; raw += 37) {
    const double real = raw / 4096.0;  // Q3 in 16 bits
    const auto narrow = static_cast<std::int16_t>(raw);
    const std::int32_t wide = raw * 65536;
    CAPTURE(real);
    CHECK(std::abs(fixed::logistic<3>(narrow) / 32768.0 - 1 / (1 + std::exp(-real))) < 3e-4);
    CHECK(std::abs(fixed::tanh<3>(narrow) / 32768.0 - std::tanh(real)) < 6e-4);
    CHECK(std::abs(fixed::logistic<3>(wide) / 2147483648.0 - 1 / (1 + std::exp(-real))) < 1e-6);
    CHECK(std::abs(fixed::tanh<3>(wide) / 2147483648.0 - std::tanh(real)) < 2e-6);
    if (raw <= 0) {
      CHECK(std::abs(fixed::exp_of_negative<3>(wide) / 2147483648.0 - std::exp(real)) < 1e-6);
    }
  }
}

TEST_CASE("a fixed-point reciprocal is within a billionth") {
  for (const std::int32_t x : {1, 2, 3, 7, 255, 1000, 65535, 1 << 30}) {
    CAPTURE(x);
    const auto [value, bits] = fixed::reciprocal(x);
    CHECK(std::ldexp(static_cast<double>(value), -31 - bits) * x ==
          doctest::Approx(1).epsilon(1e-8));
  }
  CHECK(fixed::leading_sign_bits(1) == 30);
  CHECK(fixed::leading_sign_bits(-1) == 31);
  CHECK(fixed::leading_sign_bits(-300) == 22);
}
