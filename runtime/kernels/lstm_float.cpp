#include "runtime/kernels/lstm_float.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/kernels/vector_math.h"
#include "runtime/kernels/weight_stack.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kChunkElements = std::size_t{1} << 20U;

void logistic(float* values, std::size_t count) {
  logistic_of(values, count, values);
}

// To mean 0 and variance 1.
void normalise(float* values, std::size_t count) {
  constexpr float kGuard = 1e-8F;
  const auto n = static_cast<float>(count);
  float sum = 0, squares = 0;
  for (std::size_t i = 0; i < count; ++i) sum += values[i];
  const float mean = sum / n;
  for (std::size_t i = 0; i < count; ++i) {
    const float distance = values[i] - mean;
    squares += distance * distance;
  }
  const float inverse = 1.0F / std::sqrt(squares / n + kGuard);
  for (std::size_t i = 0; i < count; ++i) values[i] = (values[i] - mean) * inverse;
}

void clip(float* values, std::size_t count, float limit) {
  if (limit <= 0.0F) return;
  for (std::size_t i = 0; i < count; ++i) values[i] = std::clamp(values[i], -limit, limit);
}

std::vector<std::size_t> present(const std::array<std::size_t, kLstmGates>& inputs,
                                 const LstmSizes& sizes) {
  return {inputs.begin() + static_cast<std::ptrdiff_t>(sizes.first_gate()), inputs.end()};
}

// A vector of FLOAT32, or of small integers with a scale; empty when absent.
std::vector<float> read_vector(const Node& node, std::size_t input, std::size_t count) {
  if (!node.has_input(input)) return {};
  const RuntimeTensor& tensor = node.input(input);
  if (!tensor.constant) node.unsupported("its peepholes, biases or norms are computed");
  if (tensor.size() != count) node.corrupt("a vector of its cell has another size");
  if (tensor.type == TensorType::FLOAT32) {
    return {tensor.values<float>(), tensor.values<float>() + count};
  }
  node.expect_type(tensor, {TensorType::INT8, TensorType::UINT8});
  const float scale = channel_scales(node, tensor, 1).front();
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<float>(tensor.values<std::int8_t>()[i]) * scale;
  }
  return values;
}

}  // namespace

VectorActivation vector_activation(const Node& node, ActivationFunction activation) {
  switch (activation) {
    case ActivationFunction::NONE:
      return [](float*, std::size_t) {};
    case ActivationFunction::RELU:
      return [](float* values, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) values[i] = std::max(values[i], 0.0F);
      };
    case ActivationFunction::RELU_N1_TO_1:
      return [](float* values, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) values[i] = std::clamp(values[i], -1.0F, 1.0F);
      };
    case ActivationFunction::RELU6:
      return [](float* values, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) values[i] = std::clamp(values[i], 0.0F, 6.0F);
      };
    case ActivationFunction::TANH:
      return [](float* values, std::size_t count) { tanh_of(values, count, values); };
    case ActivationFunction::SIGN_BIT:
      break;
  }
  node.unsupported("its activation is not supported");
}

class FloatLstm {
 public:
  FloatLstm(const Node& node, const LstmTensors& tensors, const LstmSizes& sizes,
            const LstmParameters& parameters)
      : tensors_(tensors),
        sizes_(sizes),
        parameters_(parameters),
        activation_(vector_activation(node, parameters.activation)),
        input_(node, present(tensors.input_weights, sizes), sizes.input, parameters.asymmetric) {
    if (!sizes.diagonal) {
      recurrent_ = WeightStack(node, present(tensors.recurrent_weights, sizes), sizes.outputs,
                               parameters.asymmetric);
    }
    for (const std::size_t state : {tensors.output_state, tensors.cell_state}) {
      node.expect_type(node.input(state), {TensorType::FLOAT32});
    }
    if (sizes.auxiliary > 0) {
      auxiliary_ = WeightStack(node, present(tensors.auxiliary_weights, sizes), sizes.auxiliary,
                               parameters.asymmetric);
    }
    if (sizes.has_projection) {
      projection_ =
          WeightStack(node, {tensors.projection_weights}, sizes.cells, parameters.asymmetric);
      projection_bias_ = read_vector(node, tensors.projection_bias, sizes.outputs);
    }
    for (std::size_t gate = sizes.first_gate(); gate < kLstmGates; ++gate) {
      biases_[gate] = read_vector(node, tensors.biases[gate], sizes.cells);
      if (sizes.diagonal) {
        diagonals_[gate] = read_vector(node, tensors.recurrent_weights[gate], sizes.cells);
      }
      if (sizes.has_peephole && gate != kCellGate) {
        peepholes_[gate] = read_vector(node, tensors.cell_weights[gate], sizes.cells);
      }
      if (sizes.has_layer_norm) {
        norms_[gate] = read_vector(node, (*tensors.layer_norms)[gate], sizes.cells);
      }
    }
  }

