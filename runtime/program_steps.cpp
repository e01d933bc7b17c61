#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "runtime/arena.h"
#include "runtime/layout.h"
#include "runtime/program.h"

// The part of Program's planning that cuts the graph into steps and gives them memory.

namespace litezoo::runtime {
namespace {

// A loop whose shapes change would pack the same weights again and again.
constexpr std::size_t kMaxDelegatedPlans = 4;

// Side effects, or state that it reads: it must keep its place among its like.
bool is_ordered(const PlannedNode& node) {
  switch (node.at_load.op().code) {
    case BuiltinOperator::IF:
    case BuiltinOperator::WHILE:
    case BuiltinOperator::CALL:
    case BuiltinOperator::CALL_ONCE:
    case BuiltinOperator::STABLEHLO_COMPOSITE:
      return true;
    default:
      break;
  }
  if (node.trait == Trait::stateful) return true;
  for (std::size_t i = 0; i < node.at_load.input_count(); ++i) {
    if (!node.at_load.has_input(i)) continue;
    const RuntimeTensor& input = node.at_load.input(i);
    if (input.definition->is_variable || input.type == TensorType::RESOURCE) return true;
  }
  return false;
}

bool only_renames(BuiltinOperator code) noexcept {
  return code == BuiltinOperator::RESHAPE || code == BuiltinOperator::SQUEEZE ||
         code == BuiltinOperator::EXPAND_DIMS;
}

}  // namespace

// Sets the output's shape without preparing the kernel, when XNNPACK will likely take the node.
bool Program::try_infer(PlannedNode& node) {
  find_delegation(node);
  return node.can_delegate;
}

void Program::find_delegation(PlannedNode& node) {
  node.can_delegate = false;
  if (!node.lowering || node.refused || plans_made_ > kMaxDelegatedPlans || !xnn::initialize()) {
    return;
  }
  const bool inferring = !node.evaluate;
  if (inferring && node.lowering->infer == nullptr) return;
  try {
    if (inferring) {
      std::optional<Shape> shape = node.lowering->infer(node.at_load);
      if (!shape) return;
      node.at_load.set_shape(0, std::move(*shape));
    }
    node.can_delegate = node.lowering->supports(node.at_load) == nullptr;
  } catch (const Error&) {
    // The kernel will say what is wrong with the node.
  }
  if (inferring && !node.can_delegate) {
    for (const std::int32_t output : node.at_load.op().outputs) {
      if (output >= 0) state_of(tensor(output)).known = false;
    }
  }
}

void Program::prepare_kernel(PlannedNode& node) {
  if (node.evaluate || node.stage != PlannedNode::Stage::planned) return;
  if (node.prepare == nullptr) node.at_load.unsupported("there is no kernel for this operator");
  node.evaluate = node.prepare(node.at_load);
  if (!node.evaluate) node.at_load.unsupported("its output's shape depends on values");
}

void Program::make_steps() {
  steps_.clear();
  delegates_.clear();
  delegates_bytes_ = 0;
  std::vector<std::size_t> alive;
  std::vector<PartitionNode> candidates;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const PlannedNode& node = nodes_[i];
    if (node.stage == PlannedNode::Stage::folded) continue;
    alive.push_back(i);
    const Operator& op = subgraph_.operators[i];
    candidates.push_back({op.inputs, op.outputs, node.can_delegate, is_ordered(node)});
  }
  // Folded nodes' outputs are there from the start: the partitioner does not see them written.
  for (NodeGroup& group : partition(candidates, tensors_.size())) {
    for (std::size_t& node : group.nodes) node = alive[node];
    if (group.delegated && try_delegate(group)) continue;
    for (const std::size_t node : group.nodes) {
      prepare_kernel(nodes_[node]);
      steps_.push_back({node, Step::kNone});
    }
  }
}

