#pragma once

#include <cstddef>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// A tensor seen as [outer, channels, inner] around its quantised dimension.
struct ChannelView {
  std::size_t outer = 1, channels = 1, inner = 1;
};

// Throws Error(corrupt) naming the node unless the tensor has one usable scale and zero point for
// each slice along its quantised dimension.
ChannelView channel_view(const Node& node, const RuntimeTensor& tensor);

}  // namespace litezoo::runtime
