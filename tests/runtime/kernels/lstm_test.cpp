#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::random_values;

constexpr std::size_t kGates = 4;  // input, forget, cell, output

// An LSTM's weights as real numbers, absent parts empty, and the layer written plainly.
struct Cell {
  std::int32_t input = 3, cells = 4, outputs = 4;
  bool input_gate = true, peephole = false, projection = false, norm = false;
  std::array<std::vector<float>, kGates> wx, wh, wc, bias, gamma;
  std::vector<float> wp, bp;
  float cell_clip = 0, projection_clip = 0;

  std::size_t first() const { return input_gate ? 0 : 1; }
  std::size_t n() const { return static_cast<std::size_t>(cells); }
  std::size_t m() const { return static_cast<std::size_t>(outputs); }

  void fill() {
    std::uint32_t seed = 1;
    const auto values = [&](std::size_t count, double range) {
      return random_values<float>(count, -range, range, seed++);
    };
    for (std::size_t g = first(); g < kGates; ++g) {
      wx[g] = values(n() * static_cast<std::size_t>(input), 1);
      wh[g] = values(n() * m(), 1);
      bias[g] = values(n(), 0.5);
      if (peephole && g != 2) wc[g] = values(n(), 0.5);
      if (norm) gamma[g] = values(n(), 1);
    }
    if (projection) {
      wp = values(n() * m(), 1);
      bp = values(m(), 0.5);
    }
  }

  static double dot(const std::vector<float>& w, std::size_t row, const std::vector<double>& x) {
    double sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      sum += static_cast<double>(w[row * x.size() + k]) * x[k];
    }
    return sum;
  }

  std::vector<double> gate(std::size_t g, const std::vector<double>& x,
                           const std::vector<double>& h, const std::vector<double>& c) const {
    std::vector<double> z(n());
    for (std::size_t i = 0; i < n(); ++i) {
      z[i] = dot(wx[g], i, x) + dot(wh[g], i, h);
      if (!wc[g].empty()) z[i] += static_cast<double>(wc[g][i]) * c[i];
    }
    if (norm) {
      double mean = 0, variance = 0;
      for (const double value : z) mean += value / static_cast<double>(n());
      for (const double value : z) variance += (value - mean) * (value - mean);
      const double deviation = std::sqrt(variance / static_cast<double>(n()) + 1e-8);
      for (std::size_t i = 0; i < n(); ++i) {
        z[i] = (z[i] - mean) / deviation * static_cast<double>(gamma[g][i]);
      }
    }
    for (std::size_t i = 0; i < n(); ++i) {
      z[i] += static_cast<double>(bias[g][i]);
      z[i] = g == 2 ? std::tanh(z[i]) : 1 / (1 + std::exp(-z[i]));
    }
    return z;
  }

  // One step; h and c are replaced.
  void step(const std::vector<double>& x, std::vector<double>& h, std::vector<double>& c) const {
    const auto f = gate(1, x, h, c), g = gate(2, x, h, c);
    const auto i = input_gate ? gate(0, x, h, c) : std::vector<double>();
    for (std::size_t k = 0; k < n(); ++k) {
      c[k] = f[k] * c[k] + (input_gate ? i[k] : 1 - f[k]) * g[k];
      if (cell_clip > 0) {
        c[k] = std::clamp(c[k], -static_cast<double>(cell_clip), static_cast<double>(cell_clip));
      }
    }
    const auto o = gate(3, x, h, c);
    std::vector<double> hidden(n());
    for (std::size_t k = 0; k < n(); ++k) hidden[k] = o[k] * std::tanh(c[k]);
    if (!projection) {
      h = hidden;
      return;
    }
    for (std::size_t k = 0; k < m(); ++k) {
      h[k] = dot(wp, k, hidden) + static_cast<double>(bp[k]);
      if (projection_clip > 0) {
        h[k] = std::clamp(h[k], -static_cast<double>(projection_clip),
                          static_cast<double>(projection_clip));
      }
    }
  }
};

