#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

enum LstmGate : std::uint8_t { kInputGate = 0, kForgetGate, kCellGate, kOutputGate };
inline constexpr std::size_t kLstmGates = 4;

// Where the tensors of one LSTM cell lie among a node's inputs. Absent ones are optional inputs.
struct LstmTensors {
  std::size_t input = 0;
  std::array<std::size_t, kLstmGates> input_weights{1, 2, 3, 4};
  std::array<std::size_t, kLstmGates> recurrent_weights{5, 6, 7, 8};
  std::array<std::size_t, kLstmGates> cell_weights{9, 10, 0, 11};  // peepholes; the cell has none
  std::array<std::size_t, kLstmGates> biases{12, 13, 14, 15};
  std::size_t projection_weights = 16, projection_bias = 17;
  std::size_t output_state = 18, cell_state = 19;
  std::optional<std::array<std::size_t, kLstmGates>> layer_norms;
  std::optional<std::size_t> auxiliary_input;
  std::array<std::size_t, kLstmGates> auxiliary_weights{};
};

// What follows from their shapes and from which are there.
struct LstmSizes {
  std::size_t batch = 0, steps = 1, input = 0, cells = 0, outputs = 0, auxiliary = 0;
  bool time_major = true;      // of a sequence of rank 3
  bool has_input_gate = true;  // else it is 1 - the forget gate (CIFG)
  bool has_peephole = false, has_projection = false, has_layer_norm = false;
  bool diagonal = false;  // the recurrent weights are vectors: a cell sees its own output only

  std::size_t first_gate() const noexcept { return has_input_gate ? 0 : 1; }
  std::size_t gates() const noexcept { return kLstmGates - first_gate(); }
};

struct LstmParameters {
  ActivationFunction activation = ActivationFunction::TANH;
  float cell_clip = 0, projection_clip = 0;
  bool time_major = true;
  bool asymmetric = false;
  bool reverse = false;  // from the last step to the first
};

// Checks that the tensors fit each other. Throws Error(corrupt) naming the node when not.
LstmSizes lstm_sizes(const Node& node, const LstmTensors& tensors, bool time_major);

// Throws Error(corrupt) naming the node unless input `i` has `count` elements of the type.
void expect_vector(const Node& node, std::size_t i, TensorType type, std::size_t count);

}  // namespace litezoo::runtime
