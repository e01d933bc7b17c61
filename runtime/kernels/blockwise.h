#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

struct BlockwiseLayer {
  std::size_t rows = 0, depth = 0, columns = 0;
  ActivationFunction activation = ActivationFunction::NONE;
};

// FULLY_CONNECTED on FLOAT32 rows (quantised at run time) with INT4 or INT8 weights that have a
// scale for each block along the depth. The output's shape is set already. Throws
// Error(unsupported) or Error(corrupt) naming the node.
Evaluate prepare_blockwise(const Node& node, const BlockwiseLayer& layer);

}  // namespace litezoo::runtime
