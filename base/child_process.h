#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace litezoo {

struct ChildResult {
  int exit_code = 0;           // of a process that ended by itself
  int signal = 0;              // that ended it; 0 = none
  bool timed_out = false;      // killed because it took longer than allowed
  std::string output, errors;  // stdout and stderr, each cut at 256 MB
};

// Runs a program (searched in PATH), without a shell and with empty stdin, and collects what it
// prints. It is killed when `time_limit` is over, and when this process dies first.
// Throws Error(io) when it cannot be started,
// Error(interrupted) when the child was stopped by Ctrl-C.
ChildResult run_child(const std::vector<std::string>& command, Nanoseconds time_limit);

}  // namespace litezoo
