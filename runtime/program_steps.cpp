#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

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

// A constant that own memory was made for (Program::unfold_constants).
bool is_unfolded(const Tensor& definition) noexcept {
  return definition.sparsity && !definition.data.empty() && !is_serialised(definition.type);
}

// Nothing is run in its place.
bool is_skipped(const PlannedNode& node) noexcept {
  return node.stage == PlannedNode::Stage::folded || node.stage == PlannedNode::Stage::swallowed;
}

// XNNPACK pads while it convolves, and clamps while it writes: then there is no tensor in between.
bool melt_together(const Operator& first, const Operator& second) {
  const bool linked = first.outputs.size() == 1 && !second.inputs.empty() &&
                      second.inputs.front() == first.outputs.front();
  switch (second.code) {
    case BuiltinOperator::CONV_2D:
    case BuiltinOperator::DEPTHWISE_CONV_2D:
      return linked && first.code == BuiltinOperator::PAD;
    case BuiltinOperator::RELU:
    case BuiltinOperator::RELU6:
    case BuiltinOperator::RELU_N1_TO_1:
      return linked;
    default:
      return false;
  }
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
  node.evaluate = prepare(node, node.at_load);
  if (!node.evaluate) node.at_load.unsupported("its output's shape depends on values");
}

void Program::make_steps() {
  // A second time when XNNPACK refused a node that it seemed to take: without it.
  bool again = true;
  while (again) {
    again = false;
    steps_.clear();
    delegates_.clear();
    delegate_runs_.clear();
    delegates_bytes_ = 0;
    delegate_charges_.clear();
    std::vector<std::size_t> alive;
    std::vector<PartitionNode> candidates;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      PlannedNode& node = nodes_[i];
      if (is_skipped(node)) continue;
      if (node.stage == PlannedNode::Stage::delegated) node.stage = PlannedNode::Stage::planned;
      alive.push_back(i);
      const Operator& op = op_of(i);
      candidates.push_back(
          {op.inputs, op.outputs, node.can_delegate && !node.refused, is_ordered(node)});
    }
    // Folded nodes' outputs are there from the start: the partitioner does not see them written.
    count_readers();
    // The others are tried after a refusal too, so that few rounds find all that are refused.
    for (NodeGroup& group : partition(candidates, tensors_.size())) {
      for (std::size_t& node : group.nodes) node = alive[node];
      if (!add_group(group)) again = true;
    }
  }
  drop_packed_constants();
}

// False when XNNPACK refuses a node of it, which is marked.
bool Program::add_group(const NodeGroup& group) {
  const auto renames = [&](std::size_t node) { return only_renames(op_of(node).code); };
  if (group.delegated && state_.options.split_partitions) {
    for (const std::size_t node : group.nodes) {
      if (renames(node)) {
        add_kernel_step(node);
      } else if (!try_delegate(std::span(&node, 1))) {
        nodes_[node].refused = true;
        return false;
      }
    }
    return true;
  }
  // Not worth a partition: a view costs nothing.
  if (group.delegated && !std::ranges::all_of(group.nodes, renames)) {
    if (try_delegate(group.nodes)) return true;
    refuse_culprits(group.nodes);
    return false;
  }
  for (const std::size_t node : group.nodes) add_kernel_step(node);
  return true;
}

void Program::add_kernel_step(std::size_t node) {
  prepare_kernel(nodes_[node]);
  steps_.push_back({node, Step::kNone});
}

// XNNPACK took not all of them together: marks those that it does not take alone either, or all.
void Program::refuse_culprits(std::span<const std::size_t> nodes) {
  bool found = false;
  for (const std::size_t node : nodes) {
    const std::size_t steps = steps_.size();
    if (nodes.size() > 1 && try_delegate(std::span(&node, 1))) {
      steps_.resize(steps);
      drop_delegate(node);
      continue;
    }
    nodes_[node].refused = found = true;
  }
  if (found) return;
  for (const std::size_t node : nodes) nodes_[node].refused = true;
}

// The last one, which is this node's alone.
void Program::drop_delegate(std::size_t node) {
  delegates_.pop_back();
  delegate_runs_.pop_back();
  delegate_charges_.pop_back();
  nodes_[node].stage = PlannedNode::Stage::planned;
  nodes_[node].delegate = Step::kNone;
}

