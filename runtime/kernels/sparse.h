#pragma once

#include <cstddef>
#include <vector>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The dense elements of a constant whose definition has SparsityParameters; absent ones are zero.
// Types of one byte or more an element. Throws Error(corrupt) naming the node when the parameters
// contradict the shape or the data.
std::vector<std::byte> unfold(const Node& node, const RuntimeTensor& tensor);

// DENSIFY.
Evaluate prepare_densify(Node& node);

}  // namespace litezoo::runtime
