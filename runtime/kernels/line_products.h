#pragma once

#include <cstddef>
#include <span>

#include "runtime/kernels/gemm.h"

// The inner loops of FLOAT32 convolutions that go along lines of an image: whole outputs, from the
// bias to the clamp, without sums in memory. Vectorised for the CPU it runs on; one thread.

namespace litezoo::runtime {

// Where the rows of a window meet the input at the first output position. What a position sees of
// a row lies together.
struct LineInput {
  std::span<const float* const> rows;
  std::size_t step = 0;  // floats from one output position to the next
};

struct LineOutput {
  float low = 0, high = 0;  // the clamp; a NaN stays one
  float* y = nullptr;       // written to the last element, not beyond
};

// A matrix for each row of the window: y = clamp(bias + sum over rows of x * matrix).
struct DenseLine {
  LineInput input;
  std::size_t positions = 0;
  std::size_t depth = 0;                         // floats that a position sees of one row
  const PackedMatrix<float>* weights = nullptr;  // of depth rows.size() * depth
  const float* bias = nullptr;                   // filled up to whole panels
  LineOutput output;                             // positions x weights->columns
};
void multiply_line(const DenseLine& line);

// Each channel by itself. Neighbouring positions may make up one unit, so that few channels fill
// vectors too; only with a stride of one.
struct DepthwiseLine {
  LineInput input;                 // its step is from unit to unit
  std::size_t taps = 0;            // of one row of the window
  std::size_t tap_step = 0;        // floats from one tap to the next
  std::size_t unit = 0;            // floats of one unit in y
  std::size_t count = 0;           // floats of y, the last unit may be cut off
  const float* weights = nullptr;  // blocks of kPanelColumns x rows x taps x kPanelColumns
  const float* bias = nullptr;     // blocks of kPanelColumns
  LineOutput output;
};
// Reads up to the last whole block of the last unit.
void multiply_line(const DepthwiseLine& line);

}  // namespace litezoo::runtime
