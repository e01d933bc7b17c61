#include "runtime/kernels/lstm_narrow.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/lstm_quantized.h"

namespace litezoo::runtime {
namespace {

// NaN is the lowest, as the processor converts it.
std::int16_t truncate16(float value) {
  if (!(value > -32768.0F)) return -32768;
  return static_cast<std::int16_t>(std::min(value, 32767.0F));
}

// rows x weights to INT8.
struct Product {
  std::vector<std::int8_t> weights;
  QuantizedMultiplier factor;
  std::int32_t zero_point = 0;  // of the result
  QuantizedMultiplier to_sum;

  std::int32_t row(const std::int8_t* x, std::int32_t x_zero, std::size_t depth,
                   std::size_t i) const {
    std::uint32_t sum = 0;
    for (std::size_t k = 0; k < depth; ++k) {
      sum += static_cast<std::uint32_t>((x[k] - x_zero) * weights[i * depth + k]);
    }
    const std::int64_t scaled = multiply(static_cast<std::int32_t>(sum), factor);
    const auto narrow = std::clamp<std::int64_t>(scaled + zero_point, -128, 127);
    return multiply(static_cast<std::int32_t>(narrow) - zero_point, to_sum);
  }
};

struct Gate {
  Product from_input, from_state;
  std::vector<std::int16_t> norms;
  std::vector<std::int32_t> biases;
  float norm_scale = 0;

  void normalise(std::int16_t* values) const {
    const auto n = static_cast<float>(norms.size());
    float sum = 0, squares = 0;
    for (std::size_t i = 0; i < norms.size(); ++i) {
      const float value = values[i];
      sum += value;
      squares += value * value;
    }
    const float mean = sum / n;
    const float variance = squares / n - mean * mean;
    const float inverse = 1.0F / std::sqrt(variance == 0.0F ? 1e-8F : variance);
    const float bias_scale = norm_scale / 1024.0F;
    for (std::size_t i = 0; i < norms.size(); ++i) {
      const float normal = (static_cast<float>(values[i]) - mean) * inverse;
      const float weighted = normal * static_cast<float>(norms[i]) * norm_scale +
                             static_cast<float>(biases[i]) * bias_scale;
      values[i] = truncate16(std::round(weighted * 4096.0F));
    }
  }
};

class NarrowLstm {
 public:
  NarrowLstm(const Node& node, const LstmTensors& tensors, const LstmSizes& sizes,
             const LstmParameters& parameters)
      : tensors_(tensors), sizes_(sizes) {
    expect_quantized_cell(node, tensors);
    const bool whole =
        sizes.has_layer_norm && sizes.has_projection && node.has_input(tensors.projection_bias);
    if (!whole)
      node.unsupported("a cell of 8-bit steps without norms and a projection with a bias");
    if (cell_scale(node, node.input(tensors.cell_state)) != 1.0F / 32768.0F) {
      node.corrupt("the scale of its cell state is not 2^-15");
    }
    input_zero_ = node.input(tensors.input).zero_point();
    state_zero_ = node.input(tensors.output_state).zero_point();
    for (const std::size_t gate : {kForgetGate, kCellGate, kOutputGate}) read_gate(node, gate);
    read_projection(node, parameters);
  }

  void run(const Node& node) {
    const auto* x = node.input(tensors_.input).values<std::int8_t>();
    auto* states = node.variable_input(tensors_.output_state).mutable_values<std::int8_t>();
    auto* cells = node.variable_input(tensors_.cell_state).mutable_values<std::int16_t>();
    auto* y = node.output(0).mutable_values<std::int8_t>();
    for (std::size_t step = 0; step < sizes_.steps; ++step) {
      for (std::size_t b = 0; b < sizes_.batch; ++b) {
        const std::size_t row = step * sizes_.batch + b;
        std::int8_t* state = states + b * sizes_.outputs;
        run_step(x + row * sizes_.input, state, cells + b * sizes_.cells);
        std::copy_n(state, sizes_.outputs, y + row * sizes_.outputs);
      }
    }
  }

 private:
  void read_gate(const Node& node, std::size_t gate) {
    Gate& own = gates_[gate];
    // Three a gate: of the sum, of what comes from the input and of what comes from the state.
    const auto intermediate = [&](std::size_t i) -> const RuntimeTensor& {
      const RuntimeTensor* tensor = node.intermediate(3 * gate + i);
      if (tensor == nullptr) node.corrupt("an intermediate tensor is missing");
      return *tensor;
    };
    const auto read = [&](Product& product, std::size_t weights, std::size_t depth,
                          std::size_t source, const RuntimeTensor& result) {
      product.weights =
          constant_values<std::int8_t>(node, weights, TensorType::INT8, sizes_.cells * depth);
      const float scale = cell_scale(node, result);
      product.factor = quantize_multiplier(static_cast<double>(
          cell_scale(node, node.input(weights)) * cell_scale(node, node.input(source)) / scale));
      product.zero_point = result.zero_point();
      product.to_sum =
          quantize_multiplier(static_cast<double>(scale / cell_scale(node, intermediate(0))));
    };
    read(own.from_input, tensors_.input_weights[gate], sizes_.input, tensors_.input,
         intermediate(1));
    read(own.from_state, tensors_.recurrent_weights[gate], sizes_.outputs, tensors_.output_state,
         intermediate(2));
    const std::size_t norm = (*tensors_.layer_norms)[gate];
    own.norms = constant_values<std::int16_t>(node, norm, TensorType::INT16, sizes_.cells);
    own.norm_scale = cell_scale(node, node.input(norm));
    own.biases =
        constant_values<std::int32_t>(node, tensors_.biases[gate], TensorType::INT32, sizes_.cells);
    // LiteRT takes the wrong entries of its tables here: what the output gate gets from the state
    // is multiplied with next to nothing.
    if (gate == kOutputGate) own.from_state.to_sum = {};
  }

