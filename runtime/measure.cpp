#include "runtime/measure.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <string>

#include "base/statistics.h"
#include "runtime/anchor.h"
#include "runtime/device.h"
#include "runtime/disturbance.h"
#include "runtime/inputs.h"
#include "runtime/session.h"

namespace litezoo::runtime {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBlockRuns = 8;  // a block is at least this many runs ...
constexpr Nanoseconds kBlockTime = std::chrono::milliseconds(150);  // ... and this long
constexpr std::size_t kWarmupRuns = 3;
constexpr Nanoseconds kWarmupTime = std::chrono::milliseconds(100);
constexpr std::size_t kFlatWindow = 5;
constexpr double kFlatTolerance = 0.03;

Nanoseconds timed_run(Session& session) {
  const auto start = Clock::now();
  session.run();
  return Clock::now() - start;
}

// Warm when the median of the last runs is no longer below that of the runs before them. Barrett
// et al. 2017 show that a fixed number of warm-up runs is no safe rule.
bool is_flat(std::span<const Nanoseconds> warmup) {
  if (warmup.size() < 2 * kFlatWindow) return false;
  const auto last = quantile(warmup.last(kFlatWindow), 0.5);
  const auto before = quantile(warmup.last(2 * kFlatWindow).first(kFlatWindow), 0.5);
  return static_cast<double>(last.count()) >=
         static_cast<double>(before.count()) * (1 - kFlatTolerance);
}

std::vector<Nanoseconds> warm_up(Session& session, const MeasurementSettings& settings) {
  std::vector<Nanoseconds> runs;
  Nanoseconds total{};
  const auto enough = [&] {
    return runs.size() >= kWarmupRuns && total >= kWarmupTime && is_flat(runs);
  };
  while (!enough() && total < settings.max_warmup_time) {
    runs.push_back(timed_run(session));
    total += runs.back();
  }
  return runs;
}

// Counts what the undisturbed runs say so far.
struct Tally {
  std::uint64_t runs = 0, over = 0;
  Nanoseconds time{};

  void add(Nanoseconds sample, const std::optional<Nanoseconds>& limit) {
    ++runs;
    over += limit && sample > *limit ? 1 : 0;
    time += sample;
  }
  bool decided(const MeasurementSettings& settings) const {
    return settings.limit &&
           decide_quantile(runs, over, settings.percentile) != Decision::undecided;
  }
  bool complete(const MeasurementSettings& settings) const {
    if (settings.limit) return decided(settings);
    return runs >= settings.min_runs && time >= settings.min_time;
  }
};

class BlockRunner {
 public:
  BlockRunner(Session& session, const MeasurementSettings& settings, Measurement& result)
      : session_(session),
        settings_(settings),
        result_(result),
        anchor_(time_anchor()),
        anchor_best_(anchor_) {}

  void run() {
    const auto start = Clock::now();
    Tally valid;
    while (!valid.complete(settings_) && Clock::now() - start < settings_.max_time) {
      valid = run_block(valid, start);
    }
  }

 private:
  // The tally with the block's runs, or without them when it was disturbed.
  Tally run_block(const Tally& valid, Clock::time_point start) {
    MeasurementBlock block{.first = result_.samples.size(), .anchor_before = anchor_, .voided = {}};
    BlockEvidence evidence{.before = Disturbance::now(), .anchor_before = anchor_};
    Tally tally = valid;
    while (!block_ends(evidence.duration, block.count, tally, start)) {
      const Nanoseconds sample = timed_run(session_);
      result_.samples.push_back(sample);
      tally.add(sample, settings_.limit);
      evidence.duration += sample;
      ++block.count;
    }
    evidence.after = Disturbance::now();
    anchor_ = time_anchor();
    anchor_best_ = std::min(anchor_best_, anchor_);
    evidence.anchor_after = block.anchor_after = anchor_;
    evidence.anchor_best = anchor_best_;
    block.voided = why_voided(evidence);
    const bool counts = block.voided.empty();
    result_.blocks.push_back(std::move(block));
    return counts ? tally : valid;
  }

  bool block_ends(Nanoseconds duration, std::size_t count, const Tally& tally,
                  Clock::time_point start) const {
    if (count == 0) return false;
    return (count >= kBlockRuns && duration >= kBlockTime) || tally.decided(settings_) ||
           Clock::now() - start >= settings_.max_time;
  }

  Session& session_;
  const MeasurementSettings& settings_;
  Measurement& result_;
  Nanoseconds anchor_, anchor_best_;
};

}  // namespace

Measurement measure(const Graph& graph, const MeasurementSettings& settings,
                    const MeasureStart& start) {
  Measurement result{
      .sha256 = start.sha256,
      .device = this_device().fingerprint,
      .engine = "xnnpack",
      .engine_version = engine_version(),
      .litezoo_version = LITEZOO_VERSION,
      .settings = settings,
      .taken_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))),
      .load = start.load};
  const auto before_init = Clock::now();
  Session session(graph, {.threads = settings.threads});
  result.init = Clock::now() - before_init;
  fill_random(session.inputs(), settings.seed);
  result.first_run = timed_run(session);
  result.warmup = warm_up(session, settings);
  BlockRunner(session, settings, result).run();

  const Plan& plan = session.plan();
  result.partitions = plan.partitions;
  result.delegated_nodes = plan.delegated_nodes;
  result.fallback_nodes = plan.fallback_nodes;
  result.fallback_operators = plan.fallback_operators;
  result.arena = plan.arena;
  result.baseline_memory = start.baseline_memory;
  result.peak_memory = peak_memory();
  return result;
}

// Not getrusage: its ru_maxrss survives exec and would show the parent's memory.
Bytes peak_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    constexpr std::string_view kKey = "VmHWM:";
    if (line.starts_with(kKey)) return {std::stoull(line.substr(kKey.size())) * 1024};
  }
  return {};
}

}  // namespace litezoo::runtime
