#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"
#include "runtime/anchor.h"

namespace litezoo::runtime {

// What the operating system and the hardware did to this process up to now.
struct Disturbance {
  std::uint64_t preemptions = 0;   // involuntary context switches of all threads
  std::uint64_t major_faults = 0;  // pages that had to come from disk
  std::uint64_t throttles = 0;     // times the CPU says it slowed down because of heat
  Nanoseconds waited{};            // ready to run but without a CPU, all threads together

  static Disturbance now();
};

// The timings around a block of runs.
struct BlockEvidence {
  Disturbance before, after;
  Nanoseconds duration{};
  AnchorTime anchor_before, anchor_after;
  AnchorTime best;  // the machine at its best; zero = not known
};

// What a mode does not hold against a block: `sustained` wants to see a machine that gets slower.
struct Tolerance {
  bool speed_changes = false;
};

// Why the block's samples must not count; empty when they may. Pure.
std::string why_voided(const BlockEvidence& evidence, const Tolerance& tolerance = {});

}  // namespace litezoo::runtime
