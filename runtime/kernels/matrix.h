#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators on the main diagonals of a batch of matrices.
Evaluate prepare_matrix_diag(Node& node);
Evaluate prepare_matrix_set_diag(Node& node);

}  // namespace litezoo::runtime
