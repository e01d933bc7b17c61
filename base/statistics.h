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

// What one is ready to risk in a sequential test of "the q-quantile is at most the limit", over all
// looks together.
struct SequentialRisk {
  double pass = 0.01;  // of a wrong PASS
  double fail = 0.01;  // of a wrong FAIL

  // As given for a PASS; for a FAIL never above the usual one, because a test that may pass lightly
  // (a confirmation) must not fail lightly.
  static SequentialRisk of(double risk) { return {risk, risk < 0.01 ? risk : 0.01}; }
};

// How much `over` of `n` samples above the limit speak for "the q-quantile is at most the limit"
// (for_pass) or for the opposite (for_fail): the natural logarithm of the likelihood of the samples
// averaged over all chances of being over the limit that the answer allows (each equally likely
// beforehand), divided by their likelihood when that chance is exactly 1 - q. While the answer is
// wrong, the chance that this ever exceeds log(1 / risk), however often one looks, is at most
// `risk` (Ville's inequality; Ville 1939, Robbins 1970), so a test may be asked after every sample.
double log_evidence_for_pass(std::uint64_t n, std::uint64_t over, double q);
double log_evidence_for_fail(std::uint64_t n, std::uint64_t over, double q);

// The answer for `over` of `n` samples above the limit; may be asked after every sample without
// inflating the risk. Three runs of three over the limit refute p90, 62 of 62 within it prove it.
Decision decide_quantile(std::uint64_t n, std::uint64_t over, double q, SequentialRisk risk = {});

// The fewest samples that can prove it: 62 for p90 at 1 %.
std::uint64_t samples_for_pass(double q, double risk);

// How many times larger one thing's latency is than another's.
struct Ratio {
  double value = 0, low = 0, high = 0;
};

// The ratio of the medians of a and b, each given as medians of blocks of runs, with a bootstrap
// interval of `confidence` (blocks, not runs, are drawn: runs of one block are not independent).
// nullopt when either has fewer than three blocks. The same input gives the same answer.
std::optional<Ratio> ratio_of_medians(std::span<const Nanoseconds> a,
                                      std::span<const Nanoseconds> b, double confidence);

}  // namespace litezoo
