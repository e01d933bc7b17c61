#pragma once

#include <optional>
#include <string>

#include "base/graph.h"

namespace litezoo::inspector {

// Each says what is wrong, or nothing. Requires a known type and a shape without overflow.

// Scale count against the shape.
std::optional<std::string> quantization_fault(const Tensor& tensor);

// Length of constant data against shape and type; layout of strings; structure of sparse data.
std::optional<std::string> data_fault(const Tensor& tensor);

// Bytes of the dense tensor; 0 for types whose size the type does not tell; nullopt on overflow or
// a dimension below -1.
std::optional<std::size_t> dense_bytes(const Tensor& tensor);

}  // namespace litezoo::inspector