  void read_projection(const Node& node, const LstmParameters& parameters) {
    projection_ = constant_values<std::int8_t>(node, tensors_.projection_weights, TensorType::INT8,
                                               sizes_.outputs * sizes_.cells);
    projection_bias_ = constant_values<std::int32_t>(node, tensors_.projection_bias,
                                                     TensorType::INT32, sizes_.outputs);
    projection_factor_ = quantize_multiplier(static_cast<double>(
        std::ldexp(cell_scale(node, node.input(tensors_.projection_weights)), -15) /
        cell_scale(node, node.input(tensors_.output_state))));
    if (parameters.cell_clip > 0.0F && parameters.cell_clip < 1.0F) {
      cell_clip_ = truncate16(parameters.cell_clip * 32768.0F);
    }
    if (parameters.projection_clip > 0.0F) {
      projection_clip_ = static_cast<std::int8_t>(std::clamp(
          parameters.projection_clip / cell_scale(node, node.output(0)), -128.0F, 127.0F));
    }
  }

  void run_step(const std::int8_t* x, std::int8_t* state, std::int16_t* cells) {
    for (const std::size_t gate : {kForgetGate, kCellGate, kOutputGate}) {
      compute_gate(gate, x, state);
    }
    hidden_.resize(sizes_.cells);
    for (std::size_t i = 0; i < sizes_.cells; ++i) {
      const std::int32_t forget = values_[kForgetGate][i];
      const std::int32_t kept = rounding_divide_by_power_of_two(forget * cells[i], 15);
      const std::int32_t added =
          rounding_divide_by_power_of_two((32767 - forget) * values_[kCellGate][i], 15);
      cells[i] = saturate16(static_cast<std::int16_t>(kept) + static_cast<std::int16_t>(added));
      if (cell_clip_ > 0) {
        cells[i] = std::clamp(cells[i], static_cast<std::int16_t>(-cell_clip_), cell_clip_);
      }
      const float activated = std::tanh(static_cast<float>(cells[i]) / 32768.0F);
      const std::int32_t product = values_[kOutputGate][i] * truncate16(activated * 32768.0F);
      hidden_[i] = static_cast<std::int16_t>(rounding_divide_by_power_of_two(product, 15));
    }
    project(state);
  }

  void compute_gate(std::size_t gate, const std::int8_t* x, const std::int8_t* state) {
    const Gate& own = gates_[gate];
    std::vector<std::int16_t>& values = values_[gate];
    values.resize(sizes_.cells);
    for (std::size_t i = 0; i < sizes_.cells; ++i) {
      const std::int64_t sum = std::int64_t{own.from_input.row(x, input_zero_, sizes_.input, i)} +
                               own.from_state.row(state, state_zero_, sizes_.outputs, i);
      values[i] = static_cast<std::int16_t>(std::clamp<std::int64_t>(sum, -32768, 32767));
    }
    own.normalise(values.data());
    for (std::int16_t& value : values) {
      const float real = static_cast<float>(value) / 4096.0F;
      const float activated = gate == kCellGate ? std::tanh(real) : 1.0F / (1.0F + std::exp(-real));
      value = truncate16(activated * 32768.0F);
    }
  }

  void project(std::int8_t* state) const {
    for (std::size_t i = 0; i < sizes_.outputs; ++i) {
      std::int64_t sum = projection_bias_[i];
      for (std::size_t k = 0; k < sizes_.cells; ++k) {
        sum += std::int64_t{hidden_[k]} * projection_[i * sizes_.cells + k];
      }
      const std::int64_t scaled = std::int64_t{multiply(sum, projection_factor_)} + state_zero_;
      state[i] = static_cast<std::int8_t>(std::clamp<std::int64_t>(scaled, -128, 127));
      if (projection_clip_ > 0) {
        state[i] =
            std::clamp(state[i], static_cast<std::int8_t>(-projection_clip_), projection_clip_);
      }
    }
  }

  LstmTensors tensors_;
  LstmSizes sizes_;
  std::array<Gate, kLstmGates> gates_;
  std::vector<std::int8_t> projection_;
  std::vector<std::int32_t> projection_bias_;
  QuantizedMultiplier projection_factor_;
  std::int32_t input_zero_ = 0, state_zero_ = 0;
  std::int16_t cell_clip_ = 0;
  std::int8_t projection_clip_ = 0;
  std::array<std::vector<std::int16_t>, kLstmGates> values_;
  std::vector<std::int16_t> hidden_;
};

}  // namespace

Evaluate make_narrow_lstm(const Node& node, const LstmTensors& tensors, const LstmSizes& sizes,
                          const LstmParameters& parameters) {
  const auto layer = std::make_shared<NarrowLstm>(node, tensors, sizes, parameters);
  return [layer](const Node& running) { layer->run(running); };
}

}  // namespace litezoo::runtime
