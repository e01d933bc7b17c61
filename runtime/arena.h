#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace litezoo::runtime {

// A block of memory needed from step `first` to step `last`, both included.
struct Lifetime {
  std::size_t bytes = 0;
  std::size_t first = 0, last = 0;
};

struct Placement {
  std::vector<std::size_t> offsets;  // by block, multiples of kTensorAlignment
  std::size_t bytes = 0;             // of the whole arena
};

// Lays blocks out so that those alive at the same time do not overlap: the largest first, each at
// the lowest place that is free for its whole life.
Placement place(std::span<const Lifetime> blocks);

}  // namespace litezoo::runtime
