#include "inspector/calls.h"

#include <type_traits>

namespace litezoo::inspector {
namespace {

using Indices = std::vector<std::int32_t>;

template <typename T>
concept HasBody = requires(const T& o) {
  o.body_subgraph_index;
};
template <typename T>
concept HasCondition = requires(const T& o) {
  o.cond_subgraph_index;
};

struct Called {
  Indices operator()(const IfOptions& o) const {
    return {o.then_subgraph_index, o.else_subgraph_index};
  }
  Indices operator()(const CallOnceOptions& o) const { return {o.init_subgraph_index}; }
  Indices operator()(const CallOptions& o) const { return {o.subgraph}; }
  Indices operator()(const StablehloCompositeOptions& o) const {
    return {o.decomposition_subgraph_index};
  }
  Indices operator()(const StablehloSortOptions& o) const { return {o.comparator_subgraph_index}; }
  Indices operator()(const StablehloScatterOptions& o) const {
    return {o.update_computation_subgraph_index};
  }
  Indices operator()(const StablehloCaseOptions& o) const { return o.branch_subgraph_indices; }
  template <typename Other>
  Indices operator()(const Other& o) const {
    Indices result;
    if constexpr (HasCondition<Other>) result.push_back(o.cond_subgraph_index);
    if constexpr (HasBody<Other>) result.push_back(o.body_subgraph_index);
    return result;
  }
};

std::vector<Indices> call_lists(const Graph& graph) {
  std::vector<Indices> result(graph.subgraphs.size());
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    for (const Operator& op : graph.subgraphs[s].operators) {
      const Indices called = called_subgraphs(op.options);
      result[s].insert(result[s].end(), called.begin(), called.end());
    }
  }
  return result;
}

}  // namespace

std::vector<std::int32_t> called_subgraphs(const OperatorOptions& options) {
  return std::visit(Called(), options);
}

std::vector<bool> called_ones(const Graph& graph) {
  std::vector<bool> result(graph.subgraphs.size());
  for (const Indices& list : call_lists(graph)) {
    for (const std::int32_t callee : list) {
      if (callee >= 0 && static_cast<std::size_t>(callee) < result.size()) {
        result[static_cast<std::size_t>(callee)] = true;
      }
    }
  }
  return result;
}

std::optional<std::size_t> find_circular_call(const Graph& graph) {
  const std::vector<Indices> calls = call_lists(graph);
  enum class State : char { unseen, open, done };
  std::vector<State> state(calls.size(), State::unseen);
  struct Frame {
    std::size_t subgraph;
    std::size_t next;
  };
  // An explicit stack: the chain of calls comes from the file and may be as long as it likes.
  std::vector<Frame> stack;
  for (std::size_t start = 0; start < calls.size(); ++start) {
    if (state[start] != State::unseen) continue;
    state[start] = State::open;
    stack.push_back({start, 0});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      if (frame.next == calls[frame.subgraph].size()) {
        state[frame.subgraph] = State::done;
        stack.pop_back();
        continue;
      }
      const auto callee = static_cast<std::size_t>(calls[frame.subgraph][frame.next++]);
      if (state[callee] == State::open) return callee;
      if (state[callee] == State::unseen) {
        state[callee] = State::open;
        stack.push_back({callee, 0});
      }
    }
  }
  return std::nullopt;
}

}  // namespace litezoo::inspector
