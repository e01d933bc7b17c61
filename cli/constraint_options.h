#pragma once

#include <string>
#include <vector>

#include "ranker/criteria.h"

namespace CLI {
class App;
}

namespace litezoo::cli {

// The limits of a selection as a command line or a constraints file gives them.
struct ConstraintOptions {
  std::string task, domain, precision, ops;
  std::string max_size, max_input_size, max_static_memory, max_memory;
  std::string max_p90, max_latency, max_init;
  std::vector<std::string> accuracy, licenses, languages, runs_on;
  double percentile = 90;
  bool allow_unknown = false;
  bool no_measure = false;
};

// One option a limit. `options` must outlive the command.
void add_constraint_options(CLI::App& command, ConstraintOptions& options);

// Task and domain as they are, everything else parsed and checked. Throws Error(usage) naming the
// option that makes no sense or the two that contradict each other.
ranker::Constraints constraints_of(const ConstraintOptions& options);

// What the options say, as command line words, for a lock file: {"--max-size", "4MB", ...}.
std::vector<std::string> words_of(const ConstraintOptions& options);

}  // namespace litezoo::cli
