#include "base/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <random>
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

// With f(x) = x^over (1 - x)^(n - over), the mean of f over [0, p] is an incomplete beta function,
// which is a binomial tail again: the integral from 0 to p is P(Binomial(n + 1, p) > over) divided
// by (n + 1) (n over `over`).
double log_evidence_for_pass(std::uint64_t n, std::uint64_t over, double q) {
  const double p = 1 - q;
  return std::log(binomial_upper_tail(n + 1, over + 1, p)) -
         std::log(p * static_cast<double>(n + 1)) - log_binomial_term(n, over, p);
}

double log_evidence_for_fail(std::uint64_t n, std::uint64_t over, double q) {
  const double p = 1 - q;
  return std::log(binomial_lower_tail(n + 1, over, p)) - std::log(q * static_cast<double>(n + 1)) -
         log_binomial_term(n, over, p);
}

Decision decide_quantile(std::uint64_t n, std::uint64_t over, double q, SequentialRisk risk) {
  if (n == 0) return Decision::undecided;
  if (log_evidence_for_pass(n, over, q) >= -std::log(risk.pass)) return Decision::pass;
  if (log_evidence_for_fail(n, over, q) >= -std::log(risk.fail)) return Decision::fail;
  return Decision::undecided;
}

std::uint64_t samples_for_pass(double q, double risk) {
  std::uint64_t n = 1;
  while (decide_quantile(n, 0, q, {.pass = risk, .fail = 0}) != Decision::pass) ++n;
  return n;
}

std::optional<Ratio> ratio_of_medians(std::span<const Nanoseconds> a,
                                      std::span<const Nanoseconds> b, double confidence) {
  constexpr std::size_t kFewest = 3;
  constexpr std::size_t kDraws = 2000;
  if (a.size() < kFewest || b.size() < kFewest) return std::nullopt;
  const auto ratio = [](std::span<const Nanoseconds> x, std::span<const Nanoseconds> y) {
    const auto below = std::max<std::int64_t>(quantile(y, 0.5).count(), 1);
    return static_cast<double>(quantile(x, 0.5).count()) / static_cast<double>(below);
  };
  std::minstd_rand random(1);
  const auto drawn = [&random](std::span<const Nanoseconds> from) {
    std::vector<Nanoseconds> sample;
    sample.reserve(from.size());
    for (std::size_t i = 0; i < from.size(); ++i) sample.push_back(from[random() % from.size()]);
    return sample;
  };
  std::vector<double> ratios;
  ratios.reserve(kDraws);
  for (std::size_t i = 0; i < kDraws; ++i) ratios.push_back(ratio(drawn(a), drawn(b)));
  std::ranges::sort(ratios);
  const auto cut = static_cast<std::size_t>((1 - confidence) / 2 * static_cast<double>(kDraws));
  return Ratio{ratio(a, b), ratios[cut], ratios[kDraws - 1 - cut]};
}

}  // namespace litezoo
