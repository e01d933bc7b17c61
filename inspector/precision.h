#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// In which numbers the model computes, by the weights of most elements:
//   float32, float16 (weights kept as half floats), bfloat16
//   dynamic-range (8-bit weights met by float activations), weight-only (8-bit weights expanded
//   before use), int4, int2 (weights of so few bits met by float activations)
//   int8, uint8, int16x8 (16-bit activations, 8-bit weights), int16
//   integer (numbers that are not quantised, texts, truth values), none (no tensors at all)
std::string precision_class(const Graph& graph);

// All of these names.
inline constexpr auto kPrecisionClasses = std::to_array<std::string_view>(
    {"float32", "float16", "bfloat16", "dynamic-range", "weight-only", "int8", "int4", "int2",
     "uint8", "int16x8", "int16", "integer", "none"});

// Which tensors of a subgraph are computed from constants alone by the operators that only unpack
// stored weights (DEQUANTIZE, DENSIFY); entry = the constant tensor they come from, -1 otherwise.
// A constant comes from itself.
std::vector<std::int32_t> stored_origins(const Subgraph& subgraph);

}  // namespace litezoo::inspector
