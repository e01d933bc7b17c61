#pragma once

#include <memory>

#include "runtime/kernels/lstm_tensors.h"

namespace litezoo::runtime {

class IntegerLstm;

// A layer on INT8 activations and weights with an INT16 cell, bit for bit as TensorFlow Lite
// computes it. The node's intermediates tell the scales between the steps. Throws Error naming the
// node when types, sizes or scales do not fit.
std::shared_ptr<IntegerLstm> make_integer_lstm(const Node& node, const LstmTensors& tensors,
                                               const LstmSizes& sizes,
                                               const LstmParameters& parameters);

// Runs all steps into output 0; the state tensors are left as the last step has them.
void run(IntegerLstm& layer, const Node& node);

}  // namespace litezoo::runtime
