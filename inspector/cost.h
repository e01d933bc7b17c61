#pragma once

#include <cstdint>
#include <vector>

#include "base/graph.h"
#include "base/units.h"

namespace litezoo::inspector {

// What one node costs, from shapes alone; a dynamic dimension counts as it is stored (1 where that
// is -1). Sums that would overflow stay at the largest number.
struct NodeCost {
  std::size_t node = 0;
  std::uint64_t macs = 0;        // multiply-accumulates of convolutions, matrix products, cells
  std::uint64_t parameters = 0;  // elements of the stored weights it reads
  Bytes weights{};               // what those take in the file
  Bytes read{}, written{};       // activations
};

struct Cost {
  // Of the main subgraph and those it calls; the bodies of loops and branches count once.
  std::uint64_t macs = 0;
  // Of the whole file, weights that several tensors share counted once. Indices, shapes and axes
  // are not parameters.
  std::uint64_t parameters = 0;
  Bytes weights;
  std::vector<std::vector<NodeCost>> nodes;  // [subgraph][node]
};

Cost cost_of(const Graph& graph);

// True for a stored tensor that a model learned, as opposed to a shape or an axis. Requires
// `tensor` to be among op's inputs at `position`.
bool is_parameter(const Operator& op, std::size_t position, const Tensor& tensor);

}  // namespace litezoo::inspector
