#include "base/statistics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

namespace litezoo {
namespace {

std::vector<Nanoseconds> one_to(int n) {
  std::vector<Nanoseconds> samples;
  for (int i = n; i >= 1; --i) samples.emplace_back(i);
  return samples;
}

}  // namespace

TEST_CASE("quantiles are samples that occurred") {
  struct Case {
    int n;
    double q;
    int expected;
  };
  const Case cases[] = {{1, 0.5, 1}, {2, 0.5, 1},    {3, 0.5, 2},     {10, 0.9, 9},
                        {10, 1, 10}, {100, 0.9, 90}, {100, 0.99, 99}, {101, 0.9, 91}};
  for (const auto& c : cases) {
    CAPTURE(c.n);
    CAPTURE(c.q);
    CHECK(quantile(one_to(c.n), c.q).count() == c.expected);
  }
}

TEST_CASE("binomial tails agree with sums of exact terms") {
  for (const std::uint64_t n : {1U, 5U, 17U, 40U}) {
    for (const double p : {0.05, 0.1, 0.5}) {
      double term = std::pow(1 - p, static_cast<double>(n));
      double lower = 0;
      for (std::uint64_t k = 0; k <= n; ++k) {
        CAPTURE(n);
        CAPTURE(k);
        CAPTURE(p);
        CHECK(binomial_upper_tail(n, k, p) == doctest::Approx(1 - lower).epsilon(1e-9));
        lower += term;
        CHECK(binomial_lower_tail(n, k, p) == doctest::Approx(lower).epsilon(1e-9));
        term *= static_cast<double>(n - k) / static_cast<double>(k + 1) * p / (1 - p);
      }
    }
  }
}

// The smallest n that accepts with t runs over the limit at one look: Clopper & Pearson 1934.
TEST_CASE("the smallest sample that proves p90 is known from tables") {
  struct Case {
    std::uint64_t over, fewest;
    double risk;
  };
  const Case cases[] = {{0, 29, 0.05}, {1, 46, 0.05}, {2, 61, 0.05},
                        {0, 44, 0.01}, {1, 64, 0.01}, {2, 81, 0.01}};
  for (const auto& c : cases) {
    CAPTURE(c.over);
    CAPTURE(c.risk);
    const SequentialRisk risk{.per_look = c.risk};
    CHECK(decide_quantile(c.fewest, c.over, 0.9, risk) == Decision::pass);
    CHECK(decide_quantile(c.fewest - 1, c.over, 0.9, risk) != Decision::pass);
  }
  CHECK(samples_for_bound(0.9, 0.95) == 29);
  CHECK(samples_for_bound(0.99, 0.95) == 299);
}

TEST_CASE("a model far over the limit falls after two or three runs") {
  CHECK(decide_quantile(1, 1, 0.9) == Decision::undecided);
  CHECK(decide_quantile(2, 2, 0.9) == Decision::fail);
  CHECK(decide_quantile(5, 3, 0.9) == Decision::fail);
  CHECK(decide_quantile(0, 0, 0.9) == Decision::undecided);
}

TEST_CASE("an upper bound of a quantile needs enough samples and then holds as often as promised") {
  CHECK_FALSE(quantile_upper_bound(one_to(28), 0.9, 0.95).has_value());
  CHECK(quantile_upper_bound(one_to(29), 0.9, 0.95)->count() == 29);
  CHECK(quantile_upper_bound(one_to(46), 0.9, 0.95)->count() == 45);
  CHECK_FALSE(quantile_upper_bound({}, 0.9, 0.95).has_value());

  std::mt19937 random(7);
  std::uniform_int_distribution<int> draw(1, 1'000'000);
  int covered = 0;
  constexpr int kTrials = 2000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<Nanoseconds> samples;
    for (int i = 0; i < 60; ++i) samples.emplace_back(draw(random));
    covered += quantile_upper_bound(samples, 0.9, 0.95)->count() >= 900'000 ? 1 : 0;
  }
  CHECK(covered >= kTrials * 94 / 100);
}

TEST_CASE("asking after every run does not accept a model that sits on the limit") {
  std::mt19937 random(11);
  std::bernoulli_distribution over_limit(0.1);
  int accepted = 0;
  constexpr int kTrials = 3000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::uint64_t over = 0;
    for (std::uint64_t n = 1; n <= 400; ++n) {
      over += over_limit(random) ? 1 : 0;
      const Decision decision = decide_quantile(n, over, 0.9, {.per_look_fail = 0});
      if (decision == Decision::pass) {
        ++accepted;
        break;
      }
    }
  }
  CHECK(accepted <= kTrials / 100);
}

}  // namespace litezoo