// Adds the node's weight inputs 1 to 17 (and 20 to 23) around the given states.
template <typename Matrix>
std::vector<std::int32_t> lstm_inputs(GraphBuilder& b, const Cell& cell, int x, int h, int c,
                                      Matrix matrix) {
  std::vector<std::int32_t> inputs(24, -1);
  inputs[0] = x;
  for (std::size_t g = cell.first(); g < kGates; ++g) {
    inputs[1 + g] = matrix({cell.cells, cell.input}, cell.wx[g]);
    inputs[5 + g] = matrix({cell.cells, cell.outputs}, cell.wh[g]);
    inputs[12 + g] = b.constant<float>({cell.cells}, cell.bias[g]);
    if (!cell.wc[g].empty()) {
      inputs[g == 3 ? 11 : 9 + g] = b.constant<float>({cell.cells}, cell.wc[g]);
    }
    if (cell.norm) inputs[20 + g] = b.constant<float>({cell.cells}, cell.gamma[g]);
  }
  if (cell.projection) {
    inputs[16] = matrix({cell.outputs, cell.cells}, cell.wp);
    inputs[17] = b.constant<float>({cell.outputs}, cell.bp);
  }
  inputs[18] = h;
  inputs[19] = c;
  return inputs;
}

const Cell kCells[] = {
    {},
    {.input = 5, .cells = 20, .outputs = 20, .input_gate = false},
    {.input = 2, .cells = 6, .outputs = 6, .peephole = true, .cell_clip = 0.4F},
    {.input = 4, .cells = 7, .outputs = 3, .projection = true, .projection_clip = 0.7F},
    {.input = 4,
     .cells = 8,
     .outputs = 5,
     .input_gate = false,
     .peephole = true,
     .projection = true,
     .norm = true},
};

constexpr std::int32_t kBatch = 2, kSteps = 5;

// Outputs in the order of the tensor.
std::vector<double> expected(const Cell& cell, const std::vector<float>& x, bool time_major) {
  std::vector<double> y(static_cast<std::size_t>(kBatch * kSteps) * cell.m());
  for (std::int32_t batch = 0; batch < kBatch; ++batch) {
    std::vector<double> h(cell.m()), c(cell.n());
    for (std::int32_t t = 0; t < kSteps; ++t) {
      const auto row =
          static_cast<std::size_t>(time_major ? t * kBatch + batch : batch * kSteps + t);
      const auto depth = static_cast<std::size_t>(cell.input);
      const auto begin = x.begin() + static_cast<std::ptrdiff_t>(row * depth);
      cell.step({begin, begin + cell.input}, h, c);
      std::ranges::copy(h, y.begin() + static_cast<std::ptrdiff_t>(row * cell.m()));
    }
  }
  return y;
}

double worst_difference(const std::vector<float>& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - want[i]));
  }
  return worst;
}

TEST_CASE("UNIDIRECTIONAL_SEQUENCE_LSTM agrees with the equations, in float and hybrid") {
  for (Cell cell : kCells) {
    cell.fill();
    CAPTURE(cell.cells);
    for (const bool time_major : {true, false}) {
      CAPTURE(time_major);
      const std::vector<std::int32_t> shape{time_major ? kSteps : kBatch,
                                            time_major ? kBatch : kSteps, cell.input};
      const auto x = random_values<float>(element_count(shape), -1, 1, 99);
      const auto want = expected(cell, x, time_major);
      for (const bool hybrid : {false, true}) {
        CAPTURE(hybrid);
        GraphBuilder b;
        const int in = b.input(TensorType::FLOAT32, shape);
        const int h = b.variable(TensorType::FLOAT32, {kBatch, cell.outputs});
        const int c = b.variable(TensorType::FLOAT32, {kBatch, cell.cells});
        const auto matrix = [&](std::vector<std::int32_t> dims, const std::vector<float>& w) {
          if (!hybrid) return b.constant<float>(std::move(dims), w);
          std::vector<std::int8_t> q;
          for (const float value : w)
            q.push_back(static_cast<std::int8_t>(std::lround(value * 127)));
          return b.constant<std::int8_t>(std::move(dims), q, test::quantized(1.0F / 127, 0));
        };
        UnidirectionalSequenceLstmOptions options;
        options.fused_activation_function = ActivationFunction::TANH;
        options.cell_clip = cell.cell_clip;
        options.proj_clip = cell.projection_clip;
        options.time_major = time_major;
        b.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, lstm_inputs(b, cell, in, h, c, matrix),
             {b.output(TensorType::FLOAT32)}, options);
        const auto result = test::run_graph(b.graph(), {x});
        CHECK(result.shape() == std::vector<std::int32_t>{shape[0], shape[1], cell.outputs});
        CHECK(worst_difference(result.values<float>(), want) < (hybrid ? 0.1 : 2e-5));
      }
    }
  }
}

