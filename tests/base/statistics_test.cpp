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

TEST_CASE("the evidence is the mean likelihood ratio over the chances an answer allows") {
  struct Case {
    std::uint64_t n, over;
    double q;
  };
  const Case cases[] = {{1, 0, 0.9}, {30, 2, 0.9}, {30, 9, 0.9}, {200, 10, 0.95}, {50, 25, 0.5}};
  constexpr int kSteps = 20000;
  for (const auto& c : cases) {
    CAPTURE(c.n);
    CAPTURE(c.over);
    const double p = 1 - c.q;
    const auto likelihood = [&](double x) {
      return std::pow(x, static_cast<double>(c.over)) *
             std::pow(1 - x, static_cast<double>(c.n - c.over));
    };
    double below = 0;
    double above = 0;
    for (int i = 0; i < kSteps; ++i) {
      const double middle = (i + 0.5) / kSteps;
      below += likelihood(p * middle) / kSteps;
      above += likelihood(p + c.q * middle) / kSteps;
    }
    CHECK(log_evidence_for_pass(c.n, c.over, c.q) ==
          doctest::Approx(std::log(below / likelihood(p))).epsilon(1e-4));
    CHECK(log_evidence_for_fail(c.n, c.over, c.q) ==
          doctest::Approx(std::log(above / likelihood(p))).epsilon(1e-4));
  }
}

TEST_CASE("the fewest runs that prove p90 for a number of runs over the limit") {
  struct Case {
    std::uint64_t over, fewest;
    double risk;
  };
  const Case cases[] = {{0, 62, 0.01}, {1, 86, 0.01}, {2, 107, 0.01},
                        {0, 43, 0.05}, {1, 66, 0.05}, {2, 85, 0.05}};
  for (const auto& c : cases) {
    CAPTURE(c.over);
    CAPTURE(c.risk);
    const SequentialRisk risk{.pass = c.risk};
    CHECK(decide_quantile(c.fewest, c.over, 0.9, risk) == Decision::pass);
    CHECK(decide_quantile(c.fewest - 1, c.over, 0.9, risk) != Decision::pass);
  }
  CHECK(samples_for_pass(0.9, 0.01) == 62);
  CHECK(samples_for_bound(0.9, 0.95) == 29);
  CHECK(samples_for_bound(0.99, 0.95) == 299);
}

TEST_CASE("a model far over the limit falls after three runs") {
  CHECK(decide_quantile(2, 2, 0.9) == Decision::undecided);
  CHECK(decide_quantile(3, 3, 0.9) == Decision::fail);
  CHECK(decide_quantile(5, 4, 0.9) == Decision::fail);
  CHECK(decide_quantile(0, 0, 0.9) == Decision::undecided);
}

TEST_CASE("a million samples neither overflow nor change the answer") {
  CHECK(decide_quantile(1'000'000, 90'000, 0.9) == Decision::pass);
  CHECK(decide_quantile(1'000'000, 110'000, 0.9) == Decision::fail);
  CHECK(decide_quantile(1'000'000, 100'000, 0.9) == Decision::undecided);
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

TEST_CASE(
    "asking after every run decides a quantile that is the limit in one of a hundred series") {
  struct Case {
    double q;
    std::uint64_t looks;
    int trials;
  };
  const Case cases[] = {{0.9, 400, 3000}, {0.9, 4000, 300}, {0.5, 400, 1000}};
  std::mt19937 random(11);
  for (const auto& c : cases) {
    CAPTURE(c.q);
    CAPTURE(c.looks);
    std::bernoulli_distribution over_limit(1 - c.q);
    int passed = 0;
    int failed = 0;
    for (int trial = 0; trial < c.trials; ++trial) {
      std::uint64_t over = 0;
      auto decision = Decision::undecided;
      for (std::uint64_t n = 1; n <= c.looks && decision == Decision::undecided; ++n) {
        over += over_limit(random) ? 1 : 0;
        decision = decide_quantile(n, over, c.q);
      }
      passed += decision == Decision::pass ? 1 : 0;
      failed += decision == Decision::fail ? 1 : 0;
    }
    // One of a hundred at most, and three standard deviations of luck.
    const double most = c.trials * 0.01 + 3 * std::sqrt(c.trials * 0.01);
    CHECK(passed <= most);
    CHECK(failed <= most);
  }
}

TEST_CASE("a ratio of latencies comes with an interval that holds the truth") {
  std::mt19937 random(3);
  std::normal_distribution<double> noise(1, 0.02);
  const auto blocks = [&](double middle, int count) {
    std::vector<Nanoseconds> result;
    for (int i = 0; i < count; ++i) {
      result.emplace_back(static_cast<std::int64_t>(middle * noise(random)));
    }
    return result;
  };
  int covered = 0;
  constexpr int kTrials = 100;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto ratio = ratio_of_medians(blocks(1.43e6, 15), blocks(1e6, 15), 0.95);
    REQUIRE(ratio);
    CHECK(ratio->low <= ratio->value);
    CHECK(ratio->value <= ratio->high);
    covered += ratio->low <= 1.43 && 1.43 <= ratio->high ? 1 : 0;
  }
  CHECK(covered >= 88);
  CHECK_FALSE(ratio_of_medians(blocks(1e6, 2), blocks(1e6, 9), 0.95));
}

}  // namespace litezoo
