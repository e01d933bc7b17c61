#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"
#include "runtime/program.h"

// The planning half of Program: shapes, constant folding, memory.

namespace litezoo::runtime {
namespace {

[[noreturn]] void corrupt(const std::string& why) {
  throw Error(ErrorKind::corrupt, why);
}

// Calls that change shapes plan the subgraphs below them anew, those the ones below them and so on:
// few subgraphs make endless work.
constexpr std::uint64_t kMaxPlannedNodes = 10'000'000;

// Serialised strings have offsets of 31 bits.
constexpr std::size_t kMostStrings = std::size_t{1} << 29U;

// Their outputs are constants as soon as shapes are known.
bool needs_shapes_only(BuiltinOperator code) noexcept {
  return code == BuiltinOperator::SHAPE || code == BuiltinOperator::RANK;
}

bool can_fold(const PlannedNode& node) {
  if (node.trait == Trait::stateful || node.at_load.input_count() == 0) return false;
  if (needs_shapes_only(node.at_load.op().code)) return true;
  for (std::size_t i = 0; i < node.at_load.input_count(); ++i) {
    if (node.at_load.has_input(i) && !node.at_load.input(i).constant) return false;
  }
  return true;
}

}  // namespace

void Program::set_input(std::size_t index, Shape shape) {
  RuntimeTensor& input = tensor(subgraph_.inputs[index]);
  TensorState& state = state_of(input);
  if (state.origin != Origin::input) {
    if (shape != input.shape) {
      throw Error(ErrorKind::usage, fmt::format("input {} ('{}') is a constant of the model: it "
                                                "cannot be resized",
                                                index, input.definition->name));
    }
    return;
  }
  input.bytes = tensor_bytes(input, shape, state_.budget);
  input.shape = std::move(shape);
  state.known = true;
  if (is_serialised(input.type)) {
    // As many empty strings: the count, an offset for each and one for the end.
    const std::size_t words = input.size() + 2;
    if (words >= kMostStrings) {
      throw Error(ErrorKind::unsupported,
                  fmt::format("input {} ('{}') holds {} strings, which is too many", index,
                              input.definition->name, input.size()));
    }
    std::byte* data = allocate_string(input, words * sizeof(std::int32_t));
    auto* head = reinterpret_cast<std::int32_t*>(data);
    std::fill_n(head, words, static_cast<std::int32_t>(words * sizeof(std::int32_t)));
    head[0] = static_cast<std::int32_t>(input.size());
  }
}

void Program::plan(std::span<const Shape> shapes) {
  if (planned_ && std::ranges::equal(planned_for_, shapes)) return;
  if (shapes.size() != subgraph_.inputs.size()) {
    corrupt(fmt::format("subgraph {} is called with {} inputs, it has {}", index_, shapes.size(),
                        subgraph_.inputs.size()));
  }
  const Busy busy(*this);
  state_.planned_nodes += nodes_.size() + 1;
  if (state_.planned_nodes > kMaxPlannedNodes) {
    throw Error(ErrorKind::unsupported,
                fmt::format("subgraph {} and others are called with ever other shapes; they were "
                            "planned {} nodes long",
                            index_, kMaxPlannedNodes));
  }
  planned_ = committed_ = false;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    TensorState& state = states_[i];
    state.in_arena = false;
    if (state.origin == Origin::computed) {
      state.origin = Origin::unset;
      state.known = tensors_[i].constant = false;
      state.own = TensorMemory();
      tensors_[i].data = nullptr;
    }
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) set_input(i, shapes[i]);
  unfold_constants();
  ++plans_made_;
  for (PlannedNode& node : nodes_) propagate(node);
  for (const std::int32_t output : subgraph_.outputs) {
    if (state_of(tensor(output)).origin == Origin::unset) {
      corrupt(fmt::format("output '{}' of subgraph {} is computed by no operator",
                          tensor(output).definition->name, index_));
    }
  }
  make_steps();
  assign_memory();
  planned_for_.assign(shapes.begin(), shapes.end());
  planned_ = true;
}

void Program::claim_outputs(const PlannedNode& node) {
  for (std::size_t i = 0; i < node.at_load.output_count(); ++i) {
    if (node.at_load.op().outputs[i] < 0) continue;
    TensorState& state = state_of(node.at_load.output(i));
    if (state.origin != Origin::unset) {
      node.at_load.corrupt(
          fmt::format("output {} is also an input, a constant, a variable or "
                      "another operator's output",
                      i));
    }
    state.origin = Origin::computed;
    state.known = false;
  }
}

