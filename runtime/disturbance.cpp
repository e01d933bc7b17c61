#include "runtime/disturbance.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
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
// Share of a block's time that may be lost: waiting for a CPU, stopped, or stolen by the host.
constexpr double kLostShare = 0.02;
// Share of the other cores that other programs may use while it is not known how fast this device
// can be: neighbours slow a core down through what cores share (execution units, caches, memory,
// power), and a neighbour that is there all the time changes no anchor.
constexpr double kNeighbourShare = 0.5;

// How much slower a model may become is not what the anchor shows of it: its own use of caches and
// memory may suffer more. It is granted the anchor's ratio squared and never less than the first;
// where neighbours were there all the time and no anchor knows the machine without them, the second
// as well: two threads of one core slow each other down to about half.
constexpr double kLeastSlowdown = 1.5;
constexpr double kNeighbourSlowdown = 2;
// The host's share is counted in ticks; as many as could have gone unseen are granted.
constexpr Nanoseconds kTick = std::chrono::milliseconds(10);

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

Nanoseconds cpu_time_of_process() {
  timespec time{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0) return {};
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

// The first line of /proc/stat (proc(5)): "cpu  user nice system idle iowait irq softirq steal".
void read_system_load(Disturbance& result) {
  constexpr std::size_t kIdle = 3;
  constexpr std::size_t kWaiting = 4;
  constexpr std::size_t kSteal = 7;
  std::ifstream file("/proc/stat");
  std::string name;
  std::array<std::int64_t, 8> ticks{};
  if (!(file >> name) || name != "cpu") return;
  for (auto& count : ticks) {
    if (!(file >> count)) return;
  }
  const auto tick = Nanoseconds(std::chrono::seconds(1)) / std::max(::sysconf(_SC_CLK_TCK), 1L);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    if (i != kIdle && i != kWaiting) result.busy += ticks[i] * tick;
  }
  result.stolen = ticks[kSteal] * tick;
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

// Time in which the model should have run and did not.
std::string lost_time(const BlockEvidence& evidence) {
  const Disturbance& before = evidence.before;
  const Disturbance& after = evidence.after;
  if (after.major_faults > before.major_faults) {
    return fmt::format("{} pages came from disk", after.major_faults - before.major_faults);
  }
  const double waited = ratio(after.waited - before.waited, evidence.duration);
  if (waited > kLostShare) {
    return fmt::format("another program had the CPU for {:.0f} % of the time", 100 * waited);
  }
  // Several threads wait for each other in good health; one alone has no reason to.
  const double asleep = 1 - ratio(after.worked - before.worked, evidence.duration);
  if (evidence.threads == 1 && after.worked.count() > 0 && asleep > kLostShare) {
    return fmt::format("the process was stopped for {:.0f} % of the time", 100 * asleep);
  }
  const Nanoseconds window = after.moment - evidence.load_from.moment;
  const double stolen = ratio(after.stolen - evidence.load_from.stolen, window * evidence.cpus);
  if (stolen > kLostShare) {
    return fmt::format("the host had the CPU for {:.0f} % of the time", 100 * stolen);
  }
  return {};
}

// The share of the other cores that other programs used.
double neighbours_share(const BlockEvidence& evidence) {
  const Disturbance& from = evidence.load_from;
  const Disturbance& after = evidence.after;
  if (after.busy.count() == 0) return 0;
  const Nanoseconds others = (after.busy - from.busy) - (after.worked - from.worked);
  const auto free_cpus = std::max(evidence.cpus, evidence.threads + 1) - evidence.threads;
  return std::min(ratio(others, (after.moment - from.moment) * free_cpus), 1.0);
}

// Other programs' work on the other cores, where only that tells of them.
std::string neighbours(const BlockEvidence& evidence) {
  const double share = evidence.best_known ? 0 : neighbours_share(evidence);
  if (share <= kNeighbourShare) return {};
  return fmt::format(
      "it is not known how fast this device is without the other programs, which used the other "
      "cores by {:.0f} %",
      100 * share);
}

// The slowest of the two timings to the fastest known.
double slowdown(Nanoseconds before, Nanoseconds after, Nanoseconds best) {
  const Nanoseconds faster = std::min(before, after);
  const Nanoseconds fastest = best.count() > 0 ? std::min(faster, best) : faster;
  return std::max(ratio(std::max(before, after), fastest), 1.0);
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
  read_system_load(result);
  result.moment = std::chrono::steady_clock::now().time_since_epoch();
  result.worked = cpu_time_of_process();
  return result;
}

std::string why_voided(const BlockEvidence& evidence, const Tolerance& tolerance) {
  if (auto cause = lost_time(evidence); !cause.empty()) return cause;
  if (tolerance.speed_changes) return {};
  if (evidence.after.throttles > evidence.before.throttles) {
    return "the CPU slowed down because of heat";
  }
  if (auto cause = neighbours(evidence); !cause.empty()) return cause;
  auto cause = speed_change(evidence.anchor_before.arithmetic, evidence.anchor_after.arithmetic,
                            evidence.best.arithmetic, kArithmetic, "speed");
  if (!cause.empty()) return cause;
  return speed_change(evidence.anchor_before.stream, evidence.anchor_after.stream,
                      evidence.best.stream, kStream, "memory speed");
}

Allowance allowance_of(const BlockEvidence& evidence) {
  const Disturbance& before = evidence.before;
  const Disturbance& after = evidence.after;
  Allowance result;
  result.lost = after.waited - before.waited;
  if (evidence.threads == 1 && after.worked.count() > 0) {
    result.lost = std::max(result.lost, evidence.duration - (after.worked - before.worked));
  }
  const Nanoseconds stolen = after.stolen - evidence.load_from.stolen;
  if (stolen.count() > 0) result.lost += stolen + kTick;
  const double anchors = std::max(
      slowdown(evidence.anchor_before.arithmetic, evidence.anchor_after.arithmetic,
               evidence.best.arithmetic),
      slowdown(evidence.anchor_before.stream, evidence.anchor_after.stream, evidence.best.stream));
  result.slowdown = std::max(anchors * anchors, kLeastSlowdown);
  if (!evidence.best_known && neighbours_share(evidence) > kNeighbourShare) {
    result.slowdown *= kNeighbourSlowdown;
  }
  // How long several threads together waited for the disk nothing tells.
  if (evidence.threads > 1 && after.major_faults > before.major_faults) result.slowdown = 0;
  return result;
}

}  // namespace litezoo::runtime
