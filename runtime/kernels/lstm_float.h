#pragma once

#include <memory>

#include "runtime/kernels/lstm_tensors.h"

namespace litezoo::runtime {

// Where a recurrent layer writes: rows of `stride` elements, from `first` on.
struct LstmDestination {
  std::size_t output = 0;  // of the node
  std::size_t stride = 0, first = 0;
};

class FloatLstm;

// A layer on FLOAT32 activations, with FLOAT32 or hybrid weights. Throws Error naming the node when
// types or sizes do not fit.
std::shared_ptr<FloatLstm> make_float_lstm(const Node& node, const LstmTensors& tensors,
                                           const LstmSizes& sizes,
                                           const LstmParameters& parameters);

// Runs all steps; the state tensors are read and left as the last step has them.
void run(FloatLstm& layer, const Node& node, const LstmDestination& destination);

// One of the activations a recurrent layer may have, in place. Throws Error(unsupported) naming
// the node for an unknown one.
using VectorActivation = void (*)(float* values, std::size_t count);
VectorActivation vector_activation(const Node& node, ActivationFunction activation);

}  // namespace litezoo::runtime
