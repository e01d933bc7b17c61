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

// Where constants lie is said by Buffer tables, one beside the data of each.
enum class BufferTables {
  // Read them all: Tensor::data is the constant's bytes.
  followed,
  // For bytes that are slow to get, such as a file on a server: leave those alone whose content
  // can be told from the tensor's role and shape and from the room before the next table, and
  // follow the others. Tensor::data then has the right size and, for shared weights, the same
  // place, but may be looked at only where a caller gets the whole file. Graph::buffers_inside,
  // buffers_outside and buffer_bytes count the followed ones only. Everything else is equal. Files
  // up to 128 KiB are followed all the same.
  inferred,
};

// Reads a .tflite file: FlatBuffers verifier first, then the walk, then our own semantic checks.
// `bytes` must be aligned to 16 and outlive the graph; weights are not touched. Throws
// Error(corrupt) with what is wrong (empty, a git-lfs pointer, an HTML page, another container
// named by its content, truncated, an index out of range, ...); `name` is how the message calls it.
//
// It does not know whether `bytes` is a map of a file or of something else. Who provides pages on
// demand may rely on this: memory is read once or twice, never written; the order is the first
// kilobyte, the tables (anywhere; the root and the vector of Buffer tables lie near the start,
// subgraphs mostly at the end), the last 64 KiB + 22 bytes (an appended archive's directory), then
// the metadata entries and string constants. A page that could not be had may read as zeros: the
// result then is an Error(corrupt) or nonsense, never a fault, and the caller's own error counts.
ReadResult read_graph(std::span<const std::byte> bytes, const std::string& name,
                      OtherSchemaVersions other_versions = OtherSchemaVersions::refused,
                      BufferTables buffer_tables = BufferTables::followed);

}  // namespace litezoo::inspector
