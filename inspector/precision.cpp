#include "inspector/precision.h"

#include <algorithm>
#include <map>
#include <numeric>

namespace litezoo::inspector {
namespace {

using enum TensorType;

bool is_float(TensorType type) {
  return type == FLOAT32 || type == FLOAT64;
}

// Numbers that are data rather than indices, shapes or texts.
bool is_numeric(TensorType type) {
  return type == FLOAT32 || type == FLOAT16 || type == BFLOAT16 || type == FLOAT64 ||
         type == INT8 || type == UINT8 || type == INT16 || type == INT4 || type == INT2 ||
         type == UINT4;
}

std::string activation_class(TensorType activation) {
  switch (activation) {
    case FLOAT32:
    case FLOAT64:
      return "float32";
    case FLOAT16:
      return "float16";
    case BFLOAT16:
      return "bfloat16";
    case INT8:
      return "int8";
    case UINT8:
      return "uint8";
    case INT16:
      return "int16";
    default:
      return "integer";
  }
}

// How the stored weights meet the activations. `unpacked` = through DEQUANTIZE.
std::string weight_class(TensorType activation, TensorType weights, bool unpacked) {
  if (activation == INT16 && (weights == INT8 || weights == INT4)) return "int16x8";
  if (!is_float(activation)) return activation_class(activation);
  switch (weights) {
    case FLOAT16:
      return "float16";
    case BFLOAT16:
      return "bfloat16";
    case INT4:
    case UINT4:
      return "int4";
    case INT2:
      return "int2";
    case INT8:
    case UINT8:
      return unpacked ? "weight-only" : "dynamic-range";
    case INT16:
      return "weight-only";
    default:
      return "float32";
  }
}

using Votes = std::map<std::string, std::size_t>;

std::string winner(const Votes& votes) {
  return std::ranges::max_element(votes, {}, &Votes::value_type::second)->first;
}

bool only_unpacks(BuiltinOperator code) {
  return code == BuiltinOperator::DEQUANTIZE || code == BuiltinOperator::DENSIFY;
}

void vote_by_weights(const Subgraph& subgraph, Votes& votes) {
  const std::vector<std::int32_t> origins = stored_origins(subgraph);
  for (const Operator& op : subgraph.operators) {
    if (op.outputs.empty() || only_unpacks(op.code)) continue;
    const TensorType activation =
        subgraph.tensors[static_cast<std::size_t>(op.outputs.front())].type;
    for (const std::int32_t input : op.inputs) {
      if (input < 0 || origins[static_cast<std::size_t>(input)] < 0) continue;
      const auto origin = static_cast<std::size_t>(origins[static_cast<std::size_t>(input)]);
      const Tensor& weights = subgraph.tensors[origin];
      if (!is_numeric(weights.type) || !is_numeric(activation)) continue;
      const bool unpacked = origin != static_cast<std::size_t>(input);
      votes[weight_class(activation, weights.type, unpacked)] += element_count(weights.shape);
    }
  }
}

void vote_by_activations(const Subgraph& subgraph, Votes& votes) {
  for (const Tensor& tensor : subgraph.tensors) {
    if (tensor.is_constant()) continue;
    // A single float anywhere says more than many indices and shapes.
    votes[activation_class(tensor.type)] += is_numeric(tensor.type) ? 1000 : 1;
  }
}

}  // namespace

std::vector<std::int32_t> stored_origins(const Subgraph& subgraph) {
  std::vector<std::int32_t> result(subgraph.tensors.size(), -1);
  for (std::size_t t = 0; t < result.size(); ++t) {
    const Tensor& tensor = subgraph.tensors[t];
    if (tensor.is_constant() || tensor.external_buffer != 0) {
      result[t] = static_cast<std::int32_t>(t);
    }
  }
  for (const Operator& op : subgraph.operators) {
    if (!only_unpacks(op.code) || op.inputs.empty() || op.inputs.front() < 0) continue;
    const std::int32_t origin = result[static_cast<std::size_t>(op.inputs.front())];
    for (const std::int32_t output : op.outputs) result[static_cast<std::size_t>(output)] = origin;
  }
  return result;
}

std::string precision_class(const Graph& graph) {
  Votes votes;
  for (const Subgraph& subgraph : graph.subgraphs) vote_by_weights(subgraph, votes);
  std::erase_if(votes, [](const auto& vote) { return vote.second == 0; });
  if (!votes.empty()) return winner(votes);
  for (const Subgraph& subgraph : graph.subgraphs) vote_by_activations(subgraph, votes);
  return votes.empty() ? "none" : winner(votes);
}

}  // namespace litezoo::inspector
