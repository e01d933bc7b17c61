#include "runtime/kernels/lstm_integer.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/fixed_point_math.h"
#include "runtime/kernels/gemm.h"
#include "runtime/kernels/lstm_quantized.h"

namespace litezoo::runtime {
namespace {

// tanh of a number with `integer_bits` integer bits; 0 to 6 occur.
std::int16_t tanh_q(int integer_bits, std::int16_t value) {
  switch (integer_bits) {
    case 0:
      return fixed::tanh<0>(value);
    case 1:
      return fixed::tanh<1>(value);
    case 2:
      return fixed::tanh<2>(value);
    case 3:
      return fixed::tanh<3>(value);
    case 4:
      return fixed::tanh<4>(value);
    case 5:
      return fixed::tanh<5>(value);
    default:
      return fixed::tanh<6>(value);
  }
}

// Exponent of a scale that is a power of two.
int power_of_two(const Node& node, float scale) {
  const double exponent = std::round(std::log2(static_cast<double>(scale)));
  if (!std::isfinite(exponent) ||
      std::abs(std::log2(static_cast<double>(scale)) - exponent) > 1e-3) {
    node.corrupt("the scale of its cell state is no power of two");
  }
  return static_cast<int>(exponent);
}

struct GateParameters {
  QuantizedMultiplier input, recurrent, peephole, norm;
  std::int32_t variance_guard = 1;
  std::vector<std::int32_t> bias;  // of the input product, or of the layer norm
  std::vector<std::int16_t> peepholes, norms;
};

}  // namespace

class IntegerLstm {
 public:
  IntegerLstm(const Node& node, const LstmTensors& tensors, const LstmSizes& sizes,
              const LstmParameters& parameters)
      : tensors_(tensors), sizes_(sizes) {
    expect_quantized_cell(node, tensors);
    input_zero_ = node.input(tensors.input).zero_point();
    state_zero_ = node.input(tensors.output_state).zero_point();
    pack_gates(node, tensors.input_weights, sizes.input, input_weights_);
    pack_gates(node, tensors.recurrent_weights, sizes.outputs, recurrent_weights_);
    const float state_scale = cell_scale(node, node.input(tensors.cell_state));
    cell_exponent_ = power_of_two(node, state_scale);
    if (cell_exponent_ > -9 || cell_exponent_ < -15) {
      node.corrupt("the scale of its cell state is out of range");
    }
    for (std::size_t gate = sizes.first_gate(); gate < kLstmGates; ++gate) {
      prepare_gate(node, gate);
    }
    prepare_output(node);
    if (parameters.cell_clip > 0.0F) {
      cell_clip_ = static_cast<std::int16_t>(
          std::clamp(parameters.cell_clip / state_scale, -32768.0F, 32767.0F));
    }
    if (parameters.projection_clip > 0.0F) {
      projection_clip_ = static_cast<std::int8_t>(std::clamp(
          parameters.projection_clip / cell_scale(node, node.output(0)), -128.0F, 127.0F));
    }
  }

  void run_all(const Node& node) {
    for (std::size_t step = 0; step < sizes_.steps; ++step) run_step(node, step);
  }

 private:
  void pack_gates(const Node& node, const std::array<std::size_t, kLstmGates>& inputs,
                  std::size_t depth, PackedMatrix<std::int8_t>& packed) const {
    std::vector<std::int8_t> rows;
    for (std::size_t gate = sizes_.first_gate(); gate < kLstmGates; ++gate) {
      const auto own =
          constant_values<std::int8_t>(node, inputs[gate], TensorType::INT8, sizes_.cells * depth);
      rows.insert(rows.end(), own.begin(), own.end());
    }
    pack_into(packed, rows.data(), {sizes_.gates() * sizes_.cells, depth, depth, 1});
  }

  // The scale a gate has before its activation: Q3.12, or what calibration found before a norm.
  float gate_scale(const Node& node, std::size_t gate) const {
    if (!sizes_.has_layer_norm) return std::ldexp(1.0F, -12);
    const RuntimeTensor* intermediate = node.intermediate(gate);
    if (intermediate == nullptr) node.corrupt("an intermediate tensor is missing");
    return cell_scale(node, *intermediate);
  }

