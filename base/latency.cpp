#include "base/latency.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

namespace litezoo {
namespace {

std::size_t count_over(std::span<const Nanoseconds> samples, Nanoseconds limit) {
  return static_cast<std::size_t>(
      std::ranges::count_if(samples, [&](Nanoseconds sample) { return sample > limit; }));
}

// The part of the samples that a block names, as far as it exists.
std::span<const Nanoseconds> samples_of(const MeasurementBlock& block,
                                        const Measurement& measurement) {
  const std::span<const Nanoseconds> samples = measurement.samples;
  const std::size_t first = std::min(block.first, samples.size());
  return samples.subspan(first, std::min(block.count, samples.size() - first));
}

// Chance above which a block's runs over the limit are put down to luck, for all blocks together.
constexpr double kBlockRisk = 0.001;

bool one_block_violates(const Measurement& measurement, Nanoseconds limit, double q) {
  const double risk = kBlockRisk / static_cast<double>(std::max<std::size_t>(
                                       measurement.blocks.size(), std::size_t{1}));
  return std::ranges::any_of(measurement.blocks, [&](const MeasurementBlock& block) {
    if (!block.voided.empty()) return false;
    const auto samples = samples_of(block, measurement);
    return binomial_upper_tail(samples.size(), count_over(samples, limit), 1 - q) <= risk;
  });
}

void count_outliers(std::span<const Nanoseconds> samples, LatencySummary& summary) {
  const auto upper = quantile(samples, 0.75);
  const auto range = upper - quantile(samples, 0.25);
  const std::size_t severe = count_over(samples, upper + 3 * range);
  summary.mild_outliers = count_over(samples, upper + 3 * range / 2) - severe;
  summary.severe_outliers = severe;
}

// "the machine's speed changed by 12 %" and "... by 9 %" are one cause.
std::string without_numbers(const std::string& cause) {
  std::string result;
  for (const char c : cause) {
    const bool part_of_number = (c >= '0' && c <= '9') || c == '%' || c == '.';
    const bool double_space = c == ' ' && (result.empty() || result.back() == ' ');
    if (!part_of_number && !double_space) result += c;
  }
  for (const std::string_view left_over : {" by ", " for of the time"}) {
    if (result.ends_with(left_over)) result.resize(result.size() - left_over.size());
  }
  return result;
}

// What speaks for a FAIL.
struct Tally {
  std::size_t runs = 0, over = 0;
};

// A disturbed block's runs, after everything is put down to the disturbance that it can explain: a
// machine so much slower, and the time that was lost, given to the runs that need least of it.
Tally tally_of_disturbed(const MeasurementBlock& block, std::span<const Nanoseconds> samples,
                         Nanoseconds limit) {
  if (block.slowdown < 1) return {};
  const double slowed = static_cast<double>(limit.count()) * block.slowdown;
  std::vector<double> excesses;
  for (const Nanoseconds sample : samples) {
    const double excess = static_cast<double>(sample.count()) - slowed;
    if (excess > 0) excesses.push_back(excess);
  }
  std::ranges::sort(excesses);
  auto left = static_cast<double>(block.lost.count());
  std::size_t explained = 0;
  while (explained < excesses.size() && excesses[explained] <= left) left -= excesses[explained++];
  return {samples.size() - explained, excesses.size() - explained};
}

// All blocks: undisturbed ones as they are.
Tally tally_for_fail(const Measurement& measurement, Nanoseconds limit) {
  Tally sum;
  for (const MeasurementBlock& block : measurement.blocks) {
    const auto samples = samples_of(block, measurement);
    const Tally part = block.voided.empty() ? Tally{samples.size(), count_over(samples, limit)}
                                            : tally_of_disturbed(block, samples, limit);
    sum.runs += part.runs;
    sum.over += part.over;
  }
  return sum;
}

}  // namespace

std::vector<Nanoseconds> undisturbed(const Measurement& measurement) {
  if (measurement.blocks.empty()) return measurement.samples;
  std::vector<Nanoseconds> result;
  for (const MeasurementBlock& block : measurement.blocks) {
    if (!block.voided.empty()) continue;
    const auto samples = samples_of(block, measurement);
    result.insert(result.end(), samples.begin(), samples.end());
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
  count_outliers(samples, summary);
  return summary;
}

LatencyDecision decide_latency(const Measurement& measurement, Nanoseconds limit, double q,
                               double risk) {
  const auto valid = undisturbed(measurement);
  const std::span<const Nanoseconds> samples = measurement.samples;
  const std::size_t over_valid = count_over(valid, limit);
  const std::size_t over_all = count_over(samples, limit);
  const bool disturbed = valid.size() != samples.size();
  // Two ways to a PASS share its risk.
  SequentialRisk risks = SequentialRisk::of(risk);
  if (disturbed) risks.pass /= 2;
  const Decision clean = decide_quantile(valid.size(), over_valid, q, risks);
  const Decision all = decide_quantile(samples.size(), over_all, q, risks);
  if (all == Decision::pass || clean == Decision::pass) {
    const bool by_clean = clean == Decision::pass;
    LatencyDecision decision{LatencyVerdict::pass, by_clean ? over_valid : over_all,
                             by_clean ? valid.size() : samples.size()};
    if (one_block_violates(measurement, limit, q)) decision.verdict = LatencyVerdict::unstable;
    return decision;
  }
  // So do two ways to a FAIL.
  if (disturbed) risks.fail /= 2;
  if (decide_quantile(valid.size(), over_valid, q, risks) == Decision::fail) {
    return {LatencyVerdict::fail, over_valid, valid.size()};
  }
  const Tally tally = tally_for_fail(measurement, limit);
  if (decide_quantile(tally.runs, tally.over, q, risks) == Decision::fail) {
    return {LatencyVerdict::fail, tally.over, tally.runs};
  }
  if (2 * valid.size() < samples.size()) {
    return {LatencyVerdict::unstable, over_all, samples.size()};
  }
  return {LatencyVerdict::undecided, over_valid, valid.size()};
}

std::string_view to_string(LatencyVerdict verdict) noexcept {
  switch (verdict) {
    case LatencyVerdict::pass:
      return "PASS";
    case LatencyVerdict::fail:
      return "FAIL";
    case LatencyVerdict::undecided:
      return "UNDECIDED";
    case LatencyVerdict::unstable:
      return "UNSTABLE";
  }
  return "UNDECIDED";
}

Measurement merge_launches(std::span<const Measurement> launches) {
  Measurement result = launches.front();
  for (std::size_t i = 1; i < launches.size(); ++i) {
    const Measurement& next = launches[i];
    const std::size_t offset = result.samples.size();
    result.samples.insert(result.samples.end(), next.samples.begin(), next.samples.end());
    for (MeasurementBlock block : next.blocks) {
      block.first = std::min(block.first, next.samples.size()) + offset;
      block.launch = static_cast<std::uint32_t>(i);
      result.blocks.push_back(std::move(block));
    }
    if (next.peak_memory > result.peak_memory) {
      result.peak_memory = next.peak_memory;
      result.baseline_memory = next.baseline_memory;
    }
    auto& memory = result.memory;
    memory.packed_weights = std::max(memory.packed_weights, next.memory.packed_weights);
    memory.peak_anonymous = std::max(memory.peak_anonymous, next.memory.peak_anonymous);
    memory.peak_pss = std::max(memory.peak_pss, next.memory.peak_pss);
  }
  result.settings.launches = static_cast<std::uint32_t>(launches.size());
  return result;
}

std::vector<std::string> voided_causes(const Measurement& measurement) {
  std::map<std::string, std::size_t> counts;
  for (const MeasurementBlock& block : measurement.blocks) {
    if (!block.voided.empty()) ++counts[without_numbers(block.voided)];
  }
  std::vector<std::pair<std::string, std::size_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::ranges::greater{}, &decltype(sorted)::value_type::second);
  std::vector<std::string> result;
  result.reserve(sorted.size());
  for (const auto& [cause, count] : sorted) {
    result.push_back(cause + " (" + std::to_string(count) + (count == 1 ? " block)" : " blocks)"));
  }
  return result;
}

std::vector<Nanoseconds> block_medians(const Measurement& measurement, Blocks which) {
  std::vector<Nanoseconds> result;
  for (const MeasurementBlock& block : measurement.blocks) {
    const auto samples = samples_of(block, measurement);
    const bool wanted = which == Blocks::all || block.voided.empty();
    if (wanted && !samples.empty()) result.push_back(quantile(samples, 0.5));
  }
  return result;
}

std::optional<Trend> trend(const Measurement& measurement) {
  const std::span<const Nanoseconds> samples = measurement.samples;
  if (samples.size() < 20) return std::nullopt;
  const std::size_t tenth = samples.size() / 10;
  return Trend{quantile(samples.first(tenth), 0.5), quantile(samples.last(tenth), 0.5)};
}

}  // namespace litezoo
