#include "runtime/measure.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/latency.h"
#include "base/statistics.h"
#include "runtime/cores.h"
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
// A model this many times slower than its limit needs no patient warm-up, or hardly any: a few runs
// refute it.
constexpr int kTooSlow = 2;
constexpr int kFarTooSlow = 4;
// The anchor leaves a model's data out of the caches. One run brings them back, and of a model
// faster than this it would be seen; it is no sample. A paced model is meant to meet cold caches.
constexpr Nanoseconds kNoticeable = std::chrono::milliseconds(5);
// The system counts its load in ticks; over less than this it tells nothing.
constexpr Nanoseconds kLoadWindow = std::chrono::milliseconds(100);
// A PASS rests on at least this many blocks, so that one quiet moment cannot give it.
constexpr std::uint64_t kBlocksOfPass = 3;

// Runs a session back to back or at a pace.
class Runner {
 public:
  Runner(Session& session, std::optional<Nanoseconds> pace)
      : session_(session), pace_(pace), next_(Clock::now()) {}

  // Waits for the next beat where there is a pace; only the run itself is timed.
  Nanoseconds run() {
    if (pace_) {
      std::this_thread::sleep_until(next_);
      next_ = std::max(next_ + *pace_, Clock::now());
    }
    const auto start = Clock::now();
    session_.run();
    return Clock::now() - start;
  }

 private:
  Session& session_;
  std::optional<Nanoseconds> pace_;
  Clock::time_point next_;
};

// Warm when the median of the last runs is no longer below that of the runs before them. Barrett
// et al. 2017 show that a fixed number of warm-up runs is no safe rule.
bool is_flat(std::span<const Nanoseconds> warmup) {
  if (warmup.size() < 2 * kFlatWindow) return false;
  const auto last = quantile(warmup.last(kFlatWindow), 0.5);
  const auto before = quantile(warmup.last(2 * kFlatWindow).first(kFlatWindow), 0.5);
  return static_cast<double>(last.count()) >=
         static_cast<double>(before.count()) * (1 - kFlatTolerance);
}

std::vector<Nanoseconds> warm_up(Runner& runner, const MeasurementSettings& settings) {
  const auto start = Clock::now();
  std::vector<Nanoseconds> runs;
  const auto over_limit = [&](int times) {
    return settings.limit && std::ranges::min(runs) > times * *settings.limit;
  };
  const auto enough = [&] {
    if (runs.size() < kWarmupRuns) return false;
    if (over_limit(kFarTooSlow)) return true;
    return Clock::now() - start >= kWarmupTime && (is_flat(runs) || over_limit(kTooSlow));
  };
  while (!enough() && Clock::now() - start < settings.max_warmup_time) {
    runs.push_back(runner.run());
  }
  return runs;
}

// The machine as it was when measuring began.
struct Surroundings {
  AnchorTime best;  // as MeasureStart has it
  std::uint32_t cpus = 1;
  Disturbance before_warmup;
};

class BlockRunner {
 public:
  BlockRunner(Runner& runner, Anchor& anchor, const Surroundings& around, Measurement& result)
      : runner_(runner),
        settings_(result.settings),
        result_(result),
        anchor_(anchor),
        around_(around),
        best_(around.best),
        typical_(result.warmup.empty() ? result.first_run : quantile(result.warmup, 0.5)) {
    last_ = timed_anchor();
    if (settings_.limit) {
      most_runs_ = std::max<std::uint64_t>(
          samples_for_pass(settings_.percentile, settings_.risk) / kBlocksOfPass, kBlockRuns);
    }
  }

  void run() {
    start_ = Clock::now();
    while (!complete() && !over()) run_block();
  }

 private:
  AnchorTime timed_anchor() {
    const AnchorTime time = anchor_.time();
    const auto better = [](Nanoseconds& best, Nanoseconds now) {
      if (best.count() == 0 || now < best) best = now;
    };
    better(best_.arithmetic, time.arithmetic);
    better(best_.stream, time.stream);
    return time;
  }

  void run_block() {
    MeasurementBlock block{.first = result_.samples.size(),
                           .anchor_before = last_.arithmetic,
                           .stream_before = last_.stream,
                           .start = Clock::now() - start_,
                           .voided = {}};
    if (!settings_.pace && typical_ < kNoticeable) runner_.run();
    BlockEvidence evidence{.before = Disturbance::now(),
                           .threads = settings_.threads,
                           .cpus = around_.cpus,
                           .best_known = around_.best.arithmetic.count() > 0,
                           .anchor_before = last_};
    std::uint64_t over_limit = 0;
    while (!block_ends(evidence.duration, block.count, over_limit)) {
      const Nanoseconds sample = runner_.run();
      result_.samples.push_back(sample);
      evidence.duration += sample;
      over_limit += settings_.limit && sample > *settings_.limit ? 1 : 0;
      ++block.count;
    }
    evidence.after = Disturbance::now();
    const bool long_enough = evidence.after.moment - evidence.before.moment >= kLoadWindow;
    evidence.load_from = long_enough ? evidence.before : around_.before_warmup;
    block.ghz = current_ghz();
    last_ = timed_anchor();
    evidence.anchor_after = last_;
    evidence.best = best_;
    block.anchor_after = last_.arithmetic;
    block.stream_after = last_.stream;
    block.voided = why_voided(evidence, {.speed_changes = settings_.mode == "sustained"});
    if (!block.voided.empty()) {
      const Allowance allowance = allowance_of(evidence);
      block.lost = allowance.lost;
      block.slowdown = allowance.slowdown;
    } else {
      valid_runs_ += block.count;
      valid_over_ += over_limit;
      valid_time_ += evidence.duration;
    }
    result_.blocks.push_back(std::move(block));
  }

