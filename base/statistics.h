#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/units.h"

namespace litezoo {

// Pure functions on samples of a latency. Nothing here assumes a distribution.

// The smallest sample x so that at least `q` of all samples are <= x (the inverse of the empirical
// distribution function, type 1 of Hyndman & Fan 1996). Samples in any order; requires at least one
// and 0 < q <= 1.
Nanoseconds quantile(std::span<const Nanoseconds> samples, double q);

// P(X <= k) for X ~ Binomial(n, p). Exact up to rounding (sums of logarithms of terms).
double binomial_lower_tail(std::uint64_t n, std::uint64_t k, double p);

// P(X >= k) for X ~ Binomial(n, p).
double binomial_upper_tail(std::uint64_t n, std::uint64_t k, double p);

// An upper confidence bound for the q-quantile: the smallest order statistic that is above it with
// at least `confidence`; nullopt when there are too few samples for any (29 for p90 at 95 %).
std::optional<Nanoseconds> quantile_upper_bound(std::span<const Nanoseconds> samples, double q,
                                                double confidence);

// The fewest samples for which quantile_upper_bound can give an answer: 29 for p90 at 95 %.
std::uint64_t samples_for_bound(double q, double confidence);

enum class Decision { pass, fail, undecided };

// What one is ready to risk in a sequential test of "the q-quantile is at most the limit".
//
// The test may be asked after every sample. Looking again and again inflates the error of a test
// made for one look, so each look uses `per_look`, far below the error one wants over the whole
// series: simulated on iid samples whose q-quantile lies exactly on the limit, a p90 test at
// per_look = 0.001 with up to 400 looks accepts 0.7 % of the time (0.01 would accept 5.7 %).
struct SequentialRisk {
  double per_look = 0.001;      // of a wrong PASS
  double per_look_fail = 0.01;  // of a wrong FAIL; a wrong FAIL costs a larger model, not a lie
};

// The answer for `over` of `n` samples above the limit:
//   pass  when P(Binomial(n, 1 - q) <= over) <= risk.per_look,
//   fail  when P(Binomial(n, 1 - q) >= over) <= risk.per_look_fail.
Decision decide_quantile(std::uint64_t n, std::uint64_t over, double q, SequentialRisk risk = {});

}  // namespace litezoo
