#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstdint>

#include "base/graph.h"

namespace litezoo::builder {

// A member of the format's BuiltinOptions union; type 0 = the operator has no options.
struct WrittenOptions {
  std::uint8_t type = 0;
  flatbuffers::Offset<void> table;
};

// Throws Error(unsupported) naming the operator when this build does not write its options.
WrittenOptions write_options(flatbuffers::FlatBufferBuilder& file, const Operator& op);

}  // namespace litezoo::builder
