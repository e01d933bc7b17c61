#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// One node as a delegate's conditions look at it; views, which the graph must outlive.
struct NodeView {
  const Subgraph& subgraph;
  const Operator& op;
  const std::vector<std::int32_t>& origins;  // see stored_origins()

  // nullptr when it is absent.
  const Tensor* input(std::size_t i) const {
    if (i >= op.inputs.size() || op.inputs[i] < 0) return nullptr;
    return &subgraph.tensors[static_cast<std::size_t>(op.inputs[i])];
  }
  const Tensor* output(std::size_t i = 0) const {
    if (i >= op.outputs.size()) return nullptr;
    return &subgraph.tensors[static_cast<std::size_t>(op.outputs[i])];
  }
  // Whether an input lies in the file, as it is or behind DEQUANTIZE or DENSIFY.
  bool is_stored(std::size_t i) const {
    return input(i) != nullptr && origins[static_cast<std::size_t>(op.inputs[i])] >= 0;
  }
  bool is_constant(std::size_t i) const {
    return input(i) != nullptr && (input(i)->is_constant() || input(i)->external_buffer != 0);
  }
};

}  // namespace litezoo::inspector
