#include "runtime/partition.h"

#include <algorithm>

namespace litezoo::runtime {
namespace {

class Walk {
 public:
  Walk(std::span<const PartitionNode> nodes, std::size_t tensor_count)
      : nodes_(nodes), taken_(nodes.size()), ready_(tensor_count, true) {
    for (const PartitionNode& node : nodes) {
      for (const std::int32_t output : node.outputs) set_ready(output, false);
    }
  }

  // All that can run now of the kind of the first that can.
  NodeGroup next_group() {
    NodeGroup group;
    bool ordered_blocked = false;
    while (first_ < nodes_.size() && taken_[first_]) ++first_;
    for (std::size_t i = first_; i < nodes_.size(); ++i) {
      if (taken_[i]) continue;
      const PartitionNode& node = nodes_[i];
      const bool can_run = (!node.ordered || !ordered_blocked) &&
                           std::ranges::all_of(node.inputs, [&](std::int32_t input) {
                             return input < 0 || ready_[static_cast<std::size_t>(input)];
                           });
      if (can_run && group.nodes.empty()) group.delegated = node.delegated;
      if (!can_run || node.delegated != group.delegated) {
        ordered_blocked = ordered_blocked || node.ordered;
        continue;
      }
      taken_[i] = true;
      group.nodes.push_back(i);
      for (const std::int32_t output : node.outputs) set_ready(output, true);
    }
    return group;
  }

 private:
  void set_ready(std::int32_t tensor, bool value) {
    if (tensor >= 0) ready_[static_cast<std::size_t>(tensor)] = value;
  }

  std::span<const PartitionNode> nodes_;
  std::vector<bool> taken_, ready_;
  std::size_t first_ = 0;
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
