#pragma once

#include <cstdint>

#include "base/graph.h"

namespace litezoo::inspector {

// Multiply-accumulates of one operator, from the stored shapes (an unset dimension counts as 1);
// 0 where the notion makes no sense or shapes are missing.
std::uint64_t macs_of(const Operator& op, const Subgraph& subgraph);

// True for operators whose third or later inputs are biases that may be integers without a scale.
bool has_integer_bias(BuiltinOperator code) noexcept;

}  // namespace litezoo::inspector
