#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// y = activation(x * weights^T + bias) on the rows of x: FLOAT32, INT8, UINT8, INT16 and hybrid
// (see linear_output.h), weights dense, sparse, or quantised block by block.
Evaluate prepare_fully_connected(Node& node);

// Whether the kernel adds up products of bytes as only some CPUs can: many times faster.
bool fully_connected_has_byte_products(const Node& node);
// What it keeps then, weights and all. Requires that it does.
std::size_t fully_connected_byte_products_bytes(const Node& node);

}  // namespace litezoo::runtime
