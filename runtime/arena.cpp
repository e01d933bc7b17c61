#include "runtime/arena.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <set>

#include "runtime/memory.h"

namespace litezoo::runtime {
namespace {

// Comparing each block with all others takes a second from here on.
constexpr std::size_t kMostCompared = 16'384;

bool alive_together(const Lifetime& a, const Lifetime& b) noexcept {
  return a.first <= b.last && b.first <= a.last;
}

std::size_t size_of(const Lifetime& block) noexcept {
  return aligned_size(std::max<std::size_t>(block.bytes, 1));
}

// Memory that is taken and given back, like malloc's: the smallest gap that is large enough.
class Gaps {
 public:
  std::size_t take(std::size_t size) {
    auto best = by_size_.lower_bound({size, 0});
    if (best == by_size_.end()) {
      // At the end: what is free there already is part of it.
      std::size_t offset = end_;
      if (!by_offset_.empty()) {
        const auto [last, length] = *by_offset_.rbegin();
        if (last + length == end_) {
          remove(last, length);
          offset = last;
        }
      }
      end_ = offset + size;
      return offset;
    }
    const auto [length, offset] = *best;
    remove(offset, length);
    if (length > size) add(offset + size, length - size);
    return offset;
  }

  void give(std::size_t offset, std::size_t size) {
    auto next = by_offset_.lower_bound(offset);
    if (next != by_offset_.begin()) {
      const auto [before, length] = *std::prev(next);
      if (before + length == offset) {
        remove(before, length);
        offset = before;
        size += length;
      }
    }
    next = by_offset_.lower_bound(offset);
    if (next != by_offset_.end() && next->first == offset + size) {
      const std::size_t length = next->second;
      remove(next->first, length);
      size += length;
    }
    add(offset, size);
  }

  std::size_t end() const noexcept { return end_; }

 private:
  void add(std::size_t offset, std::size_t size) {
    by_offset_.emplace(offset, size);
    by_size_.emplace(size, offset);
  }
  void remove(std::size_t offset, std::size_t size) {
    by_offset_.erase(offset);
    by_size_.erase({size, offset});
  }

  std::map<std::size_t, std::size_t> by_offset_;           // size
  std::set<std::pair<std::size_t, std::size_t>> by_size_;  // size, offset
  std::size_t end_ = 0;
};

// In the order of their first steps.
Placement place_by_time(std::span<const Lifetime> blocks) {
  std::vector<std::size_t> by_first(blocks.size());
  std::iota(by_first.begin(), by_first.end(), std::size_t{0});
  std::ranges::stable_sort(by_first, {}, [&](std::size_t i) { return blocks[i].first; });
  using Ending = std::pair<std::size_t, std::size_t>;  // last step, block
  std::priority_queue<Ending, std::vector<Ending>, std::greater<Ending>> alive;
  Placement placement{std::vector<std::size_t>(blocks.size()), 0};
  Gaps gaps;
  for (const std::size_t index : by_first) {
    while (!alive.empty() && alive.top().first < blocks[index].first) {
      const std::size_t dead = alive.top().second;
      gaps.give(placement.offsets[dead], size_of(blocks[dead]));
      alive.pop();
    }
    placement.offsets[index] = gaps.take(size_of(blocks[index]));
    alive.emplace(blocks[index].last, index);
  }
  placement.bytes = gaps.end();
  return placement;
}

}  // namespace

Placement place(std::span<const Lifetime> blocks) {
  if (blocks.size() > kMostCompared) return place_by_time(blocks);
  std::vector<std::size_t> by_size(blocks.size());
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::ranges::stable_sort(
      by_size, [&](std::size_t a, std::size_t b) { return blocks[a].bytes > blocks[b].bytes; });

  Placement placement{std::vector<std::size_t>(blocks.size()), 0};
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t index : by_size) {
    const std::size_t size = size_of(blocks[index]);
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      if (!alive_together(blocks[index], blocks[other])) continue;
      if (placement.offsets[other] >= offset + size) break;
      offset = std::max(offset, placement.offsets[other] + size_of(blocks[other]));
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
