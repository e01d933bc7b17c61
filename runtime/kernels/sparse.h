#pragma once

#include <cstddef>
#include <span>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Writes the elements of a constant whose definition has SparsityParameters to where they belong in
// `dense`, which has room for the tensor's shape; the others stay as they are. Throws
// Error(corrupt) naming the constant when the parameters contradict the shape or the data,
// Error(unsupported) for elements smaller than a byte.
void unfold(const RuntimeTensor& tensor, std::span<std::byte> dense);

// DENSIFY: the planner unfolds all constants, so it only names the same bytes anew.
Evaluate prepare_densify(Node& node);

}  // namespace litezoo::runtime