// What an XNNPACK subgraph of some nodes reads and writes.
struct Program::Cut {
  std::vector<xnn::LoweredNode> lowered;
  std::vector<std::size_t> inputs, outputs;
  NodeRuns runs;
  std::size_t hidden_bytes = 0;    // of activations that XNNPACK keeps to itself
  std::size_t constant_bytes = 0;  // that it packs, or copies
  bool needed = false;             // somebody else reads an output
  xnn::PackedWeights* packed = nullptr;
};

// No release lays out the tensors between its nodes well: Debian 12's never reuses what lies before
// the first tensor that is alive, so that a chain of layers takes the memory of all of them (18 MB
// where 3.5 are needed); Debian 13's takes 20 MB more than needed for a palm detector, and 7 % more
// time. So they go to the arena, except those that XNNPACK would melt away.
Program::NodeRuns Program::runs_of(std::span<const std::size_t> nodes) const {
  NodeRuns runs;
  for (const std::size_t node : nodes) {
    const bool melts = !runs.empty() && melt_together(op_of(runs.back().back()), op_of(node));
    if (!melts) runs.emplace_back();
    runs.back().push_back(node);
  }
  return runs;
}

// The tensors that one run writes and another one reads.
std::unordered_set<std::size_t> Program::between_runs(const NodeRuns& runs) const {
  std::unordered_map<std::size_t, std::size_t> writer;  // the run, by tensor
  std::unordered_set<std::size_t> between;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    for (const std::size_t node : runs[run]) {
      for (const std::int32_t input : op_of(node).inputs) {
        if (input < 0) continue;
        const auto found = writer.find(static_cast<std::size_t>(input));
        if (found != writer.end() && found->second != run) between.insert(found->first);
      }
      for (const std::int32_t output : op_of(node).outputs) {
        if (output >= 0) writer[static_cast<std::size_t>(output)] = run;
      }
    }
  }
  return between;
}

void Program::count_readers() {
  readers_.assign(tensors_.size(), 0);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (is_skipped(nodes_[i])) continue;
    for (const std::int32_t input : op_of(i).inputs) {
      if (input >= 0) ++readers_[static_cast<std::size_t>(input)];
    }
  }
}

Program::Cut Program::cut_out(std::span<const std::size_t> nodes) {
  // What is as large as the cut, not the graph: there may be as many cuts as nodes.
  std::unordered_map<std::size_t, std::size_t> read;  // how often in here, by tensor
  std::unordered_set<std::size_t> written;
  Cut cut{.runs = runs_of(nodes)};
  const std::unordered_set<std::size_t> between = between_runs(cut.runs);
  std::vector<Lifetime> hidden;
  std::vector<std::pair<std::size_t, std::size_t>> written_at;  // tensor, step
  for (const std::size_t index : nodes) {
    cut.lowered.push_back({&nodes_[index].at_load, *nodes_[index].lowering});
    for (const std::int32_t input : op_of(index).inputs) {
      if (input < 0) continue;
      const auto i = static_cast<std::size_t>(input);
      const bool first = ++read[i] == 1;
      if (tensors_[i].constant) {
        cut.constant_bytes += tensors_[i].bytes;
        if (cut.packed == nullptr) {
          cut.packed = state_.packed_weights({tensors_[i].data, tensors_[i].bytes});
        }
      } else if (first && !written.contains(i)) {
        cut.inputs.push_back(i);
      }
    }
    for (const std::int32_t output : op_of(index).outputs) {
      if (output < 0) continue;
      const auto i = static_cast<std::size_t>(output);
      written.insert(i);
      written_at.emplace_back(i, cut.lowered.size());
    }
  }
  for (const auto& [i, step] : written_at) {
    const auto inside = read.find(i);
    const bool needed =
        readers_[i] > (inside == read.end() ? 0 : inside->second) || states_[i].border;
    cut.needed = cut.needed || needed;
    if (needed || between.contains(i)) {
      cut.outputs.push_back(i);
    } else {
      hidden.push_back({tensors_[i].bytes, step, step + 1});
    }
  }
  cut.hidden_bytes = place(hidden).bytes;
  return cut;
}

