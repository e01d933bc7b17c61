#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/graph.h"
#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Two nodes of a subgraph that are done as one, because nobody else reads what lies between them.
struct Fusion {
  std::size_t node = 0;       // that does both, in its own place
  std::size_t swallowed = 0;  // that is not run any more
  std::int32_t between = -1;  // the tensor that is not computed any more
  std::int32_t like = -1;     // one of the shape that it would have
  Operator op;                // what `node` is now
  std::string name;           // as a profile tells it
  Prepare prepare = nullptr;  // the kernel for both; null: the operator's own, or XNNPACK
};

// A clamp after an operator that has one of its own to give, and squares that are summed along the
// last axis. FLOAT32 only. `border` tensors (by index) are seen from outside and stay. Indices that
// the file has wrong are left alone.
std::vector<Fusion> find_fusions(const Subgraph& subgraph, const std::vector<bool>& border);

}  // namespace litezoo::runtime
