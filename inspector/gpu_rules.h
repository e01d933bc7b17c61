#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// Why LiteRT's CL/GL GPU delegate would not take a node, by the conditions of its own table
// (tflite/tools/versioning/gpu_compatibility.cc, 2026-08); empty = the table has no objection.
// `origins` is stored_origins(subgraph): weights behind DEQUANTIZE count as constants, as the
// delegate unpacks them itself.
std::string gpu_refusal(const Subgraph& subgraph, const Operator& op,
                        const std::vector<std::int32_t>& origins);

inline constexpr std::string_view kGpuRulesSource =
    "LiteRT's gpu_compatibility table (CL/GL delegate), 2026-08";

}  // namespace litezoo::inspector
