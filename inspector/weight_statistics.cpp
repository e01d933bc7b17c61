#include "inspector/weight_statistics.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>
#include <functional>
#include <set>

#include "inspector/cost.h"

namespace litezoo::inspector {
namespace {

// Elements are taken out block by block: one copy into the first-level cache makes unaligned data
// safe and lets the compiler count in vectors.
constexpr std::size_t kBlock = 4096;

// What compressed_share() looks at.
constexpr std::size_t kSample = std::size_t{16} << 10;
constexpr std::size_t kMostSamples = 64;

template <typename T, typename Visit>
void for_each_block(std::span<const std::byte> data, Visit visit) {
  std::array<T, kBlock> block;
  const std::size_t count = data.size() / sizeof(T);
  for (std::size_t at = 0; at < count; at += kBlock) {
    const std::size_t size = std::min(kBlock, count - at);
    std::memcpy(block.data(), data.data() + at * sizeof(T), size * sizeof(T));
    if (!visit(std::span<const T>(block.data(), size))) return;
  }
}

// `mask` clears the sign of floats, because -0.0 is a zero too. The counter is as wide as the
// elements, so that the loop needs no conversions in vector registers.
template <typename T>
std::uint64_t count_equal(std::span<const T> block, T zero, T mask) {
  constexpr std::size_t kRun = sizeof(T) == 1 ? 255 : 4096;
  std::uint64_t total = 0;
  for (std::size_t at = 0; at < block.size(); at += kRun) {
    const auto run = block.subspan(at, std::min(kRun, block.size() - at));
    T equal = 0;
    for (const T value : run) {
      equal = static_cast<T>(equal + (static_cast<T>(value & mask) == zero ? 1 : 0));
    }
    total += equal;
  }
  return total;
}

template <typename T>
std::uint64_t count_equal(std::span<const std::byte> data, T zero, T mask) {
  std::uint64_t total = 0;
  for_each_block<T>(data, [&](std::span<const T> block) {
    total += count_equal<T>(block, zero, mask);
    return true;
  });
  return total;
}

template <typename T>
std::uint64_t count_zero_blocks(std::span<const std::byte> data, T zero, T mask) {
  constexpr std::size_t kGroup = 4;
  std::uint64_t groups = 0;
  for_each_block<T>(data, [&](std::span<const T> block) {
    for (std::size_t at = 0; at + kGroup <= block.size(); at += kGroup) {
      bool all = true;
      for (std::size_t i = 0; i < kGroup; ++i) {
        all = all && static_cast<T>(block[at + i] & mask) == zero;
      }
      groups += all ? 1 : 0;
    }
    return true;
  });
  return groups * kGroup;
}

// A small open hash of bit patterns that gives up once it is full: real weights fill it within the
// first block, clustered ones never do.
template <typename T>
std::optional<std::uint32_t> count_unique(std::span<const std::byte> data) {
  constexpr std::size_t kSlots = 1024;
  std::array<T, kSlots> slots{};
  std::bitset<kSlots> used;
  std::uint32_t unique = 0;
  for_each_block<T>(data, [&](std::span<const T> block) {
    T previous = static_cast<T>(~block.front());
    for (const T value : block) {
      if (value == previous) continue;
      previous = value;
      auto slot = static_cast<std::size_t>(static_cast<std::uint32_t>(value) * 2654435761U >> 22);
      while (used[slot] && slots[slot] != value) slot = (slot + 1) % kSlots;
      if (used[slot]) continue;
      used.set(slot);
      slots[slot] = value;
      if (++unique > kMostUnique) return false;
    }
    return true;
  });
  if (unique > kMostUnique) return std::nullopt;
  return unique;
}

// 8-bit values cannot have more than 256 values: a table of flags is faster than the hash.
template <>
std::optional<std::uint32_t> count_unique<std::uint8_t>(std::span<const std::byte> data) {
  std::array<bool, 256> seen{};
  std::uint32_t unique = 0;
  for_each_block<std::uint8_t>(data, [&](std::span<const std::uint8_t> block) {
    for (const std::uint8_t value : block) seen[value] = true;
    unique = static_cast<std::uint32_t>(std::ranges::count(seen, true));
    return unique <= kMostUnique;
  });
  if (unique > kMostUnique) return std::nullopt;
  return unique;
}

template <typename T>
void measure(const Tensor& tensor, std::int64_t zero, T mask, WeightStatistics& result) {
  result.elements = tensor.data.size() / sizeof(T);
  result.zeros = count_equal<T>(tensor.data, static_cast<T>(zero), mask);
  result.unique = count_unique<T>(tensor.data);
  // A second look only where it can matter, at pruned weights.
  const bool is_pruned = result.zeros * 4 >= result.elements;
  const bool has_rows = !tensor.shape.empty() && tensor.shape.back() % 4 == 0;
  if (is_pruned && has_rows && !tensor.sparsity) {
    result.zeros_in_blocks = count_zero_blocks<T>(tensor.data, static_cast<T>(zero), mask);
  }
}

// As many bytes as lie between the first and the last weight: weights of real files do not overlap,
// those of a hostile one could be read a million times over.
std::uint64_t readable_bytes(const Graph& graph) {
  const std::byte* first = nullptr;
  const std::byte* last = nullptr;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Tensor& tensor : subgraph.tensors) {
      if (tensor.data.empty()) continue;
      const std::byte* const end = tensor.data.data() + tensor.data.size();
      if (first == nullptr || std::less<>()(tensor.data.data(), first)) first = tensor.data.data();
      if (last == nullptr || std::less<>()(last, end)) last = end;
    }
  }
  return static_cast<std::uint64_t>(last - first);
}

