#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"
#include "runtime/arena.h"
#include "runtime/program.h"

// The planning half of Program: shapes, constant folding, memory.

namespace litezoo::runtime {
namespace {

[[noreturn]] void corrupt(const std::string& why) {
  throw Error(ErrorKind::corrupt, why);
}

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
    std::vector<std::int32_t> empty(input.size() + 2,
                                    static_cast<std::int32_t>((input.size() + 2) * 4));
    empty[0] = static_cast<std::int32_t>(input.size());
    set_serialised(subgraph_.inputs[index], std::as_bytes(std::span(empty)));
  }
}

void Program::plan(std::span<const Shape> shapes) {
  if (planned_ && std::ranges::equal(planned_for_, shapes)) return;
  if (busy_) corrupt(fmt::format("subgraph {} calls itself", index_));
  if (shapes.size() != subgraph_.inputs.size()) {
    corrupt(fmt::format("subgraph {} is called with {} inputs, it has {}", index_, shapes.size(),
                        subgraph_.inputs.size()));
  }
  planned_ = committed_ = false;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    TensorState& state = states_[i];
    state.block = TensorState::kNoBlock;
    if (state.origin == Origin::computed) {
      state.origin = Origin::unset;
      state.known = tensors_[i].constant = false;
      state.own = TensorMemory();
      tensors_[i].data = nullptr;
    }
  }
  for (std::size_t i = 0; i < shapes.size(); ++i) set_input(i, shapes[i]);
  for (PlannedNode& node : nodes_) propagate(node);
  for (const std::int32_t output : subgraph_.outputs) {
    if (state_of(tensor(output)).origin == Origin::unset) {
      corrupt(fmt::format("output '{}' of subgraph {} is computed by no operator",
                          tensor(output).definition->name, index_));
    }
  }
  lay_out();
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
  if (node.prepare == nullptr) node.at_load.unsupported("there is no kernel for this operator");
  node.evaluate = nullptr;
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
  if (known) node.evaluate = node.prepare(node.at_load);
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
  if (can_fold(node)) fold(node);
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
  node.evaluate = nullptr;
}

// Whether output 0 may live where an input lives: as a view of it, or written over it.
bool Program::try_share(const PlannedNode& node, std::size_t step,
                        std::span<const std::size_t> last_use) {
  if (node.trait != Trait::view && node.trait != Trait::in_place) return false;
  if (node.at_load.output_count() != 1) return false;
  const RuntimeTensor& output = node.at_load.output(0);
  if (state_of(output).border) return false;
  const std::size_t candidates = node.trait == Trait::view ? 1 : node.at_load.input_count();
  for (std::size_t i = 0; i < candidates; ++i) {
    if (!node.at_load.has_input(i)) continue;
    const RuntimeTensor& input = node.at_load.input(i);
    const std::size_t block = state_of(input).block;
    if (block == TensorState::kNoBlock || input.bytes != output.bytes) continue;
    if (node.trait == Trait::in_place && last_use[block] > step) continue;
    state_of(output).block = block;
    return true;
  }
  return false;
}

void Program::lay_out() {
  constexpr std::size_t kForever = std::numeric_limits<std::size_t>::max();
  // Views first get the block of what they show, so a block's last use is found in a second look.
  std::vector<std::size_t> last_read(tensors_.size(), 0);
  for (std::size_t step = 0; step < nodes_.size(); ++step) {
    if (nodes_[step].stage == PlannedNode::Stage::folded) continue;
    for (const std::int32_t input : subgraph_.operators[step].inputs) {
      if (input >= 0) last_read[static_cast<std::size_t>(input)] = step;
    }
  }
  for (std::size_t step = nodes_.size(); step-- > 0;) {
    const PlannedNode& node = nodes_[step];
    if (node.trait != Trait::view || node.stage != PlannedNode::Stage::planned) continue;
    const auto input = static_cast<std::size_t>(subgraph_.operators[step].inputs[0]);
    const auto output = static_cast<std::size_t>(subgraph_.operators[step].outputs[0]);
    last_read[input] = std::max(last_read[input], last_read[output]);
  }

  std::vector<Lifetime> blocks;
  std::vector<std::size_t> last_use;
  const auto add_block = [&](std::size_t index, std::size_t first, std::size_t last) {
    states_[index].block = blocks.size();
    blocks.push_back({tensors_[index].bytes, first, last});
    last_use.push_back(last);
  };
  for (const std::int32_t input : subgraph_.inputs) {
    const auto index = static_cast<std::size_t>(input);
    if (states_[index].origin == Origin::input && !is_serialised(tensors_[index].type) &&
        states_[index].block == TensorState::kNoBlock) {
      add_block(index, 0, kForever);
    }
  }
  for (std::size_t step = 0; step < nodes_.size(); ++step) {
    const PlannedNode& node = nodes_[step];
    if (node.stage != PlannedNode::Stage::planned) continue;
    const bool shared = try_share(node, step, last_use);
    for (std::size_t i = 0; i < node.at_load.output_count(); ++i) {
      const std::int32_t output = subgraph_.operators[step].outputs[i];
      if (output < 0) continue;
      const auto index = static_cast<std::size_t>(output);
      if (is_serialised(tensors_[index].type)) continue;
      const std::size_t last = states_[index].border ? kForever : std::max(last_read[index], step);
      if (shared && i == 0) {
        const std::size_t block = states_[index].block;
        last_use[block] = blocks[block].last = std::max(blocks[block].last, last);
      } else {
        add_block(index, step, last);
      }
    }
  }
  Placement placement = place(blocks);
  offsets_ = std::move(placement.offsets);
  arena_bytes_ = placement.bytes;
  state_.budget.check(arena_bytes_, "the arena of activations");
}

void Program::add_to(Plan& plan) const {
  std::map<std::string, std::size_t> fallbacks;
  for (const PlannedNode& node : nodes_) {
    if (node.stage == PlannedNode::Stage::folded) {
      ++plan.folded_nodes;
    } else {
      ++plan.fallback_nodes;
      ++fallbacks[operator_name(node.at_load.op())];
    }
  }
  std::vector<std::pair<std::string, std::size_t>> sorted(fallbacks.begin(), fallbacks.end());
  std::ranges::stable_sort(sorted, std::ranges::greater{},
                           &std::pair<std::string, std::size_t>::second);
  for (const auto& [name, count] : sorted) {
    plan.fallback_operators.push_back(fmt::format("{} x{}", name, count));
  }
  plan.arena.count += arena_bytes_;
}

}  // namespace litezoo::runtime
