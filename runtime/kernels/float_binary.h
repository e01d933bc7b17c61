#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Functions of two FLOAT32 tensors that broadcast as numpy does, vectorised for the CPU it runs on.
enum class FloatBinary : std::uint8_t {
  add,
  subtract,
  multiply,
  divide,
  maximum,  // of a NaN and a number: the second
  minimum,
  squared_difference,
  prelu,  // a where a >= 0, else a * b
};

// A run of elements; an input that does not step is one number for all of them.
struct FloatRow {
  const float *a = nullptr, *b = nullptr;
  bool a_steps = true, b_steps = true;
  float* y = nullptr;
  std::size_t count = 0;
  float low = 0, high = 0;  // the clamp; a NaN stays one
};
void apply(FloatBinary function, const FloatRow& row);

// Sets output 0 to the broadcast shape of inputs 0 and 1, whose types are the caller's to check.
Evaluate prepare_float_binary(Node& node, FloatBinary function, float low, float high);
// Without a clamp.
Evaluate prepare_float_binary(Node& node, FloatBinary function);

}  // namespace litezoo::runtime
