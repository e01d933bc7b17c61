#pragma once

#include <cstdint>
#include <string>

#include "base/units.h"

namespace litezoo::runtime {

// What the operating system did to this process up to now.
struct Disturbance {
  std::uint64_t preemptions = 0;   // involuntary context switches of all threads
  std::uint64_t major_faults = 0;  // pages that had to come from disk
  Nanoseconds waited{};            // ready to run but without a CPU, the calling thread

  static Disturbance now();
};

// The timings around a block of runs.
struct BlockEvidence {
  Disturbance before, after;
  Nanoseconds duration{};
  Nanoseconds anchor_before{}, anchor_after{}, anchor_best{};  // best of the whole measurement
};

// Why the block's samples must not count; empty when they may. Pure.
std::string why_voided(const BlockEvidence& evidence);

}  // namespace litezoo::runtime
