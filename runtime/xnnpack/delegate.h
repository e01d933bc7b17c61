#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "runtime/kernels/kernel.h"
#include "runtime/thread_pool.h"
#include "runtime/xnnpack/lowering.h"
#include "runtime/xnnpack/packed_weights.h"
#include "runtime/xnnpack/xnn.h"

namespace litezoo::runtime::xnn {

// A node that supports() found nothing against.
struct LoweredNode {
  const Node* node;
  Lowering lowering;
};

// Some nodes as one XNNPACK runtime, which reads and writes the tensors' memory directly.
class Delegate {
 public:
  // `inputs` are computed elsewhere, `outputs` are needed elsewhere. The tensors and the threads
  // must outlive it, and so must `packed`, which holds its weights unless it is null.
  // Throws Error(unsupported) when XNNPACK refuses: the nodes are then for our own kernels.
  Delegate(std::span<const LoweredNode> nodes, std::vector<RuntimeTensor*> inputs,
           std::vector<RuntimeTensor*> outputs, const ThreadPool& threads, PackedWeights* packed);

  // Lays out its own memory; before the first bind().
  // Throws Error(unsupported) when XNNPACK refuses.
  void reserve();
  // After the tensors got (other) memory. Throws Error(unsupported) when XNNPACK refuses.
  void bind();
  // Requires bind(). Throws Error(internal) when XNNPACK fails.
  void run();
  std::span<RuntimeTensor* const> inputs() const noexcept { return inputs_; }
  std::span<RuntimeTensor* const> outputs() const noexcept { return outputs_; }

 private:
  std::vector<RuntimeTensor*> inputs_, outputs_;
  std::deque<std::vector<std::byte>> constants_;  // the runtime points into them
  RuntimeHandle runtime_;
};

}  // namespace litezoo::runtime::xnn