  void run_all(const Node& node, const LstmDestination& destination) {
    input_.refresh(node);
    if (!recurrent_.empty()) recurrent_.refresh(node);
    if (!auxiliary_.empty()) auxiliary_.refresh(node);
    if (!projection_.empty()) projection_.refresh(node);
    float* y = node.output(destination.output).mutable_values<float>() + destination.first;
    const std::size_t width = sizes_.gates() * sizes_.cells;
    const std::size_t step_elements = std::max<std::size_t>(1, sizes_.batch * width);
    const std::size_t chunk = std::clamp<std::size_t>(kChunkElements / step_elements, 1,
                                                      std::max<std::size_t>(1, sizes_.steps));
    for (std::size_t first = 0; first < sizes_.steps; first += chunk) {
      const std::size_t count = std::min(chunk, sizes_.steps - first);
      add_inputs(node, first, count);
      for (std::size_t step = 0; step < count; ++step) {
        float* gates = gates_.data() + step * sizes_.batch * width;
        run_step(node, gates);
        write_output(node, first + step, y, destination.stride);
      }
    }
  }

 private:
  // The time a step has in the tensors.
  std::size_t time_of(std::size_t step) const {
    return parameters_.reverse ? sizes_.steps - 1 - step : step;
  }
  std::size_t row_of(std::size_t step, std::size_t batch) const {
    return sizes_.time_major ? time_of(step) * sizes_.batch + batch
                             : batch * sizes_.steps + time_of(step);
  }

  // The part of the gates that does not depend on the state, for several steps at once.
  void add_inputs(const Node& node, std::size_t first, std::size_t count) {
    const std::size_t rows = count * sizes_.batch;
    gates_.assign(rows * sizes_.gates() * sizes_.cells, 0.0F);
    add_rows(node, tensors_.input, first, count, sizes_.input, input_);
    if (!auxiliary_.empty()) {
      add_rows(node, *tensors_.auxiliary_input, first, count, sizes_.auxiliary, auxiliary_);
    }
  }

  void add_rows(const Node& node, std::size_t input, std::size_t first, std::size_t count,
                std::size_t depth, WeightStack& weights) {
    rows_.resize(count * sizes_.batch * depth);
    float* to = rows_.data();
    for (std::size_t step = first; step < first + count; ++step) {
      for (std::size_t b = 0; b < sizes_.batch; ++b) {
        const float* from = node.input(input).values<float>() + row_of(step, b) * depth;
        to = std::copy_n(from, depth, to);
      }
    }
    weights.add(node.threads(), rows_.data(), count * sizes_.batch, gates_.data());
  }

  void add_diagonals(const float* state, float* gates) const {
    const std::size_t n = sizes_.cells;
    for (std::size_t b = 0; b < sizes_.batch; ++b, state += n) {
      for (std::size_t g = sizes_.first_gate(); g < kLstmGates; ++g, gates += n) {
        const std::vector<float>& diagonal = diagonals_[g];
        for (std::size_t i = 0; i < diagonal.size(); ++i) gates[i] += diagonal[i] * state[i];
      }
    }
  }

