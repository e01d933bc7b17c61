#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// How a tensor's elements meet the elements of its reduction: the input's dimensions, outermost
// first, neighbours of one kind merged.
struct Reduction {
  struct Dimension {
    std::size_t extent;
    bool reduced;
    std::size_t in_stride, out_stride;  // elements from one index to the next; 0 where reduced
  };
  std::vector<Dimension> dimensions;  // never empty
  std::size_t in_size = 1, out_size = 1;
  std::size_t per_output = 1;  // elements that meet in one output
};

// Reads the axes (input 1) and keep_dims and sets the shape of output 0; nullopt when the axes are
// not known yet. Throws Error(corrupt) naming the node for an axis that does not exist.
std::optional<Reduction> prepare_reduction(Node& node);

// combine(... combine(initial, in[0]) ..., in[count - 1]); floats go through eight partial results,
// which is more exact and compiles to vectors.
template <typename In, typename Accumulator, typename Combine>
Accumulator fold_row(const In* in, std::size_t count, Accumulator initial, const Combine& combine) {
  std::size_t i = 0;
  if constexpr (std::is_same_v<In, Accumulator> && std::is_floating_point_v<In>) {
    constexpr std::size_t lanes = 8;
    if (count >= 2 * lanes) {
      std::array<In, lanes> partial{};
      std::copy(in, in + lanes, partial.begin());
      for (i = lanes; i + lanes <= count; i += lanes) {
        for (std::size_t k = 0; k < lanes; ++k) partial[k] = combine(partial[k], in[i + k]);
      }
      for (const In value : partial) initial = combine(initial, value);
    }
  }
  for (; i < count; ++i) initial = combine(initial, in[i]);
  return initial;
}

// accumulators[o] = combine(accumulators[o], x) for each input element x that meets output o, in
// the order of the input; only `extent` slices of the first dimension.
template <typename In, typename Accumulator, typename Combine>
void fold(const In* in, Accumulator* accumulators, std::span<const Reduction::Dimension> dimensions,
          std::size_t extent, const Combine& combine) {
  const Reduction::Dimension& first = dimensions.front();
  if (dimensions.size() > 1) {
    for (std::size_t i = 0; i < extent; ++i) {
      fold(in + i * first.in_stride, accumulators + i * first.out_stride, dimensions.subspan(1),
           dimensions[1].extent, combine);
    }
  } else if (first.reduced) {
    *accumulators = fold_row(in, extent, *accumulators, combine);
  } else {
    for (std::size_t i = 0; i < extent; ++i) {
      accumulators[i] = combine(accumulators[i], in[i]);
    }
  }
}

// The same over a whole tensor, with several threads when its first dimension is kept.
template <typename In, typename Accumulator, typename Combine>
void fold_all(const Node& node, const Reduction& reduction, const In* in, Accumulator* accumulators,
              const Combine& combine) {
  if (reduction.in_size == 0) return;
  const Reduction::Dimension first = reduction.dimensions.front();
  const auto body = [&](std::size_t begin, std::size_t end) {
    fold(in + begin * first.in_stride, accumulators + begin * first.out_stride,
         std::span<const Reduction::Dimension>(reduction.dimensions), end - begin, combine);
  };
  if (first.reduced) {
    body(0, first.extent);
  } else {
    node.threads().parallel_for(
        first.extent, std::max<std::size_t>(kElementsPerThread / first.in_stride, 1), body);
  }
}

}  // namespace litezoo::runtime
