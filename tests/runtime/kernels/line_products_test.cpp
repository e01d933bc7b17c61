#include "runtime/kernels/line_products.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/random_values.h"

namespace litezoo {
namespace {

using test::random_values;

constexpr float kGuard = -77;
constexpr std::size_t kGuards = 64;

TEST_CASE("a line of products is written to its last element and not beyond") {
  for (const std::size_t columns : {1U, 7U, 8U, 16U, 17U, 33U, 48U, 65U, 80U}) {
    for (const std::size_t positions : {1U, 2U, 7U, 8U, 21U}) {
      CAPTURE(columns);
      CAPTURE(positions);
      constexpr std::size_t kDepth = 5, kRows = 2, kStep = 3;
      const auto x0 = random_values<float>(positions * kStep + kDepth, -1, 1, 1);
      const auto x1 = random_values<float>(positions * kStep + kDepth, -1, 1, 2);
      const auto w = random_values<float>(kRows * kDepth * columns, -1, 1, 3);
      const auto weights = runtime::pack(w.data(), {columns, kRows * kDepth, 1, columns});
      auto bias = random_values<float>(columns, -1, 1, 4);
      bias.resize(weights.panel_count() * runtime::kPanelColumns);
      std::vector<float> y(positions * columns + kGuards, kGuard);
      const float* const rows[] = {x0.data(), x1.data()};
      multiply_line(runtime::DenseLine{.input = {rows, kStep},
                                       .positions = positions,
                                       .depth = kDepth,
                                       .weights = &weights,
                                       .bias = bias.data(),
                                       .output = {-1.5F, 1.5F, y.data()}});
      float worst = 0;
      for (std::size_t p = 0; p < positions; ++p) {
        for (std::size_t n = 0; n < columns; ++n) {
          float sum = bias[n];
          for (std::size_t k = 0; k < kDepth; ++k) {
            sum += x0[p * kStep + k] * w[k * columns + n] +
                   x1[p * kStep + k] * w[(kDepth + k) * columns + n];
          }
          worst = std::max(worst, std::abs(y[p * columns + n] - std::clamp(sum, -1.5F, 1.5F)));
        }
      }
      CHECK(worst < 1e-5F);
      for (std::size_t i = positions * columns; i < y.size(); ++i) REQUIRE(y[i] == kGuard);
    }
  }
}

TEST_CASE("a depthwise line is written to its last element and not beyond") {
  for (const std::size_t unit : {3U, 8U, 16U, 24U, 48U, 50U}) {
    for (const std::size_t count : {1U, 9U, 16U, 47U, 480U}) {
      CAPTURE(unit);
      CAPTURE(count);
      const std::size_t blocks = (unit + runtime::kPanelColumns - 1) / runtime::kPanelColumns;
      const std::size_t whole = blocks * runtime::kPanelColumns;
      constexpr std::size_t kTaps = 3, kTapStep = 2;
      const auto x = random_values<float>(count + unit + whole + kTaps * kTapStep, -1, 1, 1);
      const auto w = random_values<float>(kTaps * whole, -1, 1, 2);
      const auto bias = random_values<float>(whole, -1, 1, 3);
      std::vector<float> y(count + kGuards, kGuard);
      const float* const rows[] = {x.data()};
      multiply_line(runtime::DepthwiseLine{.input = {rows, unit},
                                           .taps = kTaps,
                                           .tap_step = kTapStep,
                                           .unit = unit,
                                           .count = count,
                                           .weights = w.data(),
                                           .bias = bias.data(),
                                           .output = {-1, 1, y.data()}});
      float worst = 0;
      for (std::size_t i = 0; i < count; ++i) {
        const std::size_t e = i % unit;
        float sum = bias[e];
        for (std::size_t t = 0; t < kTaps; ++t) {
          const std::size_t block = e / runtime::kPanelColumns, lane = e % runtime::kPanelColumns;
          sum += x[i + t * kTapStep] * w[(block * kTaps + t) * runtime::kPanelColumns + lane];
        }
        worst = std::max(worst, std::abs(y[i] - std::clamp(sum, -1.0F, 1.0F)));
      }
      CHECK(worst < 1e-5F);
      for (std::size_t i = count; i < y.size(); ++i) REQUIRE(y[i] == kGuard);
    }
  }
}

TEST_CASE("a line of products keeps a NaN through its clamp") {
  const float x[] = {1.0F, std::numeric_limits<float>::quiet_NaN(), 9.0F};
  const auto weights = runtime::pack(x, {1, 1, 1, 1});
  const std::vector<float> bias(runtime::kPanelColumns);
  float y[3] = {};
  const float* const rows[] = {x};
  multiply_line(runtime::DenseLine{.input = {rows, 1},
                                   .positions = 3,
                                   .depth = 1,
                                   .weights = &weights,
                                   .bias = bias.data(),
                                   .output = {0, 6, y}});
  CHECK(y[0] == 1.0F);
  CHECK(std::isnan(y[1]));
  CHECK(y[2] == 6.0F);
}

}  // namespace
}  // namespace litezoo
