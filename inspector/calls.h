#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// The subgraphs that an operator runs (IF, WHILE, CALL_ONCE, composites, ...), as the file says.
std::vector<std::int32_t> called_subgraphs(const OperatorOptions& options);

// Subgraphs that are run by another one.
std::vector<bool> called_ones(const Graph& graph);

// A subgraph that calls itself, over others or directly; nullopt when there is none. Requires
// called_subgraphs() to be in range for all operators.
std::optional<std::size_t> find_circular_call(const Graph& graph);

}  // namespace litezoo::inspector
