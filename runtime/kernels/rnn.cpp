#include "runtime/kernels/rnn.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "runtime/kernels/lstm_float.h"
#include "runtime/kernels/weight_stack.h"

namespace litezoo::runtime {
namespace {

struct RnnTensors {
  std::size_t input = 0, weights = 1, recurrent = 2, bias = 3, state = 4;
  std::optional<std::size_t> auxiliary_input, auxiliary_weights;
};

struct RnnParameters {
  ActivationFunction activation = ActivationFunction::NONE;
  bool time_major = true;  // of a sequence of rank 3
  bool asymmetric = false;
  bool reverse = false;
};

class Rnn {
 public:
  Rnn(const Node& node, const RnnTensors& tensors, const RnnParameters& parameters)
      : tensors_(tensors),
        parameters_(parameters),
        activation_(vector_activation(node, parameters.activation)) {
    const RuntimeTensor& input = node.input(tensors.input);
    node.expect_type(input, {TensorType::FLOAT32});
    if (input.rank() != 2 && input.rank() != 3) {
      node.corrupt("its input has neither 2 nor 3 dimensions");
    }
    const auto extent = [&](std::size_t axis) {
      return static_cast<std::size_t>(input.shape[axis]);
    };
    const bool sequence = input.rank() == 3;
    steps_ = sequence ? extent(parameters.time_major ? 0 : 1) : 1;
    batch_ = extent(sequence && parameters.time_major ? 1 : 0);
    parameters_.time_major = parameters.time_major || !sequence;
    input_ = WeightStack(node, {tensors.weights}, extent(sequence ? 2 : 1), parameters.asymmetric);
    units_ = input_.columns();
    recurrent_ = WeightStack(node, {tensors.recurrent}, units_, parameters.asymmetric);
    expect_vector(node, tensors.bias, TensorType::FLOAT32, units_);
    node.expect_type(node.variable_input(tensors.state), {TensorType::FLOAT32});
    if (recurrent_.columns() != units_ || node.input(tensors.state).size() != batch_ * units_) {
      node.corrupt("its weights and state do not fit each other");
    }
    if (tensors.auxiliary_input) prepare_auxiliary(node);
  }

  std::size_t units() const { return units_; }

  void run(const Node& node, const LstmDestination& destination) {
    input_.refresh(node);
    recurrent_.refresh(node);
    if (!auxiliary_.empty()) auxiliary_.refresh(node);
    float* y = node.output(destination.output).mutable_values<float>() + destination.first;
    float* state = node.variable_input(tensors_.state).mutable_values<float>();
    const float* bias = node.input(tensors_.bias).values<float>();
    for (std::size_t step = 0; step < steps_; ++step) {
      sums_.resize(batch_ * units_);
      for (std::size_t b = 0; b < batch_; ++b) std::copy_n(bias, units_, sums_.data() + b * units_);
      add_rows(node, tensors_.input, step, input_);
      if (!auxiliary_.empty()) add_rows(node, *tensors_.auxiliary_input, step, auxiliary_);
      recurrent_.add(node.threads(), state, batch_, sums_.data());
      activation_(sums_.data(), sums_.size());
      std::ranges::copy(sums_, state);
      for (std::size_t b = 0; b < batch_; ++b) {
        std::copy_n(state + b * units_, units_, y + row_of(step, b) * destination.stride);
      }
    }
  }

 private:
  void prepare_auxiliary(const Node& node) {
    const RuntimeTensor& input = node.input(*tensors_.auxiliary_input);
    node.expect_type(input, {TensorType::FLOAT32});
    const auto depth = input.shape.empty() ? 0 : static_cast<std::size_t>(input.shape.back());
    auxiliary_ = WeightStack(node, {*tensors_.auxiliary_weights}, depth, parameters_.asymmetric);
    if (auxiliary_.columns() != units_ || input.size() != steps_ * batch_ * depth) {
      node.corrupt("its auxiliary input does not fit");
    }
  }

  std::size_t row_of(std::size_t step, std::size_t b) const {
    const std::size_t time = parameters_.reverse ? steps_ - 1 - step : step;
    return parameters_.time_major ? time * batch_ + b : b * steps_ + time;
  }

