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

// Files that call themselves another schema version in the tables of version 3: LiteRT refuses to
// run them, but they can be looked at.
enum class OtherSchemaVersions { refused, accepted };

// Reads a .tflite file: FlatBuffers verifier first, then the walk, then our own semantic checks.
// `bytes` must be aligned to 16 and outlive the graph; weights are not touched. Throws
// Error(corrupt) with what is wrong (empty, a git-lfs pointer, an HTML page, another container
// named by its content, truncated, an index out of range, ...); `name` is how the message calls it.
ReadResult read_graph(std::span<const std::byte> bytes, const std::string& name,
                      OtherSchemaVersions other_versions = OtherSchemaVersions::refused);

}  // namespace litezoo::inspector
