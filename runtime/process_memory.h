#pragma once

#include <cstddef>
#include <span>

#include "base/units.h"

namespace litezoo::runtime {

// What this process holds of the machine's memory now, from /proc/self; zero = not readable.
struct ProcessMemory {
  Bytes resident, anonymous, pss;
  Bytes peak;  // the largest `resident` since exec (VmHWM of proc(5))

  static ProcessMemory now();
};

// From here on `peak` tells of what comes, not of what was (clear_refs of proc(5)). Without effect
// where the kernel does not allow it.
void reset_peak();

// The largest resident memory this process has had since exec.
// Not getrusage: its ru_maxrss survives exec and would show the parent's memory.
Bytes peak_memory();

// How much of a mapped file is in this process's memory (Rss of the mapping in smaps(5)).
Bytes resident_part(std::span<const std::byte> mapping);

// The kernel keeps a peak of the resident memory only. When it passed unseen between two looks,
// what was above the last look was memory that has been given back, which is anonymous.
struct MemoryPeaks {
  Bytes anonymous, pss;
  void look(const ProcessMemory& now);
};

}  // namespace litezoo::runtime
