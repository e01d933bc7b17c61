#pragma once

#include "runtime/kernels/lstm_tensors.h"

namespace litezoo::runtime {

// An INT8 layer whose products are rounded to INT8 before they are added (12 intermediate tensors),
// bit for bit as LiteRT computes it, which always takes 1 - the forget gate for the input gate and
// does without peepholes. Throws Error naming the node when types, sizes or scales do not fit, or
// without a layer normalisation or a projection with a bias.
Evaluate make_narrow_lstm(const Node& node, const LstmTensors& tensors, const LstmSizes& sizes,
                          const LstmParameters& parameters);

}  // namespace litezoo::runtime
