#include "runtime/fusion.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "runtime/kernels/squares.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

std::optional<ActivationFunction> clamp_of(BuiltinOperator code) noexcept {
  switch (code) {
    case BuiltinOperator::RELU:
      return ActivationFunction::RELU;
    case BuiltinOperator::RELU6:
      return ActivationFunction::RELU6;
    case BuiltinOperator::RELU_N1_TO_1:
      return ActivationFunction::RELU_N1_TO_1;
    default:
      return std::nullopt;
  }
}

bool takes_clamp(BuiltinOperator code) noexcept {
  switch (code) {
    case BuiltinOperator::ADD:
    case BuiltinOperator::CONV_2D:
    case BuiltinOperator::DEPTHWISE_CONV_2D:
    case BuiltinOperator::DIV:
    case BuiltinOperator::FULLY_CONNECTED:
    case BuiltinOperator::MUL:
    case BuiltinOperator::SUB:
      return true;
    default:
      return false;
  }
}

// Where the options keep the activation; null when there are none, or they have one already.
ActivationFunction* free_activation(OperatorOptions& options) {
  ActivationFunction* found = std::visit(
      [](auto& own) -> ActivationFunction* {
        if constexpr (requires { own.fused_activation_function; }) {
          return &own.fused_activation_function;
        } else {
          return nullptr;
        }
      },
      options);
  return found != nullptr && *found == ActivationFunction::NONE ? found : nullptr;
}

class Search {
 public:
  Search(const Subgraph& subgraph, const std::vector<bool>& border)
      : subgraph_(subgraph),
        border_(border),
        writer_(subgraph.tensors.size(), kNone),
        reads_(subgraph.tensors.size(), 0),
        first_reader_(subgraph.tensors.size(), kNone),
        taken_(subgraph.operators.size()) {
    for (std::size_t i = 0; i < subgraph.operators.size(); ++i) {
      for (const std::int32_t input : subgraph.operators[i].inputs) {
        if (!is_tensor(input)) continue;
        const auto read = static_cast<std::size_t>(input);
        ++reads_[read];
        first_reader_[read] = std::min(first_reader_[read], i);
      }
      for (const std::int32_t output : subgraph.operators[i].outputs) {
        if (!is_tensor(output)) continue;
        std::size_t& writer = writer_[static_cast<std::size_t>(output)];
        writer = writer == kNone ? i : kTwice;
      }
    }
  }

  std::vector<Fusion> all() {
    std::vector<Fusion> fusions;
    for (std::size_t i = 0; i < subgraph_.operators.size(); ++i) {
      std::optional<Fusion> found = clamp_at(i);
      if (!found) found = squares_at(i);
      if (!found || taken_[found->node] || taken_[found->swallowed]) continue;
      taken_[found->node] = taken_[found->swallowed] = true;
      fusions.push_back(std::move(*found));
    }
    return fusions;
  }

 private:
  static constexpr std::size_t kTwice = kNone - 1;

  bool is_tensor(std::int32_t index) const {
    return index >= 0 && static_cast<std::size_t>(index) < subgraph_.tensors.size();
  }
  bool is_float(std::int32_t index) const {
    return is_tensor(index) &&
           subgraph_.tensors[static_cast<std::size_t>(index)].type == TensorType::FLOAT32;
  }
  bool is_one_float(const std::vector<std::int32_t>& tensors) const {
    return tensors.size() == 1 && is_float(tensors.front());
  }

  // The node that computes a tensor which no other than this one reads.
  std::size_t lone_writer(std::size_t reader, std::int32_t index) const {
    if (!is_float(index)) return kNone;
    const auto i = static_cast<std::size_t>(index);
    const bool alone = reads_[i] == 1 && !border_[i] && !subgraph_.tensors[i].is_variable &&
                       writer_[i] < reader && is_one_float(subgraph_.operators[writer_[i]].outputs);
    return alone ? writer_[i] : kNone;
  }

  // The tensor holds the same from this node on: nothing later changes it.
  bool is_settled(std::size_t node, std::int32_t index) const {
    const auto i = static_cast<std::size_t>(index);
    return !subgraph_.tensors[i].is_variable && (writer_[i] == kNone || writer_[i] < node);
  }

