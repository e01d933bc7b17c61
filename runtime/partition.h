#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace litezoo::runtime {

// One operator as the partitioner sees it.
struct PartitionNode {
  std::span<const std::int32_t> inputs, outputs;  // tensor indices; -1 = absent
  bool delegated = false;                         // the backend can take it
  bool ordered = false;  // keeps its place among all ordered nodes (state, side effects)
};

// Nodes that are run together, in this order.
struct NodeGroup {
  bool delegated = false;
  std::vector<std::size_t> nodes;
};

// Cuts a graph into as few groups as a greedy walk gives: each group takes every node of its kind,
// in the order of execution, whose inputs are there by then, so that independent branches
// share a group. Groups are in the order to run them. Nodes must be in topological order.
std::vector<NodeGroup> partition(std::span<const PartitionNode> nodes, std::size_t tensor_count);

}  // namespace litezoo::runtime
