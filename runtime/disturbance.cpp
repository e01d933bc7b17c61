#include "runtime/disturbance.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>

namespace litezoo::runtime {
namespace {

// A block counts when the machine was equally fast on both sides of it and not much slower than
// at its best. The first bound catches a change during the block, the second a slow phase.
constexpr double kAnchorDrift = 1.05;
constexpr double kAnchorSlowdown = 1.10;
// Share of a block's time that a ready thread may spend without a CPU.
constexpr double kWaitedShare = 0.02;

double ratio(Nanoseconds a, Nanoseconds b) {
  return static_cast<double>(a.count()) / static_cast<double>(std::max<std::int64_t>(b.count(), 1));
}

}  // namespace

Disturbance Disturbance::now() {
  Disturbance result;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    result.preemptions = static_cast<std::uint64_t>(usage.ru_nivcsw);
    result.major_faults = static_cast<std::uint64_t>(usage.ru_majflt);
  }
  // "time on CPU, time waited on a run queue, time slices", nanoseconds:
  // Documentation/scheduler/sched-stats.rst of the kernel.
  std::ifstream file("/proc/thread-self/schedstat");
  std::int64_t ran = 0;
  std::int64_t waited = 0;
  if (file >> ran >> waited) result.waited = Nanoseconds(waited);
  return result;
}

std::string why_voided(const BlockEvidence& evidence) {
  const auto slower = std::max(evidence.anchor_before, evidence.anchor_after);
  const auto faster = std::min(evidence.anchor_before, evidence.anchor_after);
  if (evidence.after.major_faults > evidence.before.major_faults) {
    return fmt::format("{} pages came from disk",
                       evidence.after.major_faults - evidence.before.major_faults);
  }
  const Nanoseconds waited = evidence.after.waited - evidence.before.waited;
  if (ratio(waited, evidence.duration) > kWaitedShare) {
    return fmt::format("another program had the CPU for {:.0f} % of the time",
                       100 * ratio(waited, evidence.duration));
  }
  if (ratio(slower, faster) > kAnchorDrift) {
    return fmt::format("the machine's speed changed by {:.0f} %",
                       100 * (ratio(slower, faster) - 1));
  }
  if (ratio(slower, evidence.anchor_best) > kAnchorSlowdown) {
    return fmt::format("the machine was {:.0f} % slower than at its best",
                       100 * (ratio(slower, evidence.anchor_best) - 1));
  }
  return {};
}

}  // namespace litezoo::runtime
