#pragma once

#include "base/graph.h"
#include "inspector/source.h"

namespace litezoo::schema {
struct QuantizationParameters;
struct SparsityParameters;
}  // namespace litezoo::schema

namespace litezoo::inspector {

// As the file says, except that absent zero points become 0. Whether it fits the tensor is checked
// by validate().
Quantization read_quantization(const schema::QuantizationParameters* table, Source& source);

std::optional<Sparsity> read_sparsity(const schema::SparsityParameters* table, Source& source);

}  // namespace litezoo::inspector
