#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// For operators that only move or convert elements: runs `prepare` on copies with an element a byte
// where the tensors are of INT4, UINT4 or INT2, and packs what it gives, cut to the type's range.
// Nodes without such tensors go to `prepare` as they are. Throws what `prepare` throws, and
// Error(unsupported) for copies past 256 MiB together.
Evaluate prepare_widened(Node& node, Prepare prepare);

// A row of the kernel table.
template <Prepare prepare>
Evaluate widened(Node& node) {
  return prepare_widened(node, prepare);
}

}  // namespace litezoo::runtime
