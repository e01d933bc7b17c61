#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/graph.h"
#include "base/units.h"
#include "inspector/weight_statistics.h"

namespace litezoo::inspector {

struct TypeTotal {
  TensorType type = TensorType::FLOAT32;
  std::size_t tensors = 0;
  std::uint64_t elements = 0;
  Bytes size{};
};

// Something that would make the file smaller, with what it would leave: an estimate.
struct Opportunity {
  std::string code;               // "float16-weights", "int8-weights", "sparse-encoding"
  Bytes size_now{}, size_then{};  // of the weights
  std::string note;               // one line
};

// How the file was optimised, from tensors and from what the converter says.
struct OptimizationState {
  std::string precision;               // precision_class()
  std::vector<std::string> converter;  // names of CONVERSION_METADATA's modes; empty = not told
  bool per_channel = false;            // some weights have a scale a channel
  bool sparse_encoded = false;
  std::vector<TypeTotal> weights;  // most bytes first
  // Only when statistics were given:
  bool has_statistics = false;
  double zero_share = 0;          // of all weight elements
  bool pruned = false;            // at least half of the elements of large tensors are zero
  bool pruned_in_blocks = false;  // nearly all of those zeros stand in groups of four
  bool clustered = false;         // large tensors hold at most 64 different values each
  std::vector<Opportunity> opportunities;  // largest saving first
};

// `statistics` may be empty: then nothing is said about zeros and clusters, and no weight is read.
OptimizationState optimization_state(const Graph& graph,
                                     const std::vector<WeightStatistics>& statistics);

}  // namespace litezoo::inspector
