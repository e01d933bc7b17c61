#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Activations, element by element, into the same type and shape. FLOAT32, FLOAT16 and BFLOAT16,
// and quantised INT8, UINT8, INT16, all take.
Evaluate prepare_relu(Node& node);
Evaluate prepare_relu6(Node& node);
Evaluate prepare_relu_n1_to_1(Node& node);
Evaluate prepare_relu_0_to_1(Node& node);
Evaluate prepare_elu(Node& node);
Evaluate prepare_leaky_relu(Node& node);
Evaluate prepare_hard_swish(Node& node);
Evaluate prepare_gelu(Node& node);
// INT16: both scales as TensorFlow Lite asks for them (zero points 0, output scale 2^-15).
Evaluate prepare_logistic(Node& node);
Evaluate prepare_tanh(Node& node);

// x where x >= 0, else x * alpha; alpha (input 1) broadcasts to input 0's shape. FLOAT32, INT8,
// UINT8, INT16.
Evaluate prepare_prelu(Node& node);

}  // namespace litezoo::runtime