TEST_CASE("UNIDIRECTIONAL_SEQUENCE_LSTM takes recurrent weights that are diagonals") {
  for (const bool input_gate : {true, false}) {
    Cell cell{.input = 3, .cells = 5, .outputs = 5, .input_gate = input_gate};
    cell.fill();
    std::array<std::vector<float>, kGates> diagonals;
    for (std::size_t g = cell.first(); g < kGates; ++g) {
      diagonals[g] = random_values<float>(5, -1, 1, 50 + static_cast<std::uint32_t>(g));
      cell.wh[g].assign(25, 0.0F);
      for (std::size_t i = 0; i < 5; ++i) cell.wh[g][i * 6] = diagonals[g][i];
    }
    const std::vector<std::int32_t> shape{kSteps, kBatch, cell.input};
    const auto x = random_values<float>(element_count(shape), -1, 1, 99);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, shape);
    const auto matrix = [&](std::vector<std::int32_t> dims, const std::vector<float>& w) {
      return b.constant<float>(std::move(dims), w);
    };
    auto inputs = lstm_inputs(b, cell, in, b.variable(TensorType::FLOAT32, {kBatch, 5}),
                              b.variable(TensorType::FLOAT32, {kBatch, 5}), matrix);
    for (std::size_t g = cell.first(); g < kGates; ++g) inputs[5 + g] = matrix({5}, diagonals[g]);
    UnidirectionalSequenceLstmOptions options;
    options.fused_activation_function = ActivationFunction::TANH;
    options.time_major = true;
    options.diagonal_recurrent_tensors = true;
    b.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, {b.output(TensorType::FLOAT32)},
         options);
    CHECK(worst_difference(test::run_graph(b.graph(), {x}).values<float>(),
                           expected(cell, x, true)) < 2e-5);
  }
}

TEST_CASE("LSTM keeps its state from run to run until it is reset") {
  Cell cell;
  cell.fill();
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, cell.input});
  const int h = b.variable(TensorType::FLOAT32, {1, cell.outputs});
  const int c = b.variable(TensorType::FLOAT32, {1, cell.cells});
  LstmOptions options;
  options.fused_activation_function = ActivationFunction::TANH;
  b.op(BuiltinOperator::LSTM,
       lstm_inputs(b, cell, in, h, c,
                   [&](std::vector<std::int32_t> dims, const std::vector<float>& w) {
                     return b.constant<float>(std::move(dims), w);
                   }),
       {b.output(TensorType::FLOAT32)}, options);
  runtime::Session session(b.graph(), test::kernels_only());
  const auto x = random_values<float>(3, -1, 1, 7);
  std::vector<double> want_h(4), want_c(4);
  for (int run = 0; run < 3; ++run) {
    if (run == 2) {
      session.reset_variables();
      want_h.assign(4, 0);
      want_c.assign(4, 0);
    }
    test::set_inputs(session, {x});
    session.run();
    cell.step({x.begin(), x.end()}, want_h, want_c);
    CHECK(worst_difference(test::read_outputs(session).values<float>(), want_h) < 1e-5);
  }
}

