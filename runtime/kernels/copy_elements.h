#pragma once

#include <cstddef>

#include "runtime/kernels/kernel.h"
#include "runtime/kernels/strided_copy.h"

namespace litezoo::runtime {

// The bytes of what a StridedCopy moves for an element of `tensor`: the element's own, or of the
// place that stands for a string. Throws Error(unsupported) naming the node for types without size.
std::size_t copied_bytes(const Node& node, const RuntimeTensor& tensor);

// The operator that copies an input to output 0; `offset` bytes into the input lies its first.
// `copy` was planned with copied_bytes().
Evaluate copy_elements(const Node& node, std::size_t input, StridedCopy copy,
                       std::ptrdiff_t offset = 0);

}  // namespace litezoo::runtime
