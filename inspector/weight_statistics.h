#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/graph.h"
#include "base/units.h"

namespace litezoo::inspector {

// Statistics of one stored weight tensor, read once from front to back.
struct WeightStatistics {
  std::size_t subgraph = 0;
  std::int32_t tensor = 0;
  Bytes size{};
  std::uint64_t elements = 0;
  std::uint64_t zeros = 0;  // values that mean 0: equal to the zero point where quantised
  // Different values, counted up to kMostUnique; nullopt = more than that.
  std::optional<std::uint32_t> unique{};
  // Zeros that stand in aligned groups of four along the innermost dimension that are zero
  // throughout: near `zeros` for block pruning, far below for single values.
  std::uint64_t zeros_in_blocks = 0;
};

// More than clustering ever leaves; few enough that ordinary weights pass it at once.
inline constexpr std::uint32_t kMostUnique = 128;

// Of one constant tensor of FLOAT32, FLOAT16, BFLOAT16, INT8, UINT8, INT16 or INT32; nullopt for
// other types and tensors without data. Touches every byte of the weights.
std::optional<WeightStatistics> weight_statistics(const Tensor& tensor);

// What deflate would leave of the weights, 0 to 1: an estimate from samples of at most 1 MiB in
// all, spread over the file. nullopt when there are no weights.
std::optional<double> compressed_share(const Graph& graph);

// Of every parameter of the file, weights that several tensors share once.
std::vector<WeightStatistics> weight_statistics(const Graph& graph);

}  // namespace litezoo::inspector
