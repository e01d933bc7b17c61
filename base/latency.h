#pragma once

#include <optional>
#include <vector>

#include "base/nouns.h"
#include "base/statistics.h"

namespace litezoo {

// What the samples of a measurement say. Pure.

// The samples of blocks that were not voided, in order; all of them when there are no blocks.
std::vector<Nanoseconds> undisturbed(const Measurement& measurement);

// Percentiles of the undisturbed runs where there are any, else of all (then `disturbed`).
struct LatencySummary {
  Nanoseconds p50{}, p90{}, min{}, max{};
  std::optional<Nanoseconds> p99;        // from 299 runs on: fewer can say nothing about it
  std::optional<Nanoseconds> p90_bound;  // p90 is at most this, with 95 % confidence
  std::size_t runs = 0;                  // that the figures stand on
  std::size_t voided_runs = 0;
  bool disturbed = false;
};

// nullopt when there is no sample.
std::optional<LatencySummary> summarise(const Measurement& measurement);

// Whether the q-quantile of the latency is within the limit. A disturbance can only make a run
// slower, so PASS may rest on all runs; FAIL rests on undisturbed ones alone.
enum class LatencyVerdict { pass, fail, undecided, unstable };

struct LatencyDecision {
  LatencyVerdict verdict = LatencyVerdict::undecided;
  std::size_t over = 0, runs = 0;  // of the undisturbed runs; of all when unstable
};

LatencyDecision decide_latency(const Measurement& measurement, Nanoseconds limit, double q);

}  // namespace litezoo
