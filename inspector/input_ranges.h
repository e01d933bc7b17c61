#pragma once

#include <optional>
#include <vector>

#include "base/graph.h"
#include "base/value_range.h"

namespace litezoo::inspector {

// The values that make sense for each input of the main subgraph, in its order; nullopt where
// neither the metadata nor the graph says anything. An input that ends as an index (of GATHER,
// EMBEDDING_LOOKUP, ...) is kept within what it looks up; else the publisher's minimum and maximum
// count, or for an image its normalisation. What makes no sense (not a number, an empty range) says
// nothing. Does not throw.
std::vector<std::optional<ValueRange>> input_ranges(const Graph& graph);

}  // namespace litezoo::inspector
