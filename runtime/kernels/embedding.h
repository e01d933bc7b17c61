#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Rows of a table by index: EMBEDDING_LOOKUP of any type of whole bytes, or INT8, UINT8, INT4, INT2
// tables to FLOAT32 or FLOAT16. An index beyond the table throws Error(corrupt) when run.
Evaluate prepare_embedding_lookup(Node& node);
// Weighted sums of rows, gathered by a sparse tensor (FLOAT32).
Evaluate prepare_embedding_lookup_sparse(Node& node);

}  // namespace litezoo::runtime
