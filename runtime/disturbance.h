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
  Nanoseconds worked{};            // on a CPU, all threads together
  // Of all programs and CPUs of this system together, in steps of a clock tick (10 ms as a rule):
  Nanoseconds busy{};    // at work, stolen time included
  Nanoseconds stolen{};  // ready to run while the host had given the CPU to another system
  Nanoseconds moment{};  // when this was, on a clock that nobody can set

  static Disturbance now();
};

// The timings around a block of runs.
struct BlockEvidence {
  Disturbance before, after;
  // The load of the whole system is told from here to `after`: a block may be shorter than a tick.
  Disturbance load_from;
  Nanoseconds duration{};  // of the runs alone
  std::uint32_t threads = 1;
  std::uint32_t cpus = 1;   // online
  bool best_known = false;  // `best` comes from an earlier, quiet moment
  AnchorTime anchor_before, anchor_after;
  AnchorTime best;  // the machine at its best; zero = not known
};

// What a mode does not hold against a block: `sustained` wants to see a machine that gets slower.
struct Tolerance {
  bool speed_changes = false;
};

// Why the block's samples must not count; empty when they may. Pure.
std::string why_voided(const BlockEvidence& evidence, const Tolerance& tolerance = {});

// What a voided block can be blamed for, so that what is left of it still speaks. Pure.
struct Allowance {
  Nanoseconds lost{};  // the CPU was not the process's: it waited, was stopped, or the host took it
  // How many times slower than at its best the machine may have run the model; 0 = cannot be told.
  double slowdown = 1;
};
Allowance allowance_of(const BlockEvidence& evidence);

}  // namespace litezoo::runtime