void Program::propagate(PlannedNode& node) {
  if (node.stage == PlannedNode::Stage::swallowed) return;
  node.reset();
  node.can_delegate = false;
  node.delegate = Step::kNone;
  node.prepared_for.clear();
  node.stage = PlannedNode::Stage::planned;
  bool known = true;
  for (std::size_t i = 0; i < node.at_load.input_count(); ++i) {
    if (!node.at_load.has_input(i)) continue;
    const TensorState& state = state_of(node.at_load.input(i));
    if (state.origin == Origin::unset) {
      node.at_load.corrupt(fmt::format("input {} ('{}') is computed by no earlier operator", i,
                                       node.at_load.input(i).definition->name));
    }
    known = known && state.known;
  }
  claim_outputs(node);
  if (known && try_infer(node)) return;
  if (node.prepare == nullptr) node.at_load.unsupported("there is no kernel for this operator");
  if (known) node.evaluate = prepare(node, node.at_load);
  if (!node.evaluate) {
    node.stage = PlannedNode::Stage::deferred;
    for (std::size_t i = 0; i < node.at_load.output_count(); ++i) {
      if (node.at_load.op().outputs[i] >= 0) state_of(node.at_load.output(i)).known = false;
    }
    return;
  }
  for (std::size_t i = 0; i < node.at_load.output_count(); ++i) {
    if (node.at_load.op().outputs[i] >= 0 && !state_of(node.at_load.output(i)).known) {
      throw Error(ErrorKind::internal,
                  fmt::format("node {} ({}) leaves the shape of output {} open",
                              node.at_load.index(), operator_name(node.at_load.op()), i));
    }
  }
  if (can_fold(node)) {
    fold(node);
  } else {
    find_delegation(node);
  }
}

void Program::fold(PlannedNode& node) {
  const bool shares = node.trait == Trait::view && !is_serialised(node.at_load.output(0).type);
  for (std::size_t i = 0; i < node.at_load.output_count(); ++i) {
    if (node.at_load.op().outputs[i] < 0) continue;
    RuntimeTensor& output = node.at_load.output(i);
    if (shares && i == 0) {
      output.data = node.at_load.input(0).data;
    } else if (!is_serialised(output.type)) {
      own_memory(output, output.bytes);
    }
  }
  if (!shares) {
    const bool before = allocating_;
    allocating_ = true;
    evaluate(node);
    allocating_ = before;
  }
  for (std::size_t i = 0; i < node.at_load.output_count(); ++i) {
    if (node.at_load.op().outputs[i] >= 0) node.at_load.output(i).constant = true;
  }
  node.stage = PlannedNode::Stage::folded;
  node.reset();
}

void Program::add_to(Plan& plan) const {
  std::map<std::string, std::size_t> fallbacks;
  for (const PlannedNode& node : nodes_) {
    const bool swallowed = node.stage == PlannedNode::Stage::swallowed;
    const auto stage = swallowed ? nodes_[node.swallowed_by].stage : node.stage;
    if (stage == PlannedNode::Stage::folded) {
      ++plan.folded_nodes;
    } else if (stage == PlannedNode::Stage::delegated) {
      ++plan.delegated_nodes;
    } else {
      ++plan.fallback_nodes;
      if (!swallowed) ++fallbacks[operator_name(node.at_load.op())];
    }
  }
  std::vector<std::pair<std::string, std::size_t>> sorted(fallbacks.begin(), fallbacks.end());
  std::ranges::stable_sort(sorted, std::ranges::greater{},
                           &std::pair<std::string, std::size_t>::second);
  for (const auto& [name, count] : sorted) {
    plan.fallback_operators.push_back(fmt::format("{} x{}", name, count));
  }
  plan.partitions += static_cast<std::uint32_t>(delegates_.size());
  plan.subgraph = index_;
  plan.partition_nodes.resize(delegates_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].stage == PlannedNode::Stage::delegated) {
      plan.partition_nodes[nodes_[i].delegate].push_back(i);
    }
  }
  plan.arena.count += arena_bytes_ + delegates_bytes_;
}

}  // namespace litezoo::runtime
