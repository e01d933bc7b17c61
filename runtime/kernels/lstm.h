#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// LSTM layers: FLOAT32, hybrid (FLOAT32 with 8-bit weights) and INT8 with an INT16 cell. Their
// state tensors are inputs that the operators change.
Evaluate prepare_lstm(Node& node);
Evaluate prepare_unidirectional_sequence_lstm(Node& node);
Evaluate prepare_bidirectional_sequence_lstm(Node& node);  // FLOAT32 and hybrid
// The LSTM operator's BASIC kernel (lstm_basic.cpp): FLOAT32, or UINT8 with an INT16 state.
Evaluate prepare_basic_lstm(Node& node);

}  // namespace litezoo::runtime
