#include "inspector/optimization.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "inspector/cost.h"
#include "inspector/precision.h"
#include "inspector/stamps.h"

namespace litezoo::inspector {
namespace {

// Biases and tables are never pruned or clustered and would blur the picture.
constexpr std::uint64_t kLarge = 1024;
constexpr double kPrunedShare = 0.5;
constexpr std::uint32_t kClusters = 64;
// Less is not worth a line.
constexpr double kLeastWon = 0.1;
constexpr double kLeastZeros = 0.3;

bool is_worth_it(std::uint64_t now, std::uint64_t then) {
  return static_cast<double>(then) <= (1 - kLeastWon) * static_cast<double>(now);
}

std::vector<TypeTotal> totals_by_type(const Graph& graph, OptimizationState& state) {
  std::map<TensorType, TypeTotal> totals;
  std::set<const void*> seen;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      for (std::size_t i = 0; i < op.inputs.size(); ++i) {
        if (op.inputs[i] < 0) continue;
        const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(op.inputs[i])];
        if (!tensor.is_constant() || !is_parameter(op, i, tensor)) continue;
        if (tensor.quantization.scale.size() > 1) state.per_channel = true;
        if (tensor.sparsity) state.sparse_encoded = true;
        if (!seen.insert(tensor.data.data()).second) continue;
        TypeTotal& total = totals[tensor.type];
        total.type = tensor.type;
        ++total.tensors;
        total.elements += element_count(tensor.shape);
        total.size.count += tensor.data.size();
      }
    }
  }
  std::vector<TypeTotal> result;
  result.reserve(totals.size());
  for (const auto& [type, total] : totals) result.push_back(total);
  std::ranges::sort(result, std::ranges::greater{}, [](const TypeTotal& t) { return t.size; });
  return result;
}

void use_statistics(const std::vector<WeightStatistics>& statistics, OptimizationState& state) {
  std::uint64_t elements = 0, zeros = 0, large = 0, large_zeros = 0, in_blocks = 0;
  bool all_clustered = true;
  for (const WeightStatistics& s : statistics) {
    elements += s.elements;
    zeros += s.zeros;
    if (s.elements < kLarge) continue;
    large += s.elements;
    large_zeros += s.zeros;
    in_blocks += s.zeros_in_blocks;
    if (!s.unique || *s.unique > kClusters) all_clustered = false;
  }
  state.has_statistics = !statistics.empty();
  if (elements > 0) state.zero_share = static_cast<double>(zeros) / static_cast<double>(elements);
  state.pruned =
      large > 0 && static_cast<double>(large_zeros) >= kPrunedShare * static_cast<double>(large);
  state.pruned_in_blocks = state.pruned && 10 * in_blocks >= 9 * large_zeros;
  state.clustered = large > 0 && all_clustered;
}

void find_opportunities(OptimizationState& state) {
  std::uint64_t all = 0, wide = 0, wide_elements = 0;
  for (const TypeTotal& total : state.weights) {
    all += total.size.count;
    const bool is_half = total.type == TensorType::FLOAT16 || total.type == TensorType::BFLOAT16;
    if (total.type != TensorType::FLOAT32 && !is_half) continue;
    wide += total.size.count;
    wide_elements += total.elements;
  }
  if (wide == 0 || state.sparse_encoded) return;
  const std::uint64_t rest = all - wide;
  if (is_worth_it(all, rest + wide_elements)) {
    state.opportunities.push_back(
        {"int8-weights",
         {all},
         {rest + wide_elements},
         "estimate; accuracy must be measured, and 8-bit weights alone may run slower"});
  }
  if (is_worth_it(all, rest + 2 * wide_elements)) {
    state.opportunities.push_back({"float16-weights",
                                   {all},
                                   {rest + 2 * wide_elements},
                                   "estimate; usually without loss of accuracy"});
  }
}

void find_sparse_opportunity(OptimizationState& state) {
  if (state.zero_share < kLeastZeros || state.sparse_encoded) return;
  std::uint64_t all = 0;
  for (const TypeTotal& total : state.weights) all += total.size.count;
  // A value that stays needs an index of about a byte besides itself.
  const double kept = (1.0 - state.zero_share) * static_cast<double>(all);
  const auto then = static_cast<std::uint64_t>(kept * 1.25);
  if (!is_worth_it(all, then)) return;
  state.opportunities.push_back(
      {"sparse-encoding",
       {all},
       {then},
       fmt::format("estimate; {:.0f} % zeros, not sparse-encoded", 100 * state.zero_share)});
}

}  // namespace

OptimizationState optimization_state(const Graph& graph,
                                     const std::vector<WeightStatistics>& statistics) {
  OptimizationState state;
  state.precision = precision_class(graph);
  if (const auto conversion = read_conversion(graph)) {
    for (const std::int32_t mode : conversion->optimization_modes) {
      state.converter.push_back(optimization_mode_name(mode));
    }
  }
  state.weights = totals_by_type(graph, state);
  use_statistics(statistics, state);
  find_opportunities(state);
  find_sparse_opportunity(state);
  std::ranges::stable_sort(state.opportunities, {}, &Opportunity::size_then);
  return state;
}

}  // namespace litezoo::inspector
