#pragma once

#include "base/graph.h"
#include "inspector/read.h"
#include "inspector/source.h"

namespace litezoo::schema {
struct Model;
}

namespace litezoo::inspector {

// The verified tables (with BufferTables::inferred: all but the Buffer tables) as plain values;
// spans are views into source.bytes(). Follows every index that leads to another table (buffers,
// operator codes) and throws Error(corrupt) where one leads nowhere; what else a graph needs is
// validate()'s.
Graph walk(const schema::Model& model, BufferTables buffer_tables, Source& source);

}  // namespace litezoo::inspector