  void prepare_gate(const Node& node, std::size_t gate) {
    GateParameters& own = gates_[gate];
    const float scale = gate_scale(node, gate);
    const auto weight_scale = [&](std::size_t input) {
      return cell_scale(node, node.input(input));
    };
    const auto multiplier = [](float factor) {
      return quantize_multiplier(static_cast<double>(factor));
    };
    own.input = multiplier(weight_scale(tensors_.input_weights[gate]) *
                           weight_scale(tensors_.input) / scale);
    own.recurrent = multiplier(weight_scale(tensors_.recurrent_weights[gate]) *
                               weight_scale(tensors_.output_state) / scale);
    own.bias =
        constant_values<std::int32_t>(node, tensors_.biases[gate], TensorType::INT32, sizes_.cells);
    if (sizes_.has_peephole && gate != kCellGate) {
      const std::size_t input = tensors_.cell_weights[gate];
      own.peepholes = constant_values<std::int16_t>(node, input, TensorType::INT16, sizes_.cells);
      own.peephole = multiplier(std::ldexp(weight_scale(input), cell_exponent_) / scale);
    }
    if (sizes_.has_layer_norm) {
      const std::size_t input = (*tensors_.layer_norms)[gate];
      own.norms = constant_values<std::int16_t>(node, input, TensorType::INT16, sizes_.cells);
      own.norm = multiplier(weight_scale(input));
      own.norm.shift = std::min(own.norm.shift + 12, 30);
      own.variance_guard =
          std::max(1, static_cast<std::int32_t>(std::min(10000.0F * weight_scale(input), 2e9F)));
    }
  }

  void prepare_output(const Node& node) {
    const RuntimeTensor* hidden = node.intermediate(4);
    if (hidden == nullptr) node.corrupt("its hidden intermediate tensor is missing");
    const float hidden_scale = cell_scale(node, *hidden);
    hidden_zero_ = hidden->zero_point();
    hidden_ = quantize_multiplier(static_cast<double>(
        static_cast<float>(std::ldexp(1.0 / static_cast<double>(hidden_scale), -30))));
    if (!sizes_.has_projection) return;
    const RuntimeTensor& weights = node.input(tensors_.projection_weights);
    const auto rows = constant_values<std::int8_t>(node, tensors_.projection_weights,
                                                   TensorType::INT8, sizes_.outputs * sizes_.cells);
    pack_into(projection_weights_, rows.data(), {sizes_.outputs, sizes_.cells, sizes_.cells, 1});
    if (node.has_input(tensors_.projection_bias)) {
      projection_bias_ = constant_values<std::int32_t>(node, tensors_.projection_bias,
                                                       TensorType::INT32, sizes_.outputs);
    }
    projection_ = quantize_multiplier(
        static_cast<double>(cell_scale(node, weights) * hidden_scale /
                            cell_scale(node, node.input(tensors_.output_state))));
  }

  std::size_t row_of(std::size_t step, std::size_t batch) const {
    return sizes_.time_major ? step * sizes_.batch + batch : batch * sizes_.steps + step;
  }

  // rows less their zero point times all gates' weights, on top of `sums`.
  void add_product(const Node& node, const std::int8_t* row, std::int32_t zero_point,
                   const PackedMatrix<std::int8_t>& weights, std::vector<std::int32_t>& sums) {
    row_.assign((weights.depth + 1) / 2 * 2, 0);
    for (std::size_t i = 0; i < weights.depth; ++i) {
      row_[i] = static_cast<std::int16_t>(row[i] - zero_point);
    }
    node.threads().parallel_for(weights.panel_count(), 16, [&](std::size_t begin, std::size_t end) {
      multiply_add(RowBlock<const std::int16_t>{row_.data(), 1, row_.size()}, weights, {begin, end},
                   RowBlock<std::int32_t>{sums.data() + begin * kPanelColumns, 1, sums.size()});
    });
  }

