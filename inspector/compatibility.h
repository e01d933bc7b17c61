#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// Where a model runs, told from the file alone.

// The oldest runtime, from the operator versions. Numbers are TensorFlow releases, which LiteRT's
// own 1.x and 2.x releases are not: those are told by kernel version.
struct RuntimeRequirement {
  std::string tensorflow;  // "2.3.0"; empty when no operator is in the table
  // The same in LiteRT's own numbering, inferred from release dates: its 1.0.1 followed TensorFlow
  // 2.17, its 2.3.0 has the kernels of the table; empty when something is not in the tables.
  std::string litert;
  std::vector<std::string> decided_by;  // "CONV_2D version 5": what asks for that release
  std::vector<std::string> unknown;     // operators or versions the table does not have
  bool litert_has_kernels = true;       // all builtin operators in LiteRT of 2026-08
};
RuntimeRequirement required_runtime(const Graph& graph);

enum class Verdict { yes, partly, no, unknown };

// "yes", "partly", "no", "unknown".
std::string_view to_string(Verdict verdict) noexcept;

// What one target would do with the main subgraph.
struct Compatibility {
  std::string target;  // "litert-cpu", "xnnpack", "gpu", "nnapi", "edge-tpu", "flex",
                       // "custom-operators", "npu"
  Verdict verdict = Verdict::unknown;
  std::string reason;              // one line
  std::vector<std::size_t> nodes;  // those that do not fit, or that decide
  std::vector<std::string> rules;  // by `nodes`: the rule that says so
  std::string source;              // where the rule is from
};

// NNAPI's verdict is never better than `unknown`: its table says which operators cannot be taken,
// not that a node will be; nor is the GPU's, whose drivers differ.
std::vector<Compatibility> compatibility(const Graph& graph);

}  // namespace litezoo::inspector
