#include "inspector/macs.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "base/checked.h"

namespace litezoo::inspector {
namespace {

using Factor = std::optional<std::uint64_t>;

// Shapes of one operator's tensors, as factors that multiply without overflow.
class Shapes {
 public:
  Shapes(const Operator& op, const Subgraph& subgraph) : op_(op), subgraph_(subgraph) {}

  const Tensor* input(std::size_t i) const {
    if (i >= op_.inputs.size() || op_.inputs[i] < 0) return nullptr;
    return &subgraph_.tensors[static_cast<std::size_t>(op_.inputs[i])];
  }
  const Tensor* output() const {
    if (op_.outputs.empty()) return nullptr;
    return &subgraph_.tensors[static_cast<std::size_t>(op_.outputs.front())];
  }
  const Operator& op() const { return op_; }

 private:
  const Operator& op_;
  const Subgraph& subgraph_;
};

Factor count(const Tensor* tensor) {
  if (tensor == nullptr) return std::nullopt;
  return element_count(tensor->shape);
}

// Dimension `index`, from the end when it is negative; an unset one counts as 1.
Factor dimension(const Tensor* tensor, int index) {
  if (tensor == nullptr) return std::nullopt;
  const int rank = static_cast<int>(tensor->shape.size());
  const int at = index < 0 ? rank + index : index;
  if (at < 0 || at >= rank) return std::nullopt;
  const std::int32_t value = tensor->shape[static_cast<std::size_t>(at)];
  return value < 0 ? 1 : static_cast<std::uint64_t>(value);
}

Factor times(Factor a, Factor b) {
  if (!a || !b) return std::nullopt;
  return checked_multiply(*a, *b).value_or(std::numeric_limits<std::uint64_t>::max());
}

Factor divided(Factor a, Factor b) {
  if (!a || !b || *b == 0) return std::nullopt;
  return *a / *b;
}

Factor plus(Factor a, Factor b) {
  return checked_add(a.value_or(0), b.value_or(0))
      .value_or(std::numeric_limits<std::uint64_t>::max());
}

// Filter [out, height, width, in / groups]: each output element meets one output channel's filter.
Factor convolution(const Shapes& s) {
  return times(count(s.output()), divided(count(s.input(1)), dimension(s.input(1), 0)));
}

// Filter [1, height, width, channels].
Factor depthwise(const Shapes& s) {
  return times(count(s.output()), times(dimension(s.input(1), 1), dimension(s.input(1), 2)));
}

// Weights [out, height, width, in], the image is input 2: each image element meets out * h * w.
Factor transpose_convolution(const Shapes& s) {
  return times(count(s.input(2)), divided(count(s.input(1)), dimension(s.input(1), -1)));
}

// The same with the image as input 0.
Factor transpose_convolution_bias(const Shapes& s) {
  return times(count(s.input(0)), divided(count(s.input(1)), dimension(s.input(1), -1)));
}

// Filter [depth, height, width, in, out].
Factor convolution_3d(const Shapes& s) {
  return times(count(s.output()), divided(count(s.input(1)), dimension(s.input(1), -1)));
}

// Filter [depth, height, width, out, in], the image is input 2.
Factor transpose_convolution_3d(const Shapes& s) {
  return times(count(s.input(2)), divided(count(s.input(1)), dimension(s.input(1), -1)));
}

Factor fully_connected(const Shapes& s) {
  return times(count(s.output()), dimension(s.input(1), -1));
}

Factor batch_matmul(const Shapes& s) {
  const auto* options = std::get_if<BatchMatMulOptions>(&s.op().options);
  const bool transposed = options != nullptr && options->adj_x;
  return times(count(s.output()), dimension(s.input(0), transposed ? -2 : -1));
}

// Every matrix of the cell is met once a step by each row of the batch.
Factor cell(const Shapes& s, std::size_t first, std::size_t last) {
  Factor matrices = 0;
  for (std::size_t i = first; i <= last; ++i) {
    const Tensor* weights = s.input(i);
    if (weights != nullptr && weights->shape.size() == 2) matrices = plus(matrices, count(weights));
  }
  const Tensor* x = s.input(0);
  return times(matrices, divided(count(x), dimension(x, -1)));
}

Factor lstm(const Shapes& s) {
  const auto* options = std::get_if<LstmOptions>(&s.op().options);
  if (options != nullptr && options->kernel_type == LstmKernelType::BASIC) return cell(s, 2, 2);
  // Four input, four recurrent matrices, peepholes (vectors), one projection at 16.
  return cell(s, 1, 16);
}

Factor bidirectional_lstm(const Shapes& s) {
  return plus(cell(s, 1, 16), cell(s, 18, 33));
}

Factor rnn(const Shapes& s) {
  return cell(s, 1, 2);
}

Factor bidirectional_rnn(const Shapes& s) {
  return plus(cell(s, 1, 2), cell(s, 5, 6));
}

// weights_feature [filters, in] and weights_time [filters, memory].
Factor svdf(const Shapes& s) {
  return cell(s, 1, 2);
}

Factor dot_general(const Shapes& s) {
  const auto* options = std::get_if<StablehloDotGeneralOptions>(&s.op().options);
  if (options == nullptr) return std::nullopt;
  Factor inner = 1;
  for (const std::int64_t d : options->lhs_contracting_dimensions) {
    if (d < 0 || d > 32) return std::nullopt;
    inner = times(inner, dimension(s.input(0), static_cast<int>(d)));
  }
  return times(count(s.output()), inner);
}

Factor stablehlo_convolution(const Shapes& s) {
  const auto* options = std::get_if<StablehloConvolutionOptions>(&s.op().options);
  if (options == nullptr || options->kernel_output_feature_dimension < 0 ||
      options->kernel_output_feature_dimension > 32) {
    return std::nullopt;
  }
  const int out = static_cast<int>(options->kernel_output_feature_dimension);
  return times(count(s.output()), divided(count(s.input(1)), dimension(s.input(1), out)));
}

struct Row {
  BuiltinOperator code;
  Factor (*macs)(const Shapes& shapes);
  bool integer_bias;
};

using enum BuiltinOperator;

constexpr auto kRows = std::to_array<Row>({
    {CONV_2D, convolution, true},
    {DEPTHWISE_CONV_2D, depthwise, true},
    {FULLY_CONNECTED, fully_connected, true},
    {LSTM, lstm, true},
    {RNN, rnn, false},
    {SVDF, svdf, true},
    {UNIDIRECTIONAL_SEQUENCE_RNN, rnn, false},
    {UNIDIRECTIONAL_SEQUENCE_LSTM, lstm, true},
    {BIDIRECTIONAL_SEQUENCE_RNN, bidirectional_rnn, false},
    {BIDIRECTIONAL_SEQUENCE_LSTM, bidirectional_lstm, true},
    {TRANSPOSE_CONV, transpose_convolution, true},
    {BATCH_MATMUL, batch_matmul, false},
    {CONV_3D, convolution_3d, true},
    {CONV_3D_TRANSPOSE, transpose_convolution_3d, true},
    {STABLEHLO_CONVOLUTION, stablehlo_convolution, false},
    {STABLEHLO_DOT_GENERAL, dot_general, false},
});
static_assert(std::ranges::is_sorted(kRows, {}, &Row::code));

const Row* find_row(BuiltinOperator code) {
  const auto* const row = std::ranges::lower_bound(kRows, code, {}, &Row::code);
  return row == kRows.end() || row->code != code ? nullptr : row;
}

}  // namespace

bool has_integer_bias(BuiltinOperator code) noexcept {
  const Row* const row = find_row(code);
  return row != nullptr && row->integer_bias;
}

std::uint64_t macs_of(const Operator& op, const Subgraph& subgraph) {
  const Shapes shapes(op, subgraph);
  if (op.code == CUSTOM) {
    const bool known = op.custom_code == "Convolution2DTransposeBias";
    return known ? transpose_convolution_bias(shapes).value_or(0) : 0;
  }
  const Row* const row = find_row(op.code);
  return row == nullptr ? 0 : row->macs(shapes).value_or(0);
}

}  // namespace litezoo::inspector
