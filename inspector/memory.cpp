#include "inspector/memory.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/checked.h"
#include "inspector/validate_data.h"

namespace litezoo::inspector {
namespace {

constexpr std::size_t kUnseen = std::numeric_limits<std::size_t>::max();
constexpr std::size_t kMostPlanned = 5000;  // the plan takes quadratic time

struct Span {
  std::size_t first = kUnseen, last = 0;
  void touch(std::size_t node) {
    first = std::min(first, node);
    last = std::max(last, node);
  }
};

std::vector<Span> spans_of(const Subgraph& subgraph) {
  std::vector<Span> spans(subgraph.tensors.size());
  const auto touch = [&spans](std::span<const std::int32_t> tensors, std::size_t node) {
    for (const std::int32_t t : tensors) {
      if (t >= 0) spans[static_cast<std::size_t>(t)].touch(node);
    }
  };
  const std::size_t end = subgraph.operators.empty() ? 0 : subgraph.operators.size() - 1;
  touch(subgraph.inputs, 0);
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    touch(subgraph.operators[node].inputs, node);
    touch(subgraph.operators[node].outputs, node);
  }
  for (const std::int32_t output : subgraph.outputs) {
    if (spans[static_cast<std::size_t>(output)].first == kUnseen) {
      spans[static_cast<std::size_t>(output)].first = 0;
    }
    spans[static_cast<std::size_t>(output)].touch(end);
  }
  for (std::size_t t = 0; t < spans.size(); ++t) {
    if (subgraph.tensors[t].is_variable) spans[t] = {0, end};
  }
  return spans;
}

std::vector<Lifetime> lifetimes_of(const Subgraph& subgraph) {
  const std::vector<Span> spans = spans_of(subgraph);
  std::vector<Lifetime> result;
  for (std::size_t t = 0; t < spans.size(); ++t) {
    const Tensor& tensor = subgraph.tensors[t];
    if (tensor.is_constant() || tensor.external_buffer != 0 || spans[t].first == kUnseen) continue;
    const std::size_t size = dense_bytes(tensor).value_or(0);
    if (size == 0) continue;
    result.push_back({.tensor = static_cast<std::int32_t>(t),
                      .first = spans[t].first,
                      .last = spans[t].last,
                      .size = {size}});
  }
  return result;
}

std::optional<std::uint64_t> sum_of_sizes(const MemoryUse& use) {
  std::optional<std::uint64_t> sum = 0;
  for (const Lifetime& life : use.lifetimes) {
    if (sum) sum = checked_add(*sum, life.size.count);
  }
  return sum;
}

void find_peak(MemoryUse& use, std::size_t nodes) {
  std::vector<std::uint64_t> begins(nodes + 1), ends(nodes + 1);
  for (const Lifetime& life : use.lifetimes) {
    begins[life.first] += life.size.count;
    ends[life.last] += life.size.count;
  }
  std::uint64_t alive = 0;
  for (std::size_t node = 0; node <= nodes; ++node) {
    alive += begins[node];
    if (alive > use.peak.count) {
      use.peak = {alive};
      use.peak_node = node;
    }
    alive -= ends[node];
  }
}

// The first gap between placed neighbours (sorted by offset) that holds `size`.
std::uint64_t lowest_gap(const std::vector<const Lifetime*>& placed, const Lifetime& life) {
  std::uint64_t offset = 0;
  for (const Lifetime* other : placed) {
    if (other->last < life.first || other->first > life.last) continue;
    if (other->offset.count >= offset + life.size.count) break;
    offset = std::max(offset, other->offset.count + other->size.count);
  }
  return offset;
}

// Largest first, each at the lowest place that is free while it lives.
void plan(MemoryUse& use) {
  std::vector<Lifetime*> order;
  order.reserve(use.lifetimes.size());
  for (Lifetime& life : use.lifetimes) order.push_back(&life);
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [](const Lifetime* life) { return life->size.count; });
  std::vector<const Lifetime*> placed;
  for (Lifetime* life : order) {
    life->offset = {lowest_gap(placed, *life)};
    use.arena.count = std::max(use.arena.count, life->offset.count + life->size.count);
    const auto at = std::ranges::upper_bound(placed, life->offset.count, {},
                                             [](const Lifetime* l) { return l->offset.count; });
    placed.insert(at, life);
  }
}

}  // namespace

MemoryUse memory_peak(const Subgraph& subgraph) {
  MemoryUse use;
  use.lifetimes = lifetimes_of(subgraph);
  // Sizes are below a quarter of the address space each; a sum that wraps is a hostile file's.
  if (!sum_of_sizes(use)) return use;
  find_peak(use, subgraph.operators.size());
  return use;
}

MemoryUse memory_use(const Subgraph& subgraph) {
  MemoryUse use = memory_peak(subgraph);
  const auto sum = sum_of_sizes(use);
  if (!sum) return use;
  if (use.lifetimes.size() <= kMostPlanned) {
    plan(use);
    return use;
  }
  std::uint64_t at = 0;
  for (Lifetime& life : use.lifetimes) {
    life.offset = {at};
    at += life.size.count;
  }
  use.arena = {*sum};
  return use;
}

}  // namespace litezoo::inspector
