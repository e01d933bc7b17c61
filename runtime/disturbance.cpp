#include "runtime/disturbance.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace litezoo::runtime {
namespace {

// A block counts when the machine was equally fast on both sides of it and not much slower than
// at its best. The first bound catches a change during the block, the second a slow phase. Copying
// memory varies more by itself than arithmetic does.
struct Bounds {
  double drift, slowdown;
};
constexpr Bounds kArithmetic{.drift = 1.05, .slowdown = 1.10};
constexpr Bounds kStream{.drift = 1.15, .slowdown = 1.25};
// Share of a block's time that a ready thread may spend without a CPU.
constexpr double kWaitedShare = 0.02;

double ratio(Nanoseconds a, Nanoseconds b) {
  return static_cast<double>(a.count()) / static_cast<double>(std::max<std::int64_t>(b.count(), 1));
}

// The sum over this process's threads of what schedstat tells of each.
Nanoseconds waited_by_all_threads() {
  Nanoseconds total{};
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    // "time on CPU, time waited on a run queue, time slices", nanoseconds:
    // Documentation/scheduler/sched-stats.rst of the kernel.
    std::ifstream file(thread.path() / "schedstat");
    std::int64_t ran = 0;
    std::int64_t waited = 0;
    if (file >> ran >> waited) total += Nanoseconds(waited);
  }
  return total;
}

std::uint64_t throttle_count() {
  std::uint64_t total = 0;
  for (const char* name : {"core_throttle_count", "package_throttle_count"}) {
    std::ifstream file(std::string("/sys/devices/system/cpu/cpu0/thermal_throttle/") + name);
    std::uint64_t count = 0;
    if (file >> count) total += count;
  }
  return total;
}

std::string speed_change(Nanoseconds before, Nanoseconds after, Nanoseconds best,
                         const Bounds& bounds, std::string_view what) {
  const auto slower = std::max(before, after);
  const auto faster = std::min(before, after);
  if (ratio(slower, faster) > bounds.drift) {
    return fmt::format("the machine's {} changed by {:.0f} %", what,
                       100 * (ratio(slower, faster) - 1));
  }
  if (best.count() > 0 && ratio(slower, best) > bounds.slowdown) {
    return fmt::format("the machine's {} was {:.0f} % below its best", what,
                       100 * (1 - ratio(best, slower)));
  }
  return {};
}

}  // namespace

Disturbance Disturbance::now() {
  Disturbance result;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    result.preemptions = static_cast<std::uint64_t>(usage.ru_nivcsw);
    result.major_faults = static_cast<std::uint64_t>(usage.ru_majflt);
  }
  result.throttles = throttle_count();
  result.waited = waited_by_all_threads();
  return result;
}

std::string why_voided(const BlockEvidence& evidence, const Tolerance& tolerance) {
  const auto faults = evidence.after.major_faults - evidence.before.major_faults;
  if (evidence.after.major_faults > evidence.before.major_faults) {
    return fmt::format("{} pages came from disk", faults);
  }
  const Nanoseconds waited = evidence.after.waited - evidence.before.waited;
  if (ratio(waited, evidence.duration) > kWaitedShare) {
    return fmt::format("another program had the CPU for {:.0f} % of the time",
                       100 * ratio(waited, evidence.duration));
  }
  if (tolerance.speed_changes) return {};
  if (evidence.after.throttles > evidence.before.throttles) {
    return "the CPU slowed down because of heat";
  }
  auto cause = speed_change(evidence.anchor_before.arithmetic, evidence.anchor_after.arithmetic,
                            evidence.best.arithmetic, kArithmetic, "speed");
  if (!cause.empty()) return cause;
  return speed_change(evidence.anchor_before.stream, evidence.anchor_after.stream,
                      evidence.best.stream, kStream, "memory speed");
}

}  // namespace litezoo::runtime
