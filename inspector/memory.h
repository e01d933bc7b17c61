#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/graph.h"
#include "base/units.h"

namespace litezoo::inspector {

// When an activation must be in memory, in node numbers: from `first` (before node 0 for an input:
// 0) to `last`, both inclusive. `offset` is its place in the best known plan.
struct Lifetime {
  std::int32_t tensor = 0;
  std::size_t first = 0, last = 0;
  Bytes size{};
  Bytes offset{};
};

// Activation memory of one subgraph run in the order of the file.
struct MemoryUse {
  std::vector<Lifetime> lifetimes;  // by tensor; those without a size are left out
  Bytes peak;                       // most bytes alive at once: no plan can do with less
  std::size_t peak_node = 0;        // where
  Bytes arena;                      // what a greedy plan by size takes; at least `peak`
};

// Inputs live until their last use, outputs until the end, variables always. Operators' scratch
// memory is not part of it. Dynamic dimensions count as they are stored. The plan is made for up to
// a few thousand tensors; above that `arena` is the sum of all.
MemoryUse memory_use(const Subgraph& subgraph);

// The same without the plan: `arena` and the offsets stay 0. Linear time.
MemoryUse memory_peak(const Subgraph& subgraph);

}  // namespace litezoo::inspector
