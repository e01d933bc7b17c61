#include "runtime/partition.h"

#include <algorithm>
#include <array>
#include <functional>
#include <queue>

namespace litezoo::runtime {
namespace {

// Nodes wait for the tensors they read; those that wait for nothing lie in a queue of their kind,
// the first in the graph's order on top.
class Walk {
 public:
  Walk(std::span<const PartitionNode> nodes, std::size_t tensor_count)
      : nodes_(nodes), waits_(nodes.size(), 0), readers_(tensor_count) {
    std::vector<bool> computed(tensor_count);
    for (const PartitionNode& node : nodes) {
      for (const std::int32_t output : node.outputs) {
        if (output >= 0) computed[static_cast<std::size_t>(output)] = true;
      }
    }
    std::size_t last_ordered = kNone;
    next_ordered_.assign(nodes.size(), kNone);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      for (const std::int32_t input : nodes[i].inputs) {
        if (input < 0 || !computed[static_cast<std::size_t>(input)]) continue;
        readers_[static_cast<std::size_t>(input)].push_back(i);
        ++waits_[i];
      }
      if (nodes[i].ordered) {
        if (last_ordered != kNone) {
          next_ordered_[last_ordered] = i;
          ++waits_[i];
        }
        last_ordered = i;
      }
      if (waits_[i] == 0) ready(i);
    }
  }

  // All that can run now of the kind of the first that can. What a node lets run comes after it in
  // the graph's order, so that taking the first each time finds them all in one go.
  NodeGroup next_group() {
    NodeGroup group;
    if (ready_[0].empty() && ready_[1].empty()) return group;
    group.delegated =
        ready_[0].empty() || (!ready_[1].empty() && ready_[1].top() < ready_[0].top());
    Queue& queue = ready_[group.delegated ? 1 : 0];
    while (!queue.empty()) {
      const std::size_t i = queue.top();
      queue.pop();
      group.nodes.push_back(i);
      take(i);
    }
    return group;
  }

 private:
  using Queue =
      std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<std::size_t>>;
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  void ready(std::size_t node) { ready_[nodes_[node].delegated ? 1 : 0].push(node); }

  void release(std::size_t node) {
    if (--waits_[node] == 0) ready(node);
  }

  void take(std::size_t node) {
    for (const std::int32_t output : nodes_[node].outputs) {
      if (output < 0) continue;
      for (const std::size_t reader : readers_[static_cast<std::size_t>(output)]) release(reader);
      readers_[static_cast<std::size_t>(output)].clear();
    }
    if (next_ordered_[node] != kNone) release(next_ordered_[node]);
  }

  std::span<const PartitionNode> nodes_;
  std::vector<std::size_t> waits_;                 // for how many tensors and nodes, by node
  std::vector<std::vector<std::size_t>> readers_;  // that wait, by tensor
  std::vector<std::size_t> next_ordered_;          // by node
  std::array<Queue, 2> ready_;                     // by delegated
};

}  // namespace

std::vector<NodeGroup> partition(std::span<const PartitionNode> nodes, std::size_t tensor_count) {
  std::vector<NodeGroup> groups;
  Walk walk(nodes, tensor_count);
  while (true) {
    NodeGroup group = walk.next_group();
    if (group.nodes.empty()) return groups;
    groups.push_back(std::move(group));
  }
}

}  // namespace litezoo::runtime
