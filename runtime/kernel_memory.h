#pragma once

#include <cstddef>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Memory that a node's kernel will keep for itself once it is prepared, beside its tensors: packed
// weights, the taps of a window, tables as long as an axis. An estimate from the shapes of the
// inputs, which must be known. 0 for kernels that keep little. What overflows is SIZE_MAX.
std::size_t kernel_bytes(const Node& node) noexcept;

}  // namespace litezoo::runtime
