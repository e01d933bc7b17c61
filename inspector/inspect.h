#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/nouns.h"
#include "inspector/read.h"

namespace litezoo::inspector {

// What the bytes of one .tflite file say, without touching its weights. `sha256` is left empty: it
// would read every byte, and who asks usually knows it. Throws as read_graph does; a file that can
// be read but not run (no subgraph, another schema version) is described, with a finding. The
// result is the same for inferred buffer tables, at less reading.
Inspection inspect(std::span<const std::byte> bytes, const std::string& name,
                   BufferTables buffer_tables = BufferTables::followed);

// The same from a graph that has been read already.
Inspection inspect(std::span<const std::byte> bytes, ReadResult read);

}  // namespace litezoo::inspector
