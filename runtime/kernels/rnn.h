#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// y = activation(W x + R y' + b), y' being the step before (a state that the operators change).
// FLOAT32 and hybrid.
Evaluate prepare_rnn(Node& node);
Evaluate prepare_unidirectional_sequence_rnn(Node& node);
Evaluate prepare_bidirectional_sequence_rnn(Node& node);

}  // namespace litezoo::runtime