// False when XNNPACK refuses.
bool Program::try_delegate(std::span<const std::size_t> nodes) {
  Cut cut = cut_out(nodes);
  if (!cut.needed) return false;
  const auto pointers_to = [&](std::span<const std::size_t> indices) {
    std::vector<RuntimeTensor*> result;
    for (const std::size_t i : indices) result.push_back(&tensors_[i]);
    return result;
  };
  try {
    MemoryCharge charge(state_.budget, cut.hidden_bytes + cut.constant_bytes,
                        "XNNPACK's weights and activations");
    delegates_.emplace_back(cut.lowered, pointers_to(cut.inputs), pointers_to(cut.outputs),
                            state_.threads, cut.packed);
    delegate_charges_.push_back(std::move(charge));
  } catch (const Error&) {
    return false;
  }
  delegate_runs_.push_back(std::move(cut.runs));
  for (const std::size_t node : nodes) {
    nodes_[node].stage = PlannedNode::Stage::delegated;
    nodes_[node].delegate = delegates_.size() - 1;
    nodes_[node].reset();
  }
  delegates_bytes_ += cut.hidden_bytes;
  steps_.push_back({nodes.size() == 1 ? nodes.front() : Step::kNone, delegates_.size() - 1});
  return true;
}

// XNNPACK has its own copy of the weights it packed: what was computed at load for it alone (16-bit
// weights made 32-bit, sparse ones made dense) is not needed any more.
void Program::drop_packed_constants() {
  std::vector<bool> needed(tensors_.size());
  for (const std::int32_t output : subgraph_.outputs) {
    needed[static_cast<std::size_t>(output)] = true;
  }
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Operator& op = op_of(i);
    if (nodes_[i].stage == PlannedNode::Stage::delegated ||
        nodes_[i].stage == PlannedNode::Stage::swallowed) {
      continue;
    }
    // A folded view shows its input's memory.
    const bool reads =
        nodes_[i].stage != PlannedNode::Stage::folded ||
        (nodes_[i].trait == Trait::view && needed[static_cast<std::size_t>(op.outputs.at(0))]);
    if (!reads) continue;
    for (const std::int32_t input : op.inputs) {
      if (input >= 0) needed[static_cast<std::size_t>(input)] = true;
    }
  }
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    const bool made_here =
        states_[i].origin == Origin::computed || is_unfolded(*tensors_[i].definition);
    const bool droppable = tensors_[i].constant && made_here && !states_[i].border && !needed[i];
    if (!droppable) continue;
    states_[i].own = TensorMemory();
    tensors_[i].data = nullptr;
  }
}

// A step for each run of nodes: what they read and write of the tensors that XNNPACK is given.
void Program::add_layout_steps(std::size_t delegate, std::vector<LayoutStep>& steps) const {
  std::unordered_set<std::int32_t> given;
  for (const auto& tensors : {delegates_[delegate].inputs(), delegates_[delegate].outputs()}) {
    for (const RuntimeTensor* tensor : tensors) {
      given.insert(static_cast<std::int32_t>(tensor - tensors_.data()));
    }
  }
  for (const std::vector<std::size_t>& run : delegate_runs_[delegate]) {
    LayoutStep& step = steps.emplace_back();
    std::unordered_set<std::int32_t> written;
    for (const std::size_t node : run) {
      for (const std::int32_t output : op_of(node).outputs) {
        if (!given.contains(output) || !written.insert(output).second) continue;
        step.writes.push_back(output);
      }
    }
    for (const std::size_t node : run) {
      for (const std::int32_t input : op_of(node).inputs) {
        if (given.contains(input) && !written.contains(input)) step.reads.push_back(input);
      }
    }
  }
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
  std::vector<LayoutStep> layout_steps;
  for (const Step& planned : steps_) {
    if (planned.delegate != Step::kNone) {
      add_layout_steps(planned.delegate, layout_steps);
      continue;
    }
    LayoutStep& step = layout_steps.emplace_back();
    const PlannedNode& node = nodes_[planned.node];
    const Operator& op = op_of(planned.node);
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
