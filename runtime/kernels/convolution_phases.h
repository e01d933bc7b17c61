#pragma once

#include <array>
#include <vector>

#include "runtime/kernels/convolution.h"

namespace litezoo::runtime {

using Position = std::array<std::int32_t, 3>;

// Output positions that meet the same taps of the window at the same offsets. A forward
// convolution is one phase, a transposed one has a phase for each remainder of the stride.
struct Phase {
  Position origin{}, grid{};  // output position = origin + out_step * index, index < grid
  struct Tap {
    Position offset;  // input position = in_step * index + offset
    std::size_t index;
  };
  std::vector<Tap> taps;
  std::size_t rows() const {
    std::size_t count = 1;
    for (const std::int32_t n : grid) count *= static_cast<std::size_t>(n);
    return count;
  }
};

// Throws Error(unsupported) naming the node when a transposed convolution has too many.
std::vector<Phase> make_phases(const Node& node, const ConvolutionPlan& plan);

}  // namespace litezoo::runtime