  void run_step(const Node& node, std::size_t step) {
    for (std::size_t b = 0; b < sizes_.batch; ++b) {
      const std::size_t row = row_of(step, b), n = sizes_.cells;
      const auto* x = node.input(tensors_.input).values<std::int8_t>() + row * sizes_.input;
      auto* state = node.variable_input(tensors_.output_state).mutable_values<std::int8_t>() +
                    b * sizes_.outputs;
      auto* cells = node.variable_input(tensors_.cell_state).mutable_values<std::int16_t>() + b * n;
      compute_gates(node, x, state, cells);
      update_cells(cells);
      finish_gate(kOutputGate, cells);
      compute_output(node, cells, state);
      std::copy_n(state, sizes_.outputs,
                  node.output(0).mutable_values<std::int8_t>() + row * sizes_.outputs);
    }
  }

  void compute_gates(const Node& node, const std::int8_t* x, const std::int8_t* state,
                     const std::int16_t* cells) {
    const std::size_t n = sizes_.cells;
    from_input_.assign(sizes_.gates() * n, 0);
    from_state_.assign(sizes_.gates() * n, 0);
    if (!sizes_.has_layer_norm) {
      for (std::size_t gate = sizes_.first_gate(); gate < kLstmGates; ++gate) {
        std::ranges::copy(gates_[gate].bias, from_input_.begin() + offset(gate));
      }
    }
    add_product(node, x, input_zero_, input_weights_, from_input_);
    add_product(node, state, state_zero_, recurrent_weights_, from_state_);
    values_.resize(kLstmGates * n);
    for (std::size_t gate = sizes_.first_gate(); gate < kOutputGate; ++gate) {
      finish_gate(gate, cells);
    }
  }

  std::ptrdiff_t offset(std::size_t gate) const {
    return static_cast<std::ptrdiff_t>((gate - sizes_.first_gate()) * sizes_.cells);
  }

  void finish_gate(std::size_t gate, const std::int16_t* cells) {
    const GateParameters& own = gates_[gate];
    std::int16_t* values = values_.data() + gate * sizes_.cells;
    const std::int32_t* input = from_input_.data() + offset(gate);
    const std::int32_t* state = from_state_.data() + offset(gate);
    for (std::size_t i = 0; i < sizes_.cells; ++i) {
      std::int32_t value = saturate16(multiply(input[i], own.input));
      value = saturate16(value + std::clamp(multiply(state[i], own.recurrent), -65536, 65536));
      if (!own.peepholes.empty()) {
        const std::int32_t product = own.peepholes[i] * cells[i];
        value = saturate16(value + std::clamp(multiply(product, own.peephole), -65536, 65536));
      }
      values[i] = static_cast<std::int16_t>(value);
    }
    if (!own.norms.empty()) normalise(own, values);
    for (std::size_t i = 0; i < sizes_.cells; ++i) {
      values[i] = gate == kCellGate ? fixed::tanh<3>(values[i]) : fixed::logistic<3>(values[i]);
    }
  }

  void normalise(const GateParameters& own, std::int16_t* values) const {
    const auto n = static_cast<std::int64_t>(sizes_.cells);
    std::int64_t sum = 0, squares = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      sum += values[i];
      squares += std::int64_t{values[i]} * values[i];
    }
    const std::int64_t mean = sum * 1024 / n;
    const std::int64_t variance = (squares * ((1 << 20) / n) - mean * mean) / (1 << 20);
    const std::int64_t guarded = variance < 1 ? own.variance_guard : variance;
    const QuantizedMultiplier inverse =
        quantize_multiplier(1.0 / std::sqrt(static_cast<double>(guarded)));
    for (std::size_t i = 0; i < sizes_.cells; ++i) {
      const auto shifted = static_cast<std::int32_t>(std::int64_t{1024} * values[i] - mean);
      const std::int64_t weighted =
          std::int64_t{multiply(shifted, inverse)} * own.norms[i] + own.bias[i];
      const auto rounded =
          static_cast<std::int32_t>((weighted > 0 ? weighted + 512 : weighted - 512) / 1024);
      values[i] = saturate16(multiply(rounded, own.norm));
    }
  }

