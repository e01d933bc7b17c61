#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that read or write slices at places that a tensor of indices names. An index out of
// range is Error(corrupt) in the run.
Evaluate prepare_gather(Node& node);
Evaluate prepare_gather_nd(Node& node);
Evaluate prepare_scatter_nd(Node& node);       // slices for one place are added up
Evaluate prepare_sparse_to_dense(Node& node);  // the last slice for a place stays
Evaluate prepare_one_hot(Node& node);

}  // namespace litezoo::runtime