TEST_CASE("BIDIRECTIONAL_SEQUENCE_LSTM runs one half from each end and may merge them") {
  Cell cell;
  cell.fill();
  const std::vector<std::int32_t> shape{kSteps, kBatch, cell.input};
  const auto x = random_values<float>(element_count(shape), -1, 1, 5);
  const auto forward = expected(cell, x, true);
  // The same cell on the sequence turned round, turned back.
  const auto turn = [](const auto& values) {
    auto turned = values;
    const std::size_t step = values.size() / kSteps;
    for (std::size_t t = 0; t < kSteps; ++t) {
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(t * step), step,
                  turned.begin() + static_cast<std::ptrdiff_t>((kSteps - 1 - t) * step));
    }
    return turned;
  };
  const auto backward = turn(expected(cell, turn(x), true));
  for (const bool merged : {false, true}) {
    CAPTURE(merged);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, shape);
    std::vector<std::int32_t> inputs(48, -1);
    for (const std::size_t half : {0U, 1U}) {
      const auto own =
          lstm_inputs(b, cell, in, b.variable(TensorType::FLOAT32, {kBatch, 4}),
                      b.variable(TensorType::FLOAT32, {kBatch, 4}),
                      [&](std::vector<std::int32_t> dims, const std::vector<float>& w) {
                        return b.constant<float>(std::move(dims), w);
                      });
      std::copy_n(own.begin() + 1, 17, inputs.begin() + 1 + static_cast<std::ptrdiff_t>(half * 17));
      std::copy_n(own.begin() + 18, 2, inputs.begin() + 35 + static_cast<std::ptrdiff_t>(half * 2));
    }
    inputs[0] = in;
    BidirectionalSequenceLstmOptions options;
    options.fused_activation_function = ActivationFunction::TANH;
    options.merge_outputs = merged;
    std::vector<std::int32_t> outputs{b.output(TensorType::FLOAT32)};
    if (!merged) outputs.push_back(b.output(TensorType::FLOAT32));
    b.op(BuiltinOperator::BIDIRECTIONAL_SEQUENCE_LSTM, inputs, outputs, options);
    const auto result = test::run_graph(b.graph(), {x});
    if (!merged) {
      CHECK(worst_difference(result.values<float>(0), forward) < 1e-5);
      CHECK(worst_difference(result.values<float>(1), backward) < 1e-5);
      continue;
    }
    std::vector<double> both;
    for (std::size_t row = 0; row < forward.size() / 4; ++row) {
      const auto at = static_cast<std::ptrdiff_t>(row * 4);
      both.insert(both.end(), forward.begin() + at, forward.begin() + at + 4);
      both.insert(both.end(), backward.begin() + at, backward.begin() + at + 4);
    }
    CHECK(worst_difference(result.values<float>(), both) < 1e-5);
  }
}

