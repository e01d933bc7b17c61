#include "runtime/kernels/normalization.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

TEST_CASE("L2 normalisation gives rows of length 1") {
  const auto y =
      run_op(BuiltinOperator::L2_NORMALIZATION, {{{2, 2}, std::vector<float>{3, 4, 0, 0}}});
  CHECK(y.values<float>() == std::vector<float>{0.6F, 0.8F, 0, 0});
  const auto bytes =
      run_op(BuiltinOperator::L2_NORMALIZATION,
             {{{2, 2}, std::vector<std::int8_t>{13, 14, 10, 10}, quantized(0.3F, 10)}},
             {TensorType::INT8, quantized(1.0F / 128, 0)})
          .values<std::int8_t>();
  CHECK(bytes == std::vector<std::int8_t>{77, 102, 0, 0});
  CHECK_THROWS_AS(run_op(BuiltinOperator::L2_NORMALIZATION,
                         {{{1}, std::vector<std::int8_t>{1}, quantized(0.3F, 10)}},
                         {TensorType::INT8, quantized(0.5F, 0)}),
                  Error);
}

TEST_CASE("local response normalisation divides by the neighbourhood") {
  std::vector<float> x;
  for (int i = 0; i < 22; ++i) x.push_back(static_cast<float>(i % 7) - 2.5F);
  for (const int radius : {0, 1, 3, 50}) {
    CAPTURE(radius);
    const auto y = run_op(BuiltinOperator::LOCAL_RESPONSE_NORMALIZATION, {{{2, 11}, x}}, {},
                          LocalResponseNormalizationOptions{radius, 2.0F, 0.5F, 0.75F})
                       .values<float>();
    for (int i = 0; i < 22; ++i) {
      double squares = 0;
      for (int c = std::max(i % 11 - radius, 0); c <= std::min(i % 11 + radius, 10); ++c) {
        const auto value = static_cast<double>(x[static_cast<std::size_t>(i / 11 * 11 + c)]);
        squares += value * value;
      }
      const auto at = static_cast<std::size_t>(i);
      const double want = static_cast<double>(x[at]) * std::pow(2.0 + 0.5 * squares, -0.75);
      CHECK(static_cast<double>(y[at]) == doctest::Approx(want).epsilon(1e-5));
    }
  }
}
