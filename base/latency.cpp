#include "base/latency.h"

#include <algorithm>
#include <span>

namespace litezoo {
namespace {

std::size_t count_over(std::span<const Nanoseconds> samples, Nanoseconds limit) {
  return static_cast<std::size_t>(
      std::ranges::count_if(samples, [&](Nanoseconds sample) { return sample > limit; }));
}

}  // namespace

std::vector<Nanoseconds> undisturbed(const Measurement& measurement) {
  if (measurement.blocks.empty()) return measurement.samples;
  std::vector<Nanoseconds> result;
  const std::size_t size = measurement.samples.size();
  for (const MeasurementBlock& block : measurement.blocks) {
    if (!block.voided.empty()) continue;
    const std::size_t first = std::min(block.first, size);
    const std::size_t count = std::min(block.count, size - first);
    const auto begin = measurement.samples.begin() + static_cast<std::ptrdiff_t>(first);
    result.insert(result.end(), begin, begin + static_cast<std::ptrdiff_t>(count));
  }
  return result;
}

std::optional<LatencySummary> summarise(const Measurement& measurement) {
  std::vector<Nanoseconds> samples = undisturbed(measurement);
  LatencySummary summary;
  summary.voided_runs =
      measurement.samples.size() - std::min(samples.size(), measurement.samples.size());
  summary.disturbed = samples.empty();
  if (samples.empty()) samples = measurement.samples;
  if (samples.empty()) return std::nullopt;
  summary.runs = samples.size();
  summary.p50 = quantile(samples, 0.5);
  summary.p90 = quantile(samples, 0.9);
  if (samples.size() >= samples_for_bound(0.99, 0.95)) summary.p99 = quantile(samples, 0.99);
  summary.p90_bound = quantile_upper_bound(samples, 0.9, 0.95);
  const auto [least, most] = std::ranges::minmax(samples);
  summary.min = least;
  summary.max = most;
  return summary;
}

LatencyDecision decide_latency(const Measurement& measurement, Nanoseconds limit, double q) {
  const auto valid = undisturbed(measurement);
  const std::size_t over_valid = count_over(valid, limit);
  const std::size_t over_all = count_over(measurement.samples, limit);
  LatencyDecision decision{.over = over_valid, .runs = valid.size()};
  const Decision clean = decide_quantile(valid.size(), over_valid, q);
  const Decision all = decide_quantile(measurement.samples.size(), over_all, q);
  if (clean == Decision::pass || all == Decision::pass) {
    decision.verdict = LatencyVerdict::pass;
  } else if (clean == Decision::fail) {
    decision.verdict = LatencyVerdict::fail;
  } else if (2 * valid.size() < measurement.samples.size()) {
    decision = {LatencyVerdict::unstable, over_all, measurement.samples.size()};
  }
  return decision;
}

}  // namespace litezoo