// The parameters of the file, those that share their place once, no more of them than
// readable_bytes() allows.
template <typename Visit>
void for_each_weight(const Graph& graph, Visit visit) {
  std::set<const void*> seen;
  std::uint64_t left = readable_bytes(graph);
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const Subgraph& subgraph = graph.subgraphs[s];
    for (const Operator& op : subgraph.operators) {
      for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        if (op.inputs[i] < 0) continue;
        const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(op.inputs[i])];
        if (!tensor.is_constant() || !is_parameter(op, i, tensor)) continue;
        if (!seen.insert(tensor.data.data()).second) continue;
        if (tensor.data.size() > left) return;
        left -= tensor.data.size();
        visit(s, op.inputs[i], tensor);
      }
    }
  }
}

std::size_t deflated_size(std::span<const std::byte> bytes) {
  std::vector<Bytef> packed(compressBound(static_cast<uLong>(bytes.size())));
  auto size = static_cast<uLongf>(packed.size());
  const int code = compress(packed.data(), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                            static_cast<uLong>(bytes.size()));
  return code == Z_OK ? static_cast<std::size_t>(size) : bytes.size();
}

}  // namespace

std::optional<WeightStatistics> weight_statistics(const Tensor& tensor) {
  if (tensor.data.empty()) return std::nullopt;
  WeightStatistics result;
  result.size = {tensor.data.size()};
  const auto& points = tensor.quantization.zero_point;
  const std::int64_t zero = points.empty() ? 0 : points.front();
  switch (tensor.type) {
    case TensorType::FLOAT32:
      measure<std::uint32_t>(tensor, 0, 0x7fffffffU, result);
      return result;
    case TensorType::FLOAT16:
    case TensorType::BFLOAT16:
      measure<std::uint16_t>(tensor, 0, 0x7fffU, result);
      return result;
    case TensorType::INT16:
      measure<std::uint16_t>(tensor, zero, 0xffffU, result);
      return result;
    case TensorType::INT8:
    case TensorType::UINT8:
      measure<std::uint8_t>(tensor, zero, 0xffU, result);
      return result;
    case TensorType::INT32:
      measure<std::uint32_t>(tensor, zero, 0xffffffffU, result);
      return result;
    default:
      return std::nullopt;
  }
}

std::vector<WeightStatistics> weight_statistics(const Graph& graph) {
  std::vector<WeightStatistics> result;
  for_each_weight(graph, [&result](std::size_t subgraph, std::int32_t index, const Tensor& tensor) {
    auto statistics = weight_statistics(tensor);
    if (!statistics) return;
    statistics->subgraph = subgraph;
    statistics->tensor = index;
    result.push_back(*statistics);
  });
  return result;
}

std::optional<double> compressed_share(const Graph& graph) {
  std::vector<std::span<const std::byte>> pieces;
  for_each_weight(graph, [&pieces](std::size_t, std::int32_t, const Tensor& tensor) {
    for (std::size_t at = 0; at < tensor.data.size(); at += kSample) {
      pieces.push_back(tensor.data.subspan(at, std::min(kSample, tensor.data.size() - at)));
    }
  });
  if (pieces.empty()) return std::nullopt;
  const std::size_t samples = std::min(kMostSamples, pieces.size());
  std::size_t raw = 0, packed = 0;
  for (std::size_t i = 0; i < samples; ++i) {
    const auto piece = pieces[i * pieces.size() / samples];
    raw += piece.size();
    packed += deflated_size(piece);
  }
  return std::min(1.0, static_cast<double>(packed) / static_cast<double>(raw));
}

}  // namespace litezoo::inspector