TEST_CASE("the integer LSTM follows the float one") {
  for (Cell cell : {Cell{}, Cell{.input = 5, .cells = 9, .outputs = 9, .input_gate = false},
                    Cell{.input = 3, .cells = 6, .outputs = 6, .peephole = true}}) {
    cell.fill();
    CAPTURE(cell.cells);
    const std::vector<std::int32_t> shape{kSteps, kBatch, cell.input};
    const auto x = random_values<float>(element_count(shape), -1, 1, 99);
    const auto want = expected(cell, x, true);
    std::vector<std::int8_t> quantized_x;
    for (const float value : x) {
      quantized_x.push_back(static_cast<std::int8_t>(std::lround(value * 127) - 1));
    }
    GraphBuilder b;
    const Quantization weight_scale = test::quantized(1.0F / 127, 0);
    const Quantization output_scale = test::quantized(1.0F / 128, -3);
    const int in = b.input(TensorType::INT8, shape, test::quantized(1.0F / 127, -1));
    std::vector<std::int32_t> inputs(24, -1);
    inputs[0] = in;
    const auto matrix = [&](std::vector<std::int32_t> dims, const std::vector<float>& w) {
      std::vector<std::int8_t> q;
      for (const float value : w) q.push_back(static_cast<std::int8_t>(std::lround(value * 127)));
      return b.constant<std::int8_t>(std::move(dims), q, weight_scale);
    };
    for (std::size_t g = cell.first(); g < kGates; ++g) {
      inputs[1 + g] = matrix({cell.cells, cell.input}, cell.wx[g]);
      inputs[5 + g] = matrix({cell.cells, cell.outputs}, cell.wh[g]);
      std::vector<std::int32_t> bias;
      for (const float value : cell.bias[g]) {
        bias.push_back(static_cast<std::int32_t>(std::lround(value * 127 * 127)));
      }
      inputs[12 + g] =
          b.constant<std::int32_t>({cell.cells}, bias, test::quantized(1.0F / (127 * 127), 0));
      if (cell.wc[g].empty()) continue;
      std::vector<std::int16_t> peephole;
      for (const float value : cell.wc[g]) {
        peephole.push_back(static_cast<std::int16_t>(std::lround(value * 32767)));
      }
      inputs[g == 3 ? 11 : 9 + g] =
          b.constant<std::int16_t>({cell.cells}, peephole, test::quantized(1.0F / 32767, 0));
    }
    // The state begins at its zero point.
    inputs[18] = b.variable(TensorType::INT8, {kBatch, cell.outputs}, output_scale);
    inputs[19] =
        b.variable(TensorType::INT16, {kBatch, cell.cells}, test::quantized(1.0F / 2048, 0));
    UnidirectionalSequenceLstmOptions options;
    options.fused_activation_function = ActivationFunction::TANH;
    options.time_major = true;
    const int out = b.output(TensorType::INT8, {}, output_scale);
    b.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, inputs, {out}, options);
    for (int i = 0; i < 5; ++i) {
      b.last_op().intermediates.push_back(
          b.tensor(i == 4 ? TensorType::INT8 : TensorType::INT16, {}, output_scale));
    }
    std::vector<float> real;
    for (const std::int8_t value :
         test::run_graph(b.graph(), {quantized_x}).values<std::int8_t>()) {
      real.push_back(static_cast<float>(value + 3) / 128);
    }
    CHECK(worst_difference(real, want) < 0.04);
  }
}

// LiteRT leaves the state out of this cell's output gate, so there is none in the float one.
TEST_CASE("the integer LSTM of 8-bit steps follows the float one") {
  Cell cell{
      .input = 4, .cells = 8, .outputs = 5, .input_gate = false, .projection = true, .norm = true};
  cell.fill();
  cell.wh[3].assign(cell.wh[3].size(), 0.0F);
  const auto x = random_values<float>(static_cast<std::size_t>(kSteps * kBatch) * 4, -1, 1, 99);
  const auto rounded = [](const std::vector<float>& values, float factor, auto zero) {
    std::vector<decltype(zero)> result;
    for (const float value : values) {
      result.push_back(static_cast<decltype(zero)>(std::lround(value * factor)));
    }
    return result;
  };
  GraphBuilder b;
  const auto byte_scale = test::quantized(1.0F / 127, 0),
             state_scale = test::quantized(1.0F / 48, 0);
  const auto matrix = [&](std::int32_t rows, std::int32_t columns, const std::vector<float>& w) {
    return b.constant<std::int8_t>({rows, columns}, rounded(w, 127, std::int8_t{}), byte_scale);
  };
  std::vector<std::int32_t> inputs(24, -1);
  inputs[0] = b.input(TensorType::INT8, {kSteps, kBatch, 4}, byte_scale);
  for (std::size_t g = 1; g < kGates; ++g) {
    inputs[1 + g] = matrix(8, 4, cell.wx[g]);
    inputs[5 + g] = matrix(8, 5, cell.wh[g]);
    // A bias has the scale of the norm's weights, and 10 bits more.
    inputs[12 + g] =
        b.constant<std::int32_t>({8}, rounded(cell.bias[g], 1024 * 8192, std::int32_t{}));
    inputs[20 + g] = b.constant<std::int16_t>({8}, rounded(cell.gamma[g], 8192, std::int16_t{}),
                                              test::quantized(1.0F / 8192, 0));
  }
  inputs[16] = matrix(5, 8, cell.wp);
  inputs[17] = b.constant<std::int32_t>({5}, rounded(cell.bp, 127 * 32768, std::int32_t{}));
  inputs[18] = b.variable(TensorType::INT8, {kBatch, 5}, state_scale);
  inputs[19] = b.variable(TensorType::INT16, {kBatch, 8}, test::quantized(1.0F / 32768, 0));
  LstmOptions options;
  options.fused_activation_function = ActivationFunction::TANH;
  b.op(BuiltinOperator::LSTM, inputs, {b.output(TensorType::INT8, {}, state_scale)}, options);
  for (std::size_t i = 0; i < 12; ++i) {
    const float scale = i % 3 == 0 ? 1.0F / 4096 : 1.0F / 32;
    b.last_op().intermediates.push_back(b.tensor(TensorType::INT8, {}, test::quantized(scale, 0)));
  }
  std::vector<float> real;
  const auto result = test::run_graph(b.graph(), {rounded(x, 127, std::int8_t{})});
  for (const std::int8_t value : result.values<std::int8_t>()) {
    real.push_back(static_cast<float>(value) / 48);
  }
  CHECK(worst_difference(real, expected(cell, x, true)) < 0.1);
  b.last_op().inputs[17] = -1;
  CHECK_THROWS_AS(test::run_graph(b.graph(), {rounded(x, 127, std::int8_t{})}), Error);
}

