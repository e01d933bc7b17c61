#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"

namespace litezoo::inspector {

// What LiteRT's NNAPI delegate says to one node, by the conditions it checks itself before it asks
// a driver. Its behaviour for a device that the app does not name is meant.
struct NnapiAnswer {
  int level = 0;        // the lowest NNAPI feature level at which it takes the node; 0 = at none
  std::string refusal;  // what it says at the highest level; empty when it takes the node
};

// `origins` is stored_origins(subgraph).
NnapiAnswer nnapi_answer(const Subgraph& subgraph, const Operator& op,
                         const std::vector<std::int32_t>& origins);

// "feature level 3 (Android 10)".
std::string nnapi_level_text(int level);

// Whether the table has a row for it.
bool has_nnapi_rule(BuiltinOperator code) noexcept;

inline constexpr std::string_view kNnapiRulesSource =
    "LiteRT's NNAPI delegate, conditions of nnapi_delegate.cc, 2026-08";

}  // namespace litezoo::inspector
