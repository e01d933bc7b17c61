#include "runtime/cores.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <fstream>

#include "base/error.h"

namespace litezoo::runtime {
namespace {

constexpr std::string_view kCpus = "/sys/devices/system/cpu";

template <typename T>
T read_value(const std::string& path) {
  T value{};
  std::ifstream file(path);
  if (!(file >> value)) return {};
  return value;
}

// "0-3,8" of the kernel's lists.
std::vector<std::uint32_t> read_list(const std::string& path) {
  std::vector<std::uint32_t> result;
  std::ifstream file(path);
  std::uint32_t first = 0;
  while (file >> first) {
    std::uint32_t last = first;
    char next = ',';
    if (file.get(next) && next == '-') {
      file >> last;
      file.get(next);
    }
    for (std::uint32_t cpu = first; cpu <= last && cpu < CPU_SETSIZE; ++cpu) result.push_back(cpu);
    if (next != ',') break;
  }
  return result;
}

bool same_class(const CpuFacts& a, const CpuFacts& b) {
  if (a.efficient != b.efficient || a.capacity != b.capacity) return false;
  const auto [slow, fast] = std::minmax(a.max_khz, b.max_khz);
  return slow == 0 || static_cast<double>(fast) <= static_cast<double>(slow) * 1.1;
}

bool faster(const CpuFacts& a, const CpuFacts& b) {
  if (a.efficient != b.efficient) return b.efficient;
  if (a.capacity != b.capacity) return a.capacity > b.capacity;
  return a.max_khz > b.max_khz;
}

void name_classes(std::vector<CoreClass>& classes) {
  if (classes.size() == 1) classes.front().name = "all";
  for (std::size_t i = 0; i < classes.size() && classes.size() > 1; ++i) {
    classes[i].name = i == 0 ? "big" : i + 1 == classes.size() ? "little" : "middle";
  }
}

}  // namespace

std::vector<CoreClass> core_classes(std::span<const CpuFacts> cpus) {
  std::vector<CpuFacts> sorted(cpus.begin(), cpus.end());
  std::ranges::stable_sort(sorted, faster);
  std::vector<CoreClass> classes;
  const CpuFacts* leader = nullptr;  // the fastest of its class
  for (const CpuFacts& cpu : sorted) {
    if (leader == nullptr || !same_class(*leader, cpu)) {
      classes.emplace_back();
      leader = &cpu;
    }
    classes.back().cpus.push_back(cpu.number);
  }
  for (CoreClass& one : classes) std::ranges::sort(one.cpus);
  name_classes(classes);
  return classes;
}

std::vector<CpuFacts> allowed_cpus() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (::sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return {};
  const auto efficient = read_list("/sys/devices/cpu_atom/cpus");
  std::vector<CpuFacts> result;
  for (std::uint32_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string directory = fmt::format("{}/cpu{}", kCpus, cpu);
    result.push_back({.number = cpu,
                      .capacity = read_value<std::uint32_t>(directory + "/cpu_capacity"),
                      .max_khz = read_value<std::uint64_t>(directory + "/cpufreq/cpuinfo_max_freq"),
                      .efficient = std::ranges::find(efficient, cpu) != efficient.end()});
  }
  return result;
}

CoreClass choose_class(std::span<const CoreClass> classes, const std::string& wanted,
                       std::uint32_t threads) {
  if (classes.empty()) return {};
  const bool automatic = wanted == "auto";
  const auto found =
      automatic ? classes.begin() : std::ranges::find(classes, wanted, &CoreClass::name);
  if (found == classes.end()) {
    std::vector<std::string_view> names;
    names.reserve(classes.size());
    for (const CoreClass& one : classes) names.push_back(one.name);
    throw Error(ErrorKind::usage, fmt::format("this machine has no '{}' cores; it has: {}", wanted,
                                              fmt::join(names, ", ")));
  }
  if (threads > found->cpus.size() && !automatic) {
    throw Error(ErrorKind::usage,
                fmt::format("{} threads do not fit on the {} '{}' cores; use --cores all", threads,
                            found->cpus.size(), wanted));
  }
  if (threads > found->cpus.size()) return {};
  return *found;
}

Placement pin_to(const std::string& wanted, std::uint32_t threads) {
  const auto cpus = allowed_cpus();
  const auto classes = core_classes(cpus);
  Placement placement;
  for (const CpuFacts& cpu : cpus) placement.cpus.push_back(cpu.number);
  placement.description = classes.size() <= 1 ? "all cores are alike" : "all, of several classes";
  if (wanted == "all" || classes.empty()) return placement;
  const CoreClass chosen = choose_class(classes, wanted, threads);
  if (chosen.cpus.empty() || classes.size() == 1) return placement;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const std::uint32_t cpu : chosen.cpus) CPU_SET(cpu, &set);
  if (::sched_setaffinity(0, sizeof(set), &set) != 0) return placement;
  return {.cpus = chosen.cpus,
          .description =
              fmt::format("{} ({} of {} cores)", chosen.name, chosen.cpus.size(), cpus.size())};
}

std::string governor_of(std::uint32_t cpu) {
  return read_value<std::string>(fmt::format("{}/cpu{}/cpufreq/scaling_governor", kCpus, cpu));
}

double current_ghz() {
  const int cpu = ::sched_getcpu();
  if (cpu < 0) return 0;
  const auto khz =
      read_value<std::uint64_t>(fmt::format("{}/cpu{}/cpufreq/scaling_cur_freq", kCpus, cpu));
  return static_cast<double>(khz) / 1e6;
}

}  // namespace litezoo::runtime
