#include "base/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace litezoo {
namespace {

// log of the probability of exactly k, without overflow for any n.
double log_binomial_term(std::uint64_t n, std::uint64_t k, double p) {
  const auto count = static_cast<double>(n);
  const auto hits = static_cast<double>(k);
  return std::lgamma(count + 1) - std::lgamma(hits + 1) - std::lgamma(count - hits + 1) +
         hits * std::log(p) + (count - hits) * std::log1p(-p);
}

// Sum of the terms from k outward, away from the mode, where each is smaller than the one before.
double sum_from(std::uint64_t n, std::uint64_t k, double p, int direction) {
  const double odds = p / (1 - p);
  double term = std::exp(log_binomial_term(n, k, p));
  double sum = 0;
  for (;;) {
    sum += term;
    if (term <= sum * 1e-17 || (direction < 0 ? k == 0 : k == n)) return std::min(sum, 1.0);
    const auto hits = static_cast<double>(k);
    const auto misses = static_cast<double>(n - k);
    term *= direction < 0 ? hits / (misses + 1) / odds : misses / (hits + 1) * odds;
    k = direction < 0 ? k - 1 : k + 1;
  }
}

bool below_mean(std::uint64_t n, std::uint64_t k, double p) {
  return static_cast<double>(k) < static_cast<double>(n) * p;
}

}  // namespace

Nanoseconds quantile(std::span<const Nanoseconds> samples, double q) {
  assert(!samples.empty() && q > 0 && q <= 1);
  std::vector<Nanoseconds> copy(samples.begin(), samples.end());
  // The subtraction keeps 0.9 * 10 at rank 9, not 10, despite rounding.
  const double rank = std::ceil(q * static_cast<double>(copy.size()) - 1e-9);
  const auto index = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::ranges::nth_element(copy, copy.begin() + index);
  return copy[static_cast<std::size_t>(index)];
}

double binomial_lower_tail(std::uint64_t n, std::uint64_t k, double p) {
  if (k >= n || p <= 0) return 1;
  if (p >= 1) return 0;
  return below_mean(n, k, p) ? sum_from(n, k, p, -1) : 1 - sum_from(n, k + 1, p, 1);
}

double binomial_upper_tail(std::uint64_t n, std::uint64_t k, double p) {
  if (k == 0 || p >= 1) return 1;
  if (k > n || p <= 0) return 0;
  return below_mean(n, k, p) ? 1 - sum_from(n, k - 1, p, -1) : sum_from(n, k, p, 1);
}

std::optional<Nanoseconds> quantile_upper_bound(std::span<const Nanoseconds> samples, double q,
                                                double confidence) {
  const std::uint64_t n = samples.size();
  // The quantile lies above the r-th smallest sample iff at most n - r samples exceed it; the r-th
  // bounds it from above with probability P(Binomial(n, q) < r).
  for (std::uint64_t r = n; r >= 1; --r) {
    const bool holds = binomial_lower_tail(n, r - 1, q) >= confidence;
    if (!holds) {
      if (r == n) return std::nullopt;
      std::vector<Nanoseconds> copy(samples.begin(), samples.end());
      const auto index = static_cast<std::ptrdiff_t>(r);
      std::ranges::nth_element(copy, copy.begin() + index);
      return copy[r];
    }
  }
  return n == 0 ? std::nullopt : std::optional(*std::ranges::min_element(samples));
}

std::uint64_t samples_for_bound(double q, double confidence) {
  return static_cast<std::uint64_t>(std::ceil(std::log1p(-confidence) / std::log(q)));
}

Decision decide_quantile(std::uint64_t n, std::uint64_t over, double q, SequentialRisk risk) {
  const double p = 1 - q;
  if (n > 0 && binomial_lower_tail(n, over, p) <= risk.per_look) return Decision::pass;
  if (over > 0 && binomial_upper_tail(n, over, p) <= risk.per_look_fail) return Decision::fail;
  return Decision::undecided;
}

}  // namespace litezoo