// False when the group is too small to be worth it, or XNNPACK refuses it.
bool Program::try_delegate(const NodeGroup& group) {
  if (std::ranges::all_of(group.nodes, [&](std::size_t node) {
        return only_renames(subgraph_.operators[node].code);
      })) {
    return false;
  }
  std::vector<bool> inside(nodes_.size());
  for (const std::size_t node : group.nodes) inside[node] = true;
  std::vector<bool> written(tensors_.size()), listed(tensors_.size()), needed(tensors_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (inside[i] || nodes_[i].stage == PlannedNode::Stage::folded) continue;
    for (const std::int32_t input : subgraph_.operators[i].inputs) {
      if (input >= 0) needed[static_cast<std::size_t>(input)] = true;
    }
  }

  std::vector<xnn::LoweredNode> lowered;
  std::vector<RuntimeTensor*> inputs, outputs;
  std::vector<Lifetime> hidden;  // what XNNPACK keeps to itself
  for (const std::size_t index : group.nodes) {
    lowered.push_back({&nodes_[index].at_load, *nodes_[index].lowering});
    for (const std::int32_t input : subgraph_.operators[index].inputs) {
      if (input < 0) continue;
      const auto i = static_cast<std::size_t>(input);
      if (tensors_[i].constant || written[i] || listed[i]) continue;
      listed[i] = true;
      inputs.push_back(&tensors_[i]);
    }
    for (const std::int32_t output : subgraph_.operators[index].outputs) {
      if (output < 0) continue;
      const auto i = static_cast<std::size_t>(output);
      written[i] = true;
      if (needed[i] || states_[i].border) {
        outputs.push_back(&tensors_[i]);
      } else {
        hidden.push_back({tensors_[i].bytes, lowered.size(), lowered.size() + 1});
      }
    }
  }
  if (outputs.empty()) return false;
  const std::size_t hidden_bytes = place(hidden).bytes;
  try {
    state_.budget.check(delegates_bytes_ + hidden_bytes, "XNNPACK's activations");
    delegates_.emplace_back(lowered, std::move(inputs), std::move(outputs), state_.threads);
  } catch (const Error&) {
    for (const std::size_t node : group.nodes) nodes_[node].refused = true;
    return false;
  }
  for (const std::size_t node : group.nodes) {
    nodes_[node].stage = PlannedNode::Stage::delegated;
    nodes_[node].delegate = delegates_.size() - 1;
    nodes_[node].evaluate = nullptr;
  }
  delegates_bytes_ += hidden_bytes;
  steps_.push_back({Step::kNone, delegates_.size() - 1});
  return true;
}

void Program::assign_memory() {
  std::vector<LayoutTensor> layout_tensors(tensors_.size());
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const TensorState& state = states_[i];
    const bool computed = state.origin == Origin::computed || state.origin == Origin::input;
    layout_tensors[i] = {
        tensors_[i].bytes,
        computed && state.known && !tensors_[i].constant && !is_serialised(tensors_[i].type),
        state.border};
  }
  const auto index_of = [&](const RuntimeTensor* tensor) {
    return static_cast<std::int32_t>(tensor - tensors_.data());
  };
  std::vector<LayoutStep> layout_steps(steps_.size());
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    LayoutStep& step = layout_steps[i];
    if (steps_[i].delegate != Step::kNone) {
      const xnn::Delegate& delegate = delegates_[steps_[i].delegate];
      std::ranges::transform(delegate.inputs(), std::back_inserter(step.reads), index_of);
      std::ranges::transform(delegate.outputs(), std::back_inserter(step.writes), index_of);
      continue;
    }
    const PlannedNode& node = nodes_[steps_[i].node];
    const Operator& op = subgraph_.operators[steps_[i].node];
    const auto is_present = [](std::int32_t index) { return index >= 0; };
    std::ranges::copy_if(op.inputs, std::back_inserter(step.reads), is_present);
    std::ranges::copy_if(op.outputs, std::back_inserter(step.writes), is_present);
    if (node.stage != PlannedNode::Stage::planned || step.writes.size() != 1) continue;
    if (node.trait == Trait::view && node.at_load.has_input(0)) {
      step.sharing = Sharing::view;
    } else if (node.trait == Trait::in_place) {
      step.sharing = Sharing::in_place;
    }
  }
  const Layout layout = lay_out(layout_tensors, layout_steps);
  arena_bytes_ = layout.bytes;
  state_.budget.check(arena_bytes_, "the arena of activations");
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    states_[i].in_arena = layout.offsets[i] != Layout::kNowhere;
    states_[i].offset = layout.offsets[i];
  }
}

}  // namespace litezoo::runtime
