#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
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
  // Above the upper fences of Tukey 1977: more than 1.5 (mild) or 3 (severe) interquartile ranges
  // over the third quartile. They count like every other run.
  std::size_t mild_outliers = 0, severe_outliers = 0;
};

// nullopt when there is no sample.
std::optional<LatencySummary> summarise(const Measurement& measurement);

// Whether the q-quantile is within the limit. A disturbance only makes runs slower: PASS may rest
// on all runs, FAIL on undisturbed ones and on those disturbed ones that a slowdown of their block
// and the time it lost cannot explain.
// UNSTABLE: mostly disturbed, or one block alone violates a limit that the others keep.
enum class LatencyVerdict { pass, fail, undecided, unstable };

struct LatencyDecision {
  LatencyVerdict verdict = LatencyVerdict::undecided;
  std::size_t over = 0, runs = 0;  // that the verdict stands on
};

// `risk` bounds the chance of a wrong PASS, and SequentialRisk::of(risk).fail of a wrong FAIL,
// however often this is asked while the measurement grows; once a block was disturbed it is at most
// one and a half times as much.
LatencyDecision decide_latency(const Measurement& measurement, Nanoseconds limit, double q,
                               double risk = 0.01);

std::string_view to_string(LatencyVerdict verdict) noexcept;

// Measurements of one model in several processes as one: samples and blocks in order, each block
// with its process's number; times of loading and the like of the first, memory of the largest.
// Requires at least one.
Measurement merge_launches(std::span<const Measurement> launches);

// The causes of voided blocks, most frequent first: "another program had the CPU (3 blocks)".
std::vector<std::string> voided_causes(const Measurement& measurement);

// The medians of the blocks, in order.
enum class Blocks { undisturbed, all };
std::vector<Nanoseconds> block_medians(const Measurement& measurement,
                                       Blocks which = Blocks::undisturbed);

// The median of the first and of the last tenth of all runs: a machine that gets hot slows down.
struct Trend {
  Nanoseconds first{}, last{};
};
// nullopt for fewer than 20 runs.
std::optional<Trend> trend(const Measurement& measurement);

}  // namespace litezoo
