#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

struct Partition {
  bool delegated = false;
  std::vector<std::size_t> nodes;  // ascending
};

// How LiteRT would cut a subgraph for a delegate that takes the nodes marked true: greedily, the
// first node that can run decides whose turn it is, and everything of its kind that can run by then
// joins it. Requires delegated.size() == subgraph.operators.size(). Nodes whose inputs nobody
// computes, or behind millions of out-of-order nodes, are left out.
std::vector<Partition> partition(const Subgraph& subgraph, const std::vector<bool>& delegated);

}  // namespace litezoo::inspector
