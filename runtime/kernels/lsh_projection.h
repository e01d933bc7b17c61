#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// LSH_PROJECTION: hash seeds (FLOAT32, functions x bits), a tensor of any type of whole bytes whose
// first axis counts its items, and optional weights of the items (FLOAT32). A bit says whether the
// weighted sum of the items' signed fingerprints is positive. INT32: a number a function (SPARSE)
// or a bit an element (DENSE).
Evaluate prepare_lsh_projection(Node& node);

}  // namespace litezoo::runtime
