#pragma once

#include <cstddef>
#include <vector>

#include "base/graph.h"

namespace litezoo::builder {

// The graph as a .tflite file, the inverse of inspector::read_graph. Tensors with equal `buffer`
// share one buffer of the file; buffers of metadata entries follow those of the tensors.
// The same graph gives the same bytes. Throws Error(unsupported) for options that
// options.cpp does not write, for sparse and for blockwise-quantised tensors.
std::vector<std::byte> write_tflite(const Graph& graph);

}  // namespace litezoo::builder