  void update_cells(std::int16_t* cells) const {
    const std::int16_t* forget = values_.data() + kForgetGate * sizes_.cells;
    const std::int16_t* in = values_.data() + kInputGate * sizes_.cells;
    const std::int16_t* candidate = values_.data() + kCellGate * sizes_.cells;
    for (std::size_t i = 0; i < sizes_.cells; ++i) {
      const std::int32_t kept = rounding_divide_by_power_of_two(forget[i] * cells[i], 15);
      const std::int32_t gate = sizes_.has_input_gate ? in[i] : 32767 - forget[i];
      const auto added = static_cast<std::int16_t>(
          rounding_divide_by_power_of_two(gate * candidate[i], 30 + cell_exponent_));
      cells[i] = saturate16(static_cast<std::int16_t>(kept) + added);
      if (cell_clip_ > 0) {
        cells[i] = std::clamp(cells[i], static_cast<std::int16_t>(-cell_clip_), cell_clip_);
      }
    }
  }

  void compute_output(const Node& node, const std::int16_t* cells, std::int8_t* state) {
    const std::int16_t* gate = values_.data() + kOutputGate * sizes_.cells;
    const auto narrow = [](std::int32_t value) {
      return static_cast<std::int8_t>(std::clamp(value, -128, 127));
    };
    const auto hidden = [&](std::size_t i) {
      return multiply(gate[i] * tanh_q(15 + cell_exponent_, cells[i]), hidden_);
    };
    if (!sizes_.has_projection) {
      for (std::size_t i = 0; i < sizes_.cells; ++i) state[i] = narrow(hidden(i) + hidden_zero_);
      return;
    }
    // The projection's zero point has its sign turned twice in TensorFlow Lite; models are
    // calibrated with that.
    hidden_row_.resize(sizes_.cells);
    for (std::size_t i = 0; i < sizes_.cells; ++i)
      hidden_row_[i] = narrow(hidden(i) - hidden_zero_);
    projected_.assign(sizes_.outputs, 0);
    std::ranges::copy(projection_bias_, projected_.begin());
    add_product(node, hidden_row_.data(), -hidden_zero_, projection_weights_, projected_);
    for (std::size_t i = 0; i < sizes_.outputs; ++i) {
      const std::int32_t scaled = std::clamp(multiply(projected_[i], projection_), -65536, 65536);
      state[i] = narrow(scaled + state_zero_);
      if (projection_clip_ > 0) {
        state[i] =
            std::clamp(state[i], static_cast<std::int8_t>(-projection_clip_), projection_clip_);
      }
    }
  }

  LstmTensors tensors_;
  LstmSizes sizes_;
  PackedMatrix<std::int8_t> input_weights_, recurrent_weights_, projection_weights_;
  std::array<GateParameters, kLstmGates> gates_;
  std::vector<std::int32_t> projection_bias_;
  QuantizedMultiplier hidden_, projection_;
  std::int32_t input_zero_ = 0, state_zero_ = 0, hidden_zero_ = 0;
  int cell_exponent_ = -11;
  std::int16_t cell_clip_ = 0;
  std::int8_t projection_clip_ = 0;
  std::vector<std::int16_t> row_, values_;
  std::vector<std::int8_t> hidden_row_;
  std::vector<std::int32_t> from_input_, from_state_, projected_;
};

std::shared_ptr<IntegerLstm> make_integer_lstm(const Node& node, const LstmTensors& tensors,
                                               const LstmSizes& sizes,
                                               const LstmParameters& parameters) {
  return std::make_shared<IntegerLstm>(node, tensors, sizes, parameters);
}

void run(IntegerLstm& layer, const Node& node) {
  layer.run_all(node);
}

}  // namespace litezoo::runtime
