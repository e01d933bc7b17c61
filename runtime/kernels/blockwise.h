#pragma once

#include <vector>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The scales of a tensor quantised in blocks along its last dimension, by block in the order of its
// elements. LiteRT leaves the zero points out when it computes, and so does this.
struct BlockScales {
  std::size_t block = 1;  // elements
  std::vector<float> values;
  bool halves = false;  // they are stored as FLOAT16
};

// Requires Quantization::blockwise. Throws Error(corrupt) naming the node when they do not fit the
// tensor's shape.
BlockScales block_scales(const Node& node, const RuntimeTensor& tensor);

struct BlockwiseLayer {
  std::size_t rows = 0, depth = 0, columns = 0;
  ActivationFunction activation = ActivationFunction::NONE;
};

// FULLY_CONNECTED on FLOAT32 rows (quantised at run time) with INT4 or INT8 weights that have a
// scale for each block along the depth. The output's shape is set already. Throws
// Error(unsupported) or Error(corrupt) naming the node.
Evaluate prepare_blockwise(const Node& node, const BlockwiseLayer& layer);

}  // namespace litezoo::runtime
