#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/graph.h"
#include "base/nouns.h"

namespace litezoo::inspector {

struct ReadResult {
  Graph graph;                    // views into the bytes
  std::vector<Finding> findings;  // oddities that do not keep the file from being used
};

// Reads a .tflite file: FlatBuffers verifier first, then our own semantic checks, then the walk.
// `bytes` must outlive the graph; weights are not touched. Throws Error(corrupt) with what is wrong
// (empty, a git-lfs pointer, an HTML page, another container named by its content, truncated, a
// schema version other than 3, an index out of range, ...); `name` is how the message calls it.
ReadResult read_graph(std::span<const std::byte> bytes, const std::string& name);

}  // namespace litezoo::inspector