TEST_CASE("the BASIC kernel of LSTM is the same cell with its weights in one matrix") {
  const std::vector<float> x{0.5F}, h{-0.25F}, c{0.75F};
  const std::vector<float> weights{1, 2, -1, 0.5F, 0.25F, -2, 1.5F, 1},
      bias{0.1F, 0.2F, 0.3F, 0.4F};
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 1}), state = b.input(TensorType::FLOAT32, {1, 1});
  const int cell = b.input(TensorType::FLOAT32, {1, 1});
  LstmOptions options;
  options.kernel_type = LstmKernelType::BASIC;
  options.fused_activation_function = ActivationFunction::TANH;
  b.op(BuiltinOperator::LSTM,
       {in, state, b.constant<float>({4, 2}, weights), b.constant<float>({4}, bias), cell},
       {b.output(TensorType::FLOAT32), b.output(TensorType::FLOAT32), b.tensor(TensorType::FLOAT32),
        b.tensor(TensorType::FLOAT32)},
       options);
  const auto gate = [&](std::size_t i) {
    return static_cast<double>(weights[2 * i] * x[0] + weights[2 * i + 1] * h[0] + bias[i]);
  };
  const auto logistic = [](double value) { return 1 / (1 + std::exp(-value)); };
  const double want_c = logistic(gate(0)) * std::tanh(gate(1)) + logistic(gate(2)) * 0.75;
  const auto result = test::run_graph(b.graph(), {x, h, c});
  CHECK(static_cast<double>(result.values<float>(1)[0]) == doctest::Approx(want_c));
  CHECK(static_cast<double>(result.values<float>(0)[0]) ==
        doctest::Approx(logistic(gate(3)) * std::tanh(want_c)));
}

TEST_CASE("an LSTM whose tensors do not fit is refused with the node's name") {
  struct {
    const char* name;
    std::size_t input;
    std::vector<std::int32_t> shape;
  } const cases[] = {{"another depth", 2, {4, 5}},
                     {"another number of cells", 3, {5, 3}},
                     {"a vector for a matrix", 4, {12}},
                     {"a bias too short", 13, {3}},
                     {"recurrent weights of no cells", 8, {0, 4}}};
  for (const auto& broken : cases) {
    CAPTURE(broken.name);
    Cell cell;
    cell.fill();
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {1, cell.input});
    auto inputs = lstm_inputs(b, cell, in, b.variable(TensorType::FLOAT32, {1, 4}),
                              b.variable(TensorType::FLOAT32, {1, 4}),
                              [&](std::vector<std::int32_t> dims, const std::vector<float>& w) {
                                return b.constant<float>(std::move(dims), w);
                              });
    inputs[broken.input] =
        b.constant<float>(broken.shape, std::vector<float>(element_count(broken.shape)));
    b.op(BuiltinOperator::LSTM, inputs, {b.output(TensorType::FLOAT32)}, LstmOptions{});
    CHECK_THROWS_WITH_AS(test::run_graph(b.graph(), {std::vector<float>(3)}),
                         doctest::Contains("LSTM"), Error);
  }
}

}  // namespace
}  // namespace litezoo
