#pragma once

#include <cstddef>
#include <vector>

#include "base/nouns.h"

namespace litezoo::builder {

// The content of a TFLITE_METADATA entry: name, description, version, author and licence.
std::vector<std::byte> write_metadata(const ModelMetadata& metadata);

}  // namespace litezoo::builder
