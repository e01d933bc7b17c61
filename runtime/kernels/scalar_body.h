#pragma once

#include <functional>
#include <optional>

#include "runtime/kernels/kernel.h"

// The bodies of reductions: subgraphs that make one scalar of two.

namespace litezoo::runtime {

enum class ScalarFunction : std::uint8_t { replace, add, multiply, least, greatest, both, either };

// The function that a body is, when it is a single operator on plain numbers (both, either: of
// flags), or gives its second input; nullopt for any other, which has to be run.
std::optional<ScalarFunction> scalar_function(const Subgraph& body);

// accumulator = body(accumulator, value), on elements of `like`'s type.
using Combine = std::function<void(std::byte* accumulator, const std::byte* value)>;

// Requires that `node` lives as long. Throws Error(corrupt) naming the node when the subgraph does
// not make one value of two, or of other types.
Combine make_combine(const Node& node, std::int32_t subgraph, const RuntimeTensor& like);

}  // namespace litezoo::runtime