  void add_rows(const Node& node, std::size_t input, std::size_t step, WeightStack& weights) {
    const auto depth = static_cast<std::size_t>(node.input(input).shape.back());
    rows_.resize(batch_ * depth);
    for (std::size_t b = 0; b < batch_; ++b) {
      std::copy_n(node.input(input).values<float>() + row_of(step, b) * depth, depth,
                  rows_.data() + b * depth);
    }
    weights.add(node.threads(), rows_.data(), batch_, sums_.data());
  }

  RnnTensors tensors_;
  RnnParameters parameters_;
  VectorActivation activation_;
  std::size_t batch_ = 0, steps_ = 1, units_ = 0;
  WeightStack input_, recurrent_, auxiliary_;
  std::vector<float> sums_, rows_;
};

Shape with_last(const RuntimeTensor& input, std::size_t last) {
  Shape shape = input.shape;
  shape.back() = static_cast<std::int32_t>(last);
  return shape;
}

Evaluate prepare_one(const Node& node, const RnnParameters& parameters) {
  node.expect_inputs(5, 5);
  node.expect_outputs(1);
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  const auto layer = std::make_shared<Rnn>(node, RnnTensors{}, parameters);
  node.set_shape(0, with_last(node.input(0), layer->units()));
  return [layer](const Node& running) {
    layer->run(running, {.output = 0, .stride = layer->units(), .first = 0});
  };
}

}  // namespace

Evaluate prepare_rnn(Node& node) {
  const auto& options = node.options<RnnOptions>();
  if (node.input(0).rank() != 2) node.corrupt("its input is no matrix");
  return prepare_one(node, {.activation = options.fused_activation_function,
                            .time_major = true,
                            .asymmetric = options.asymmetric_quantize_inputs,
                            .reverse = false});
}

Evaluate prepare_unidirectional_sequence_rnn(Node& node) {
  const auto& options = node.options<SequenceRnnOptions>();
  if (node.input(0).rank() != 3) node.corrupt("its input is not of 3 dimensions");
  return prepare_one(node, {.activation = options.fused_activation_function,
                            .time_major = options.time_major,
                            .asymmetric = options.asymmetric_quantize_inputs,
                            .reverse = false});
}

Evaluate prepare_bidirectional_sequence_rnn(Node& node) {
  const auto& options = node.options<BidirectionalSequenceRnnOptions>();
  node.expect_inputs(12, 12);
  node.expect_outputs(options.merge_outputs ? 1 : 2);
  if (node.input(0).rank() != 3) node.corrupt("its input is not of 3 dimensions");
  RnnTensors forward{.input = 0, .weights = 1, .recurrent = 2, .bias = 3, .state = 4};
  RnnTensors backward{.input = 0, .weights = 5, .recurrent = 6, .bias = 7, .state = 8};
  if (node.has_input(9) && node.has_input(10)) {
    forward.auxiliary_input = backward.auxiliary_input = 9;
    forward.auxiliary_weights = 10;
    backward.auxiliary_weights = 11;
  } else if (node.has_input(9)) {
    // An auxiliary input without weights is the backward half's own input.
    backward.input = 9;
    if (node.input(9).shape.size() != 3 || node.input(9).shape[0] != node.input(0).shape[0] ||
        node.input(9).shape[1] != node.input(0).shape[1]) {
      node.corrupt("its two halves read sequences of different lengths");
    }
  }
  RnnParameters parameters{.activation = options.fused_activation_function,
                           .time_major = options.time_major,
                           .asymmetric = options.asymmetric_quantize_inputs,
                           .reverse = false};
  const auto first = std::make_shared<Rnn>(node, forward, parameters);
  parameters.reverse = true;
  const auto second = std::make_shared<Rnn>(node, backward, parameters);
  const std::size_t left = first->units(), right = second->units();
  if (options.merge_outputs) {
    node.set_shape(0, with_last(node.input(0), left + right));
    return [=](const Node& running) {
      first->run(running, {.output = 0, .stride = left + right, .first = 0});
      second->run(running, {.output = 0, .stride = left + right, .first = left});
    };
  }
  node.set_shape(0, with_last(node.input(0), left));
  node.set_shape(1, with_last(node.input(0), right));
  return [=](const Node& running) {
    first->run(running, {.output = 0, .stride = left, .first = 0});
    second->run(running, {.output = 1, .stride = right, .first = 0});
  };
}

}  // namespace litezoo::runtime
