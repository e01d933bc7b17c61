#include "runtime/arena.h"

#include <algorithm>
#include <numeric>

#include "runtime/memory.h"

namespace litezoo::runtime {
namespace {

bool alive_together(const Lifetime& a, const Lifetime& b) noexcept {
  return a.first <= b.last && b.first <= a.last;
}

}  // namespace

Placement place(std::span<const Lifetime> blocks) {
  std::vector<std::size_t> by_size(blocks.size());
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::ranges::stable_sort(
      by_size, [&](std::size_t a, std::size_t b) { return blocks[a].bytes > blocks[b].bytes; });

  Placement placement{std::vector<std::size_t>(blocks.size()), 0};
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t index : by_size) {
    const std::size_t size = aligned_size(std::max<std::size_t>(blocks[index].bytes, 1));
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      if (!alive_together(blocks[index], blocks[other])) continue;
      if (placement.offsets[other] >= offset + size) break;
      offset = std::max(offset, placement.offsets[other] +
                                    aligned_size(std::max<std::size_t>(blocks[other].bytes, 1)));
    }
    placement.offsets[index] = offset;
    placement.bytes = std::max(placement.bytes, offset + size);
    placed.insert(std::ranges::upper_bound(placed, offset, {},
                                           [&](std::size_t i) { return placement.offsets[i]; }),
                  index);
  }
  return placement;
}

}  // namespace litezoo::runtime
