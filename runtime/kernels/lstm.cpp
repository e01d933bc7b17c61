#include "runtime/kernels/lstm.h"

#include <fmt/format.h>

#include "runtime/kernels/lstm_float.h"
#include "runtime/kernels/lstm_integer.h"
#include "runtime/kernels/lstm_narrow.h"

namespace litezoo::runtime {
namespace {

// The input's shape with `outputs` as its last dimension.
Shape sequence_shape(const RuntimeTensor& input, std::size_t outputs) {
  Shape shape = input.shape;
  shape.back() = static_cast<std::int32_t>(outputs);
  return shape;
}

Evaluate prepare_layer(const Node& node, const LstmParameters& parameters) {
  LstmTensors tensors;
  if (node.input_count() > 20) tensors.layer_norms = {20, 21, 22, 23};
  const LstmSizes sizes = lstm_sizes(node, tensors, parameters.time_major);
  node.set_shape(0, sequence_shape(node.input(0), sizes.outputs));
  if (node.input(0).type == TensorType::FLOAT32) {
    node.expect_type(node.output(0), {TensorType::FLOAT32});
    const auto layer = make_float_lstm(node, tensors, sizes, parameters);
    const LstmDestination destination{.output = 0, .stride = sizes.outputs, .first = 0};
    return [layer, destination](const Node& running) { run(*layer, running, destination); };
  }
  if (sizes.diagonal) node.unsupported("diagonal recurrent weights of 8 bits");
  if (node.op().intermediates.size() == 12) {
    return make_narrow_lstm(node, tensors, sizes, parameters);
  }
  const auto layer = make_integer_lstm(node, tensors, sizes, parameters);
  return [layer](const Node& running) { run(*layer, running); };
}

// The inputs of BIDIRECTIONAL_SEQUENCE_LSTM's forward half start at 1, of its backward half at 18.
LstmTensors half_tensors(std::size_t first, std::size_t state, std::size_t auxiliary) {
  constexpr std::size_t kAuxiliaryInput = 39;
  const auto four = [](std::size_t i) {
    return std::array<std::size_t, kLstmGates>{i, i + 1, i + 2, i + 3};
  };
  LstmTensors tensors;
  tensors.input_weights = four(first);
  tensors.recurrent_weights = four(first + 4);
  tensors.cell_weights = {first + 8, first + 9, 0, first + 10};
  tensors.biases = four(first + 11);
  tensors.projection_weights = first + 15;
  tensors.projection_bias = first + 16;
  tensors.output_state = state;
  tensors.cell_state = state + 1;
  tensors.auxiliary_input = kAuxiliaryInput;
  tensors.auxiliary_weights = four(auxiliary);
  return tensors;
}

}  // namespace

Evaluate prepare_lstm(Node& node) {
  const auto& options = node.options<LstmOptions>();
  if (options.kernel_type == LstmKernelType::BASIC) return prepare_basic_lstm(node);
  node.expect_inputs(20, 24);
  node.expect_outputs(1);
  return prepare_layer(node, {.activation = options.fused_activation_function,
                              .cell_clip = options.cell_clip,
                              .projection_clip = options.proj_clip,
                              .time_major = true,
                              .asymmetric = options.asymmetric_quantize_inputs,
                              .reverse = false});
}

Evaluate prepare_unidirectional_sequence_lstm(Node& node) {
  const auto& options = node.options<UnidirectionalSequenceLstmOptions>();
  node.expect_inputs(20, 24);
  node.expect_outputs(1);
  return prepare_layer(node, {.activation = options.fused_activation_function,
                              .cell_clip = options.cell_clip,
                              .projection_clip = options.proj_clip,
                              .time_major = options.time_major,
                              .asymmetric = options.asymmetric_quantize_inputs,
                              .reverse = false});
}

Evaluate prepare_bidirectional_sequence_lstm(Node& node) {
  const auto& options = node.options<BidirectionalSequenceLstmOptions>();
  node.expect_inputs(48, 48);
  node.expect_outputs(options.merge_outputs ? 1 : 2);
  const RuntimeTensor& input = node.input(0);
  node.expect_type(input, {TensorType::FLOAT32});
  if (input.rank() != 3) node.corrupt("its input is not of 3 dimensions");
  LstmTensors forward = half_tensors(1, 35, 40), backward = half_tensors(18, 37, 44);
  // An auxiliary input without weights is the backward half's own input.
  if (node.has_input(39) && !node.has_input(41)) backward.input = 39;
  const LstmSizes forward_sizes = lstm_sizes(node, forward, options.time_major);
  const LstmSizes backward_sizes = lstm_sizes(node, backward, options.time_major);
  if (backward_sizes.batch != forward_sizes.batch || backward_sizes.steps != forward_sizes.steps) {
    node.corrupt("its two halves read sequences of different lengths");
  }
  LstmParameters parameters{.activation = options.fused_activation_function,
                            .cell_clip = options.cell_clip,
                            .projection_clip = options.proj_clip,
                            .time_major = options.time_major,
                            .asymmetric = options.asymmetric_quantize_inputs,
                            .reverse = false};
  const std::size_t both = forward_sizes.outputs + backward_sizes.outputs;
  LstmDestination to_forward{0, forward_sizes.outputs, 0};
  LstmDestination to_backward{1, backward_sizes.outputs, 0};
  if (options.merge_outputs) {
    node.set_shape(0, sequence_shape(input, both));
    to_forward = {0, both, 0};
    to_backward = {0, both, forward_sizes.outputs};
  } else {
    node.set_shape(0, sequence_shape(input, forward_sizes.outputs));
    node.set_shape(1, sequence_shape(input, backward_sizes.outputs));
  }
  const auto first = make_float_lstm(node, forward, forward_sizes, parameters);
  parameters.reverse = true;
  const auto second = make_float_lstm(node, backward, backward_sizes, parameters);
  return [first, second, to_forward, to_backward](const Node& running) {
    run(*first, running, to_forward);
    run(*second, running, to_backward);
  };
}

}  // namespace litezoo::runtime
