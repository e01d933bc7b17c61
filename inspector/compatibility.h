#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// Where a model runs, told from the file alone.

// The oldest runtime, from the operator versions, in both numberings: TensorFlow's releases (1.5.0
// to 2.23.0), which the converter stamps into files, and LiteRT's own (1.0.0 to 2.3.0), which look
// alike but are another count. Each is empty when it is not known or there are no operators.
struct RuntimeRequirement {
  std::string tensorflow;                      // "2.3.0"; without what `unknown` lists
  std::vector<std::string> decided_by;         // "CONV_2D version 5": what asks for that release
  std::string litert;                          // "1.0.0"
  std::vector<std::string> litert_decided_by;  // empty when LiteRT's first release will do
  std::vector<std::string> unknown;  // operator versions that TensorFlow's table does not have
  bool litert_has_kernels = true;    // all builtin operators in LiteRT of 2026-08
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

// NNAPI's and the GPU's verdicts are never better than `unknown`: their rules say which nodes
// cannot be taken, the device's drivers have the last word.
std::vector<Compatibility> compatibility(const Graph& graph);

}  // namespace litezoo::inspector
