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
};

inline constexpr std::uint32_t kMostUnique = 256;

// Of one constant tensor of FLOAT32, FLOAT16, BFLOAT16, INT8, UINT8, INT16 or INT32; nullopt for
// other types and tensors without data. Touches every byte of the weights.
std::optional<WeightStatistics> weight_statistics(const Tensor& tensor);

// Of every parameter of the file, weights that several tensors share once.
std::vector<WeightStatistics> weight_statistics(const Graph& graph);

}  // namespace litezoo::inspector
