#include "inspector/cost.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "base/checked.h"
#include "inspector/calls.h"
#include "inspector/macs.h"
#include "inspector/validate_data.h"

namespace litezoo::inspector {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

void add(std::uint64_t& sum, std::uint64_t value) {
  sum = checked_add(sum, value).value_or(kMost);
}

std::uint64_t stored_bytes(const Tensor& tensor) {
  return tensor.data.empty() ? dense_bytes(tensor).value_or(0) : tensor.data.size();
}

bool is_stored(const Tensor& tensor) {
  return tensor.is_constant() || tensor.external_buffer != 0;
}

NodeCost node_cost(const Subgraph& subgraph, std::size_t node) {
  const Operator& op = subgraph.operators[node];
  NodeCost cost{.node = node, .macs = macs_of(op, subgraph)};
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    if (op.inputs[i] < 0) continue;
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(op.inputs[i])];
    if (!is_stored(tensor)) {
      add(cost.read.count, dense_bytes(tensor).value_or(0));
      continue;
    }
    if (!is_parameter(op, i, tensor)) continue;
    add(cost.parameters, element_count(tensor.shape));
    add(cost.weights.count, stored_bytes(tensor));
  }
  for (const std::int32_t output : op.outputs) {
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(output)];
    add(cost.written.count, dense_bytes(tensor).value_or(0));
  }
  return cost;
}

// Subgraph 0 and what it calls, each once.
std::vector<std::size_t> reached_from_main(const Graph& graph) {
  std::vector<bool> seen(graph.subgraphs.size());
  std::vector<std::size_t> reached;
  if (graph.subgraphs.empty()) return reached;
  seen[0] = true;
  reached.push_back(0);
  for (std::size_t i = 0; i < reached.size(); ++i) {
    for (const Operator& op : graph.subgraphs[reached[i]].operators) {
      for (const std::int32_t callee : called_subgraphs(op.options)) {
        const auto index = static_cast<std::size_t>(callee);
        if (index >= seen.size() || seen[index]) continue;
        seen[index] = true;
        reached.push_back(index);
      }
    }
  }
  return reached;
}

void add_shared_weights(const Graph& graph, Cost& cost) {
  // By place in the file: tensors of several subgraphs, and even several buffers, share weights.
  std::set<std::pair<const void*, std::uint32_t>> seen;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        if (op.inputs[i] < 0) continue;
        const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(op.inputs[i])];
        if (!is_stored(tensor) || !is_parameter(op, i, tensor)) continue;
        if (!seen.insert({tensor.data.data(), tensor.external_buffer}).second) continue;
        add(cost.parameters, element_count(tensor.shape));
        add(cost.weights.count, stored_bytes(tensor));
      }
    }
  }
}

}  // namespace

bool is_parameter(const Operator& op, std::size_t position, const Tensor& tensor) {
  using enum TensorType;
  switch (tensor.type) {
    case INT32:
    case INT64:
      // A quantised bias; anything else of these types is a shape, an axis or an index.
      return position >= 2 && (!tensor.quantization.scale.empty() || has_integer_bias(op.code));
    case STRING:
    case BOOL:
    case RESOURCE:
    case VARIANT:
      return false;
    default:
      return true;
  }
}

Cost cost_of(const Graph& graph) {
  Cost cost;
  cost.nodes.resize(graph.subgraphs.size());
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const Subgraph& subgraph = graph.subgraphs[s];
    for (std::size_t n = 0; n < subgraph.operators.size(); ++n) {
      cost.nodes[s].push_back(node_cost(subgraph, n));
    }
  }
  for (const std::size_t s : reached_from_main(graph)) {
    for (const NodeCost& node : cost.nodes[s]) add(cost.macs, node.macs);
  }
  add_shared_weights(graph, cost);
  return cost;
}

}  // namespace litezoo::inspector