  // A gate's values of one batch entry.
  void finish_gate(std::size_t gate, float* values, const float* cells) const {
    const std::size_t n = sizes_.cells;
    if (!peepholes_[gate].empty()) {
      for (std::size_t i = 0; i < n; ++i) values[i] += peepholes_[gate][i] * cells[i];
    }
    if (!norms_[gate].empty()) {
      normalise(values, n);
      for (std::size_t i = 0; i < n; ++i) values[i] *= norms_[gate][i];
    }
    if (!biases_[gate].empty()) {
      for (std::size_t i = 0; i < n; ++i) values[i] += biases_[gate][i];
    }
    if (gate == kCellGate) {
      activation_(values, n);
    } else {
      logistic(values, n);
    }
  }

  void run_step(const Node& node, float* gates) {
    const std::size_t n = sizes_.cells, width = sizes_.gates() * n;
    float* state = node.variable_input(tensors_.output_state).mutable_values<float>();
    float* all_cells = node.variable_input(tensors_.cell_state).mutable_values<float>();
    recurrent_.add(node.threads(), state, sizes_.batch, gates);
    add_diagonals(state, gates);
    hidden_.resize(sizes_.batch * n);
    for (std::size_t b = 0; b < sizes_.batch; ++b) {
      float* cells = all_cells + b * n;
      std::array<float*, kLstmGates> gate{};
      for (std::size_t g = sizes_.first_gate(); g < kLstmGates; ++g) {
        gate[g] = gates + b * width + (g - sizes_.first_gate()) * n;
        if (g != kOutputGate) finish_gate(g, gate[g], cells);
      }
      for (std::size_t i = 0; i < n; ++i) {
        const float forget = gate[kForgetGate][i];
        const float in = sizes_.has_input_gate ? gate[kInputGate][i] : 1.0F - forget;
        cells[i] = forget * cells[i] + in * gate[kCellGate][i];
      }
      clip(cells, n, parameters_.cell_clip);
      finish_gate(kOutputGate, gate[kOutputGate], cells);
      float* hidden = hidden_.data() + b * n;
      std::copy_n(cells, n, hidden);
      activation_(hidden, n);
      for (std::size_t i = 0; i < n; ++i) hidden[i] *= gate[kOutputGate][i];
    }
    project(node.threads(), state);
  }

  void project(const ThreadPool& threads, float* state) {
    if (!sizes_.has_projection) {
      std::ranges::copy(hidden_, state);
      return;
    }
    for (std::size_t b = 0; b < sizes_.batch; ++b) {
      float* to = state + b * sizes_.outputs;
      std::fill_n(to, sizes_.outputs, 0.0F);
      std::ranges::copy(projection_bias_, to);
    }
    projection_.add(threads, hidden_.data(), sizes_.batch, state);
    clip(state, sizes_.batch * sizes_.outputs, parameters_.projection_clip);
  }

  void write_output(const Node& node, std::size_t step, float* y, std::size_t stride) const {
    const float* state = node.variable_input(tensors_.output_state).values<float>();
    for (std::size_t b = 0; b < sizes_.batch; ++b) {
      std::copy_n(state + b * sizes_.outputs, sizes_.outputs, y + row_of(step, b) * stride);
    }
  }

  LstmTensors tensors_;
  LstmSizes sizes_;
  LstmParameters parameters_;
  VectorActivation activation_;
  WeightStack input_, recurrent_, auxiliary_, projection_;
  std::array<std::vector<float>, kLstmGates> biases_, peepholes_, norms_, diagonals_;
  std::vector<float> projection_bias_;
  std::vector<float> gates_, rows_, hidden_;
};

std::shared_ptr<FloatLstm> make_float_lstm(const Node& node, const LstmTensors& tensors,
                                           const LstmSizes& sizes,
                                           const LstmParameters& parameters) {
  return std::make_shared<FloatLstm>(node, tensors, sizes, parameters);
}

void run(FloatLstm& layer, const Node& node, const LstmDestination& destination) {
  layer.run_all(node, destination);
}

}  // namespace litezoo::runtime
