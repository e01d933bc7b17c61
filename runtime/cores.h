#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"

namespace litezoo::runtime {

// One logical CPU as /sys tells it; 0 = not said.
struct CpuFacts {
  std::uint32_t number = 0;
  std::uint32_t capacity = 0;  // cpu_capacity of ARM: 1024 = the fastest
  std::uint64_t max_khz = 0;   // cpuinfo_max_freq
  bool efficient = false;      // listed as an x86 efficiency core
};

// Cores that are equally fast. "all" when there is one class only, else "big", "middle", "little".
struct CoreClass {
  std::string name;
  std::vector<std::uint32_t> cpus;
};

// Fastest first. Classes differ by kind of core, then capacity, then by more than 10 % of their
// greatest frequency. Pure.
std::vector<CoreClass> core_classes(std::span<const CpuFacts> cpus);

// The CPUs that this process may run on.
std::vector<CpuFacts> allowed_cpus();

// Where runs took place.
struct Placement {
  std::vector<std::uint32_t> cpus;
  std::string description;  // "big (2 of 8 cores)", "all cores are alike"
};

// Keeps this process and the threads that it starts from now on to one class of the cores it may
// use: "big", "middle", "little"; "auto" the fastest; "all" changes nothing. Throws Error(usage)
// naming the classes when there is none of that name or the class has fewer cores than threads.
Placement pin_to(const std::string& wanted, std::uint32_t threads);

// The class pin_to would choose. Pure.
CoreClass choose_class(std::span<const CoreClass> classes, const std::string& wanted,
                       std::uint32_t threads);

// "performance", "schedutil"; empty when it cannot be read.
std::string governor_of(std::uint32_t cpu);

// What the core of the calling thread runs at now; 0 when it cannot be read.
double current_ghz();

}  // namespace litezoo::runtime