  // A slow model gets longer for the runs that a verdict takes, once it has any.
  bool over() const {
    const Nanoseconds spent = Clock::now() - start_;
    const bool short_of_runs =
        settings_.limit && result_.samples.size() < kBlocksOfPass * most_runs_ * 2;
    return spent >= (short_of_runs ? settings_.max_time * kLimitPatience : settings_.max_time);
  }

  bool block_ends(Nanoseconds duration, std::size_t count, std::uint64_t over_limit) const {
    if (count == 0) return false;
    if (over() || (count >= kBlockRuns && duration >= kBlockTime)) return true;
    if (!settings_.limit) return false;
    // A model that is far too slow is refuted within a few runs; a PASS waits for its blocks.
    // Half the risk: what decide_latency takes once a block was disturbed.
    const SequentialRisk risk{.pass = 0, .fail = SequentialRisk::of(settings_.risk).fail / 2};
    return count >= most_runs_ || decide_quantile(valid_runs_ + count, valid_over_ + over_limit,
                                                  settings_.percentile, risk) == Decision::fail;
  }

  bool complete() const {
    if (settings_.limit) {
      if (result_.samples.empty()) return false;
      const auto verdict =
          decide_latency(result_, *settings_.limit, settings_.percentile, settings_.risk).verdict;
      return verdict == LatencyVerdict::pass || verdict == LatencyVerdict::fail;
    }
    return valid_runs_ >= settings_.min_runs &&
           (settings_.pace || valid_time_ >= settings_.min_time);
  }

  Runner& runner_;
  const MeasurementSettings& settings_;
  Measurement& result_;
  Anchor& anchor_;
  Surroundings around_;
  AnchorTime best_, last_;
  Nanoseconds typical_;          // of a run
  std::uint64_t most_runs_ = 0;  // of a block, when there is a limit
  Clock::time_point start_;
  std::uint64_t valid_runs_ = 0, valid_over_ = 0;
  Nanoseconds valid_time_{};
};

Bytes above(Bytes value, Bytes baseline) {
  return {value.count - std::min(value.count, baseline.count)};
}

// What the process needs beside the arena once it can run.
Bytes packed_weights(const ProcessMemory& before, const ProcessMemory& after, Bytes arena) {
  return above(above(after.anonymous, before.anonymous), arena);
}

void describe_plan(const Plan& plan, Measurement& result) {
  result.partitions = plan.partitions;
  result.delegated_nodes = plan.delegated_nodes;
  result.fallback_nodes = plan.fallback_nodes;
  result.fallback_operators = plan.fallback_operators;
  result.arena = plan.arena;
}

void describe_memory(const MeasureStart& start, MemoryPeaks peaks, Measurement& result) {
  const auto now = ProcessMemory::now();
  peaks.look(now);
  result.baseline_memory = start.baseline.peak;
  result.peak_memory = now.peak;
  result.memory.file = Bytes{start.file.size()};
  result.memory.mapped_weights = resident_part(start.file);
  result.memory.peak_anonymous = above(peaks.anonymous, start.baseline.anonymous);
  result.memory.peak_pss = above(peaks.pss, start.baseline.pss);
}

}  // namespace

Measurement measure(const Graph& graph, const MeasurementSettings& settings,
                    const MeasureStart& start, Anchor& anchor) {
  const Device device = this_device();
  const Placement placement = pin_to(settings.cores, settings.threads);
  Measurement result{
      .sha256 = start.sha256,
      .device = device.fingerprint,
      .engine = "xnnpack",
      .engine_version = engine_version(),
      .litezoo_version = LITEZOO_VERSION,
      .settings = settings,
      .taken_at = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))),
      .load = start.load,
      .build = build_description(),
      .kernels = int8_kernels(device),
      .core_class = placement.description,
      .cpus = placement.cpus};
  if (!placement.cpus.empty()) result.governor = governor_of(placement.cpus.front());
  const auto loaded = ProcessMemory::now();
  MemoryPeaks peaks;
  peaks.look(loaded);
  const auto before_init = Clock::now();
  Session session(graph, {.threads = settings.threads,
                          .memory_limit = start.memory_limit,
                          .input_shapes = start.shapes});
  result.init = Clock::now() - before_init;
  const auto initialised = ProcessMemory::now();
  peaks.look(initialised);
  describe_plan(session.plan(), result);
  result.memory.packed_weights = packed_weights(loaded, initialised, result.arena);
  fill_random(session, settings.seed, start.ranges);
  copy_inputs(session, start.inputs);
  result.first_run = Runner(session, std::nullopt).run();
  Runner runner(session, settings.pace);
  const Surroundings around{
      .best = start.best, .cpus = device.cores, .before_warmup = Disturbance::now()};
  result.warmup = warm_up(runner, settings);
  BlockRunner(runner, anchor, around, result).run();
  describe_memory(start, peaks, result);
  return result;
}

std::string build_description() {
#if defined(__clang__)
  constexpr std::string_view kCompiler = "clang";
  constexpr int kMajor = __clang_major__;
#else
  constexpr std::string_view kCompiler = "gcc";
  constexpr int kMajor = __GNUC__;
#endif
#if defined(__OPTIMIZE__) && defined(NDEBUG)
  constexpr std::string_view kKind = "optimised";
#else
  constexpr std::string_view kKind = "for debugging";
#endif
  return fmt::format("{} {}, {}", kCompiler, kMajor, kKind);
}

}  // namespace litezoo::runtime
