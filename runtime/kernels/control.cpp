#include "runtime/kernels/control.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

std::vector<const RuntimeTensor*> inputs_from(const Node& node, std::size_t first) {
  std::vector<const RuntimeTensor*> inputs;
  for (std::size_t i = first; i < node.input_count(); ++i) inputs.push_back(&node.input(i));
  return inputs;
}

std::vector<Shape> shapes_of(const std::vector<const RuntimeTensor*>& tensors) {
  std::vector<Shape> shapes;
  shapes.reserve(tensors.size());
  for (const RuntimeTensor* tensor : tensors) shapes.push_back(tensor->shape);
  return shapes;
}

void copy_tensor(const Node& node, std::size_t output_index, const RuntimeTensor& from) {
  RuntimeTensor& to = node.output(output_index);
  expect_same_type(node, from, to);
  if (to.shape != from.shape) node.set_shape(output_index, from.shape);
  std::byte* target = to.data;
  if (tensor_type_bits(to.type) == 0) target = node.allocate_string(output_index, from.bytes);
  if (from.bytes > 0) std::memcpy(target, from.data, from.bytes);
}

void copy_outputs(const Node& node, const SubgraphRunner& runner) {
  for (std::size_t i = 0; i < node.output_count(); ++i) {
    copy_tensor(node, i, runner.output(i));
  }
}

SubgraphRunner& callee(const Node& node, std::int32_t index, std::size_t inputs) {
  SubgraphRunner& runner = node.subgraph(index);
  if (runner.input_count() != inputs || runner.output_count() < node.output_count()) {
    node.corrupt(
        fmt::format("subgraph {} takes {} tensors and gives {}, it is called with {} for {}", index,
                    runner.input_count(), runner.output_count(), inputs, node.output_count()));
  }
  return runner;
}

// One branch is run, with the inputs from `first` on; `choose` picks it when evaluating.
template <typename Choose>
Evaluate branch(Node& node, std::size_t first, std::vector<std::int32_t> branches, Choose choose) {
  const auto inputs = inputs_from(node, first);
  std::optional<std::vector<Shape>> shapes;
  bool known = true;
  for (const std::int32_t index : branches) {
    auto given = callee(node, index, inputs.size()).output_shapes(shapes_of(inputs));
    known = known && given && (!shapes || *shapes == *given);
    if (!shapes) shapes = std::move(given);
  }
  if (known) {
    for (std::size_t i = 0; i < node.output_count(); ++i) node.set_shape(i, (*shapes)[i]);
  } else if (!node.running()) {
    return kDeferred;
  }
  return [first, branches = std::move(branches), choose](const Node& n) {
    SubgraphRunner& runner = n.subgraph(branches[choose(n)]);
    runner.run(inputs_from(n, first));
    copy_outputs(n, runner);
  };
}

bool condition(const Node& node, const RuntimeTensor& tensor) {
  if (tensor.type != TensorType::BOOL || tensor.size() != 1) {
    node.corrupt("its condition is not one BOOL");
  }
  return tensor.data[0] != std::byte{0};
}

// The bodies' state lives in the node's outputs.
void run_loop(const Node& node, std::int32_t cond_index, std::int32_t body_index) {
  SubgraphRunner& cond = node.subgraph(cond_index);
  SubgraphRunner& body = node.subgraph(body_index);
  std::vector<const RuntimeTensor*> state;
  for (std::size_t i = 0; i < node.output_count(); ++i) {
    copy_tensor(node, i, node.input(i));
    state.push_back(&node.output(i));
  }
  for (std::uint64_t turn = 0;; ++turn) {
    cond.run(state);
    if (!condition(node, cond.output(0))) return;
    if (turn == node.max_loop_iterations()) {
      node.unsupported(fmt::format("its loop has not ended after {} turns", turn));
    }
    body.run(state);
    copy_outputs(node, body);
  }
}

// Marks a subgraph that has been run once.
class Done final : public Resource {};

}  // namespace

Evaluate prepare_if(Node& node) {
  node.expect_inputs(1, 4096);
  const auto& options = node.options<IfOptions>();
  return branch(node, 1, {options.then_subgraph_index, options.else_subgraph_index},
                [](const Node& n) -> std::size_t { return condition(n, n.input(0)) ? 0 : 1; });
}

Evaluate prepare_stablehlo_case(Node& node) {
  node.expect_inputs(1, 4096);
  const auto& branches = node.options<StablehloCaseOptions>().branch_subgraph_indices;
  if (branches.empty()) node.corrupt("it has no branches");
  return branch(node, 1, branches, [count = branches.size()](const Node& n) {
    // An index out of range is the last branch, as in StableHLO.
    const std::int64_t index = integer_value(n, n.input(0));
    const bool inside = index >= 0 && static_cast<std::uint64_t>(index) < count;
    return inside ? static_cast<std::size_t>(index) : count - 1;
  });
}

Evaluate prepare_call(Node& node) {
  return branch(node, 0, {node.options<CallOptions>().subgraph},
                [](const Node&) { return std::size_t{0}; });
}

Evaluate prepare_stablehlo_composite(Node& node) {
  const auto& options = node.options<StablehloCompositeOptions>();
  return branch(node, 0, {options.decomposition_subgraph_index},
                [](const Node&) { return std::size_t{0}; });
}

Evaluate prepare_while(Node& node) {
  std::int32_t cond_index = 0;
  std::int32_t body_index = 0;
  if (const auto* options = std::get_if<StablehloWhileOptions>(&node.op().options)) {
    cond_index = options->cond_subgraph_index;
    body_index = options->body_subgraph_index;
  } else {
    cond_index = node.options<WhileOptions>().cond_subgraph_index;
    body_index = node.options<WhileOptions>().body_subgraph_index;
  }
  node.expect_outputs(node.input_count());
  const SubgraphRunner& cond = node.subgraph(cond_index);
  if (cond.input_count() != node.input_count() || cond.output_count() != 1) {
    node.corrupt("its condition does not take its inputs or does not give one tensor");
  }
  SubgraphRunner& body = callee(node, body_index, node.input_count());
  const auto inputs = inputs_from(node, 0);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    expect_same_type(node, *inputs[i], node.output(i));
  const std::vector<Shape> shapes = shapes_of(inputs);
  const auto after = body.output_shapes(shapes);
  // A body that changes shapes makes them known only by being run.
  const bool steady = after && *after == shapes;
  if (!steady && !node.running()) return kDeferred;
  for (std::size_t i = 0; i < shapes.size(); ++i) node.set_shape(i, shapes[i]);
  return [cond_index, body_index](const Node& n) { run_loop(n, cond_index, body_index); };
}

Evaluate prepare_call_once(Node& node) {
  const std::int32_t index = node.options<CallOnceOptions>().init_subgraph_index;
  const SubgraphRunner& runner = node.subgraph(index);
  if (runner.input_count() != 0 || runner.output_count() != 0) {
    node.corrupt("the subgraph it calls has inputs or outputs");
  }
  return [index](const Node& n) {
    auto& done = n.resources()[fmt::format("called once: {}", index)];
    if (done) return;
    n.subgraph(index).run({});
    done = std::make_unique<Done>();
  };
}

}  // namespace litezoo::runtime