  // Nothing would notice that the node writes its output earlier. Whoever else claims the tensor is
  // told so with the operator's own name.
  bool may_write_earlier(std::size_t node, std::int32_t output) const {
    const auto i = static_cast<std::size_t>(output);
    const Tensor& tensor = subgraph_.tensors[i];
    return writer_[i] == node && (first_reader_[i] == kNone || first_reader_[i] > node) &&
           !tensor.is_variable && !tensor.is_constant() &&
           std::ranges::find(subgraph_.inputs, output) == subgraph_.inputs.end();
  }

  std::optional<Fusion> clamp_at(std::size_t i) const {
    const Operator& clamp = subgraph_.operators[i];
    const auto function = clamp_of(clamp.code);
    if (!function || clamp.inputs.size() != 1 || !is_one_float(clamp.outputs)) return std::nullopt;
    if (!may_write_earlier(i, clamp.outputs.front())) return std::nullopt;
    const std::size_t writer = lone_writer(i, clamp.inputs.front());
    if (writer == kNone || !takes_clamp(subgraph_.operators[writer].code)) return std::nullopt;
    Fusion fusion{writer,
                  i,
                  clamp.inputs.front(),
                  clamp.outputs.front(),
                  subgraph_.operators[writer],
                  operator_name(subgraph_.operators[writer]) + "+" + operator_name(clamp)};
    ActivationFunction* activation = free_activation(fusion.op.options);
    if (activation == nullptr) return std::nullopt;
    *activation = *function;
    fusion.op.outputs = clamp.outputs;
    return fusion;
  }

  std::optional<Fusion> squares_at(std::size_t i) const {
    const Operator& sum = subgraph_.operators[i];
    const bool sums = sum.code == BuiltinOperator::SUM || sum.code == BuiltinOperator::MEAN;
    if (!sums || sum.inputs.size() != 2 || !is_one_float(sum.outputs)) return std::nullopt;
    const std::size_t writer = lone_writer(i, sum.inputs.front());
    if (writer == kNone || !is_last_axis(sum)) return std::nullopt;
    const Operator& square = subgraph_.operators[writer];
    const std::vector<std::int32_t>& x = square.inputs;
    OperatorOptions options = square.options;
    const bool squares = (square.code == BuiltinOperator::SQUARE && x.size() == 1) ||
                         (square.code == BuiltinOperator::MUL && x.size() == 2 && x[0] == x[1] &&
                          (options.index() == 0 || free_activation(options) != nullptr));
    if (!squares || !is_float(x.front()) || !is_settled(writer, x.front())) return std::nullopt;
    Fusion fusion{i,
                  writer,
                  sum.inputs.front(),
                  x.front(),
                  sum,
                  operator_name(square) + "+" + operator_name(sum),
                  prepare_sum_of_squares};
    fusion.op.inputs.front() = x.front();
    return fusion;
  }

  bool is_last_axis(const Operator& sum) const {
    const std::int32_t axes = sum.inputs[1];
    if (!is_tensor(axes)) return false;
    const Tensor& constant = subgraph_.tensors[static_cast<std::size_t>(axes)];
    std::int32_t axis = 0;
    if (constant.type != TensorType::INT32 || constant.data.size() != sizeof axis) return false;
    std::memcpy(&axis, constant.data.data(), sizeof axis);
    const auto& shape = subgraph_.tensors[static_cast<std::size_t>(sum.inputs.front())].shape;
    return axis == -1 || (axis >= 0 && static_cast<std::size_t>(axis) + 1 == shape.size());
  }

  const Subgraph& subgraph_;
  const std::vector<bool>& border_;
  std::vector<std::size_t> writer_, reads_, first_reader_;  // by tensor
  std::vector<bool> taken_;                                 // by node
};

}  // namespace

std::vector<Fusion> find_fusions(const Subgraph& subgraph, const std::vector<bool>& border) {
  return Search(subgraph, border).all();
}

}  // namespace litezoo::runtime
