#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace litezoo::runtime {

// How output 0 of a step may share the memory of its inputs (see Trait).
enum class Sharing : std::uint8_t { none, view, in_place };

struct LayoutStep {
  std::vector<std::int32_t> reads, writes;  // tensor indices, none negative
  Sharing sharing = Sharing::none;          // needs one write; a view shows reads[0]
};

struct LayoutTensor {
  std::size_t bytes = 0;
  bool planned = false;  // gets a place in the arena
  bool lasting = false;  // an input or output of the whole: alive all the time
};

struct Layout {
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  std::vector<std::size_t> offsets;  // by tensor; kNowhere for those without a place
  std::size_t bytes = 0;             // of the arena
};

// Gives every planned tensor that a step writes, or that lasts, its place in one arena.
Layout lay_out(std::span<const LayoutTensor> tensors, std::span<const LayoutStep> steps);

}  // namespace litezoo::runtime
