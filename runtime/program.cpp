#include "runtime/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/error.h"
#include "runtime/flag.h"
#include "runtime/kernel_memory.h"
#include "runtime/kernels/sparse.h"

namespace litezoo::runtime {
namespace {

// Each level of calls takes some of the system's stack; converters nest a few.
constexpr std::size_t kMaxDepth = 64;

// Where constants without bytes point: kernels may read past the end of any tensor.
alignas(kTensorAlignment) std::byte nothing[2 * kTensorAlignment];

[[noreturn]] void corrupt(const std::string& why) {
  throw Error(ErrorKind::corrupt, why);
}

Shape declared_shape(const Tensor& tensor) {
  Shape shape = tensor.shape;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool dynamic = i < tensor.shape_signature.size() && tensor.shape_signature[i] < 0;
    if (shape[i] < 0 || (dynamic && shape[i] == 0)) shape[i] = 1;
  }
  return shape;
}

std::vector<Shape> input_shapes(const Node& node) {
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < node.input_count(); ++i) {
    shapes.push_back(node.has_input(i) ? node.input(i).shape : Shape{});
  }
  return shapes;
}

std::string name_of(const PlannedNode& node) {
  return node.fused_name.empty() ? operator_name(node.at_run.op()) : node.fused_name;
}

// A variable begins as real 0: of the quantised types TensorFlow Lite knows that of INT8 only.
void clear_variable(const RuntimeTensor& tensor) {
  const int zero = tensor.type == TensorType::INT8 ? tensor.zero_point() : 0;
  if (tensor.bytes > 0) std::memset(tensor.data, zero, tensor.bytes);
}

}  // namespace

bool is_serialised(TensorType type) noexcept {
  return tensor_type_bits(type) == 0;
}

std::size_t tensor_bytes(const RuntimeTensor& tensor, std::span<const std::int32_t> shape,
                         const MemoryBudget& budget) {
  const std::string what = fmt::format("tensor '{}'", tensor.definition->name);
  // The sizes beside a zero count too: kernels compute strides from them.
  std::size_t count = 1;
  bool empty = false;
  for (const std::int32_t dimension : shape) {
    if (dimension < 0) corrupt(what + " has a negative size");
    const auto product = checked_multiply(count, static_cast<std::size_t>(std::max(dimension, 1)));
    if (!product) budget.check(kUncountable, what);
    // Too much for elements of any size, two bits the least; more would overflow.
    if (*product > budget.limit() * 4) {
      budget.check(std::max(*product / 4, tensor_type_bytes(tensor.type, *product)), what);
    }
    count = *product;
    empty = empty || dimension == 0;
  }
  if (tensor.type == TensorType::STRING && !empty) {
    // Each string takes an offset at least, and a place in a list while it is written.
    constexpr std::size_t least = sizeof(std::int32_t) + sizeof(std::string_view);
    budget.check(checked_multiply(count, least).value_or(kUncountable), what);
  }
  if (is_serialised(tensor.type)) return 0;
  const std::size_t bytes = tensor_type_bytes(tensor.type, empty ? 0 : count);
  budget.check(bytes, what);
  return bytes;
}

Program::Program(SessionState& state, std::size_t subgraph)
    : state_(state),
      index_(subgraph),
      subgraph_(state.graph.subgraphs.at(subgraph)),
      tensors_(subgraph_.tensors.size()),
      states_(subgraph_.tensors.size()) {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    tensors_[i].definition = &subgraph_.tensors[i];
    tensors_[i].type = subgraph_.tensors[i].type;
  }
  for (const std::int32_t input : subgraph_.inputs) {
    tensor(input);
    expose(input);
  }
  for (const std::int32_t output : subgraph_.outputs) expose(output);
  std::vector<bool> is_computed(tensors_.size());
  for (const Operator& op : subgraph_.operators) {
    for (const std::int32_t output : op.outputs) {
      if (output != -1)
        is_computed[static_cast<std::size_t>(&tensor(output) - tensors_.data())] = true;
    }
  }
  for (std::size_t i = 0; i < tensors_.size(); ++i) load_constant(i, is_computed);
  for (const std::int32_t input : subgraph_.inputs) {
    Origin& origin = states_[static_cast<std::size_t>(input)].origin;
    if (origin == Origin::unset) origin = Origin::input;
  }
  fuse_nodes();
  add_nodes();
}

Program::~Program() = default;

Program::Busy::Busy(Program& program) : program_(program) {
  if (program.busy_) corrupt(fmt::format("subgraph {} calls itself", program.index_));
  if (program.state_.depth == kMaxDepth) {
    throw Error(ErrorKind::unsupported,
                fmt::format("subgraph {} is called through {} others; that many calls inside of "
                            "calls are not supported",
                            program.index_, kMaxDepth));
  }
  program.busy_ = true;
  ++program.state_.depth;
}

Program::Busy::~Busy() {
  program_.busy_ = false;
  --program_.state_.depth;
}

RuntimeTensor& Program::tensor(std::int32_t index) {
  if (index < 0 || static_cast<std::size_t>(index) >= tensors_.size()) {
    corrupt(fmt::format("subgraph {} has no tensor {}", index_, index));
  }
  return tensors_[static_cast<std::size_t>(index)];
}

bool Program::has_values(std::int32_t index) {
  return state_of(tensor(index)).origin != Origin::unset;
}

TensorState& Program::state_of(const RuntimeTensor& tensor) {
  return states_[static_cast<std::size_t>(&tensor - tensors_.data())];
}

void Program::expose(std::int32_t index) {
  state_of(tensor(index)).border = true;
}

std::vector<RuntimeTensor*> Program::pointers(std::span<const std::int32_t> indices) {
  std::vector<RuntimeTensor*> result;
  result.reserve(indices.size());
  for (const std::int32_t index : indices) {
    result.push_back(index == -1 ? nullptr : &tensor(index));
  }
  return result;
}

// Before anything points into operators. What signatures show is seen from outside too.
void Program::fuse_nodes() {
  std::vector<bool> border(tensors_.size());
  for (std::size_t i = 0; i < tensors_.size(); ++i) border[i] = states_[i].border;
  for (const Signature& signature : state_.graph.signatures) {
    if (static_cast<std::size_t>(signature.subgraph) != index_) continue;
    for (const auto& side : {signature.inputs, signature.outputs}) {
      for (const SignatureTensor& seen : side) {
        if (seen.tensor >= 0 && static_cast<std::size_t>(seen.tensor) < border.size()) {
          border[static_cast<std::size_t>(seen.tensor)] = true;
        }
      }
    }
  }
  fusions_ = find_fusions(subgraph_, border);
}

void Program::add_nodes() {
  nodes_.reserve(subgraph_.operators.size());
  std::vector<const Fusion*> fused(subgraph_.operators.size());
  for (const Fusion& fusion : fusions_) fused[fusion.node] = &fusion;
  for (std::size_t i = 0; i < subgraph_.operators.size(); ++i) {
    const Operator& op = fused[i] != nullptr ? fused[i]->op : subgraph_.operators[i];
    const auto node = [&](bool running) {
      return Node(op, i, pointers(op.inputs), pointers(op.outputs), pointers(op.intermediates),
                  *this, running);
    };
    PlannedNode& planned = nodes_.emplace_back(node(false), node(true));
    if (op.code == BuiltinOperator::CUSTOM) {
      if (const CustomKernel* kernel = find_custom_kernel(op.custom_code)) {
        planned.prepare = kernel->prepare;
        planned.trait = kernel->trait;
      }
    } else if (const Kernel* kernel = find_kernel(op.code)) {
      planned.prepare = kernel->prepare;
      planned.trait = kernel->trait;
    }
    if (state_.options.delegate) planned.lowering = xnn::find_lowering(op);
    if (fused[i] == nullptr) continue;
    planned.fused_name = fused[i]->name;
    if (fused[i]->prepare == nullptr) continue;
    planned.prepare = fused[i]->prepare;
    planned.trait = Trait::none;
    planned.lowering.reset();
  }
  for (const Fusion& fusion : fusions_) {
    nodes_[fusion.swallowed].stage = PlannedNode::Stage::swallowed;
    nodes_[fusion.swallowed].swallowed_by = fusion.node;
  }
}

void Program::load_constant(std::size_t index, const std::vector<bool>& is_computed) {
  RuntimeTensor& tensor = tensors_[index];
  const Tensor& definition = *tensor.definition;
  TensorState& state = states_[index];
  if (definition.is_variable) {
    tensor.shape = declared_shape(definition);
    tensor.bytes = tensor_bytes(tensor, tensor.shape, state_.budget);
    state.own =
        TensorMemory(state_.budget, tensor.bytes, fmt::format("variable '{}'", definition.name));
    tensor.data = state.own.data();
    clear_variable(tensor);
    state.origin = Origin::variable;
    state.known = true;
    return;
  }
  const bool serialised = is_serialised(definition.type);
  const bool empty =
      !serialised && !is_computed[index] && !state.border && element_count(definition.shape) == 0;
  if (definition.data.empty() && definition.external_buffer != 0) {
    throw Error(ErrorKind::unsupported,
                fmt::format("the weights of '{}' lie in another file, which was not opened",
                            definition.name));
  }
  if (definition.data.empty() && !empty) return;

  tensor.shape = declared_shape(definition);
  tensor.bytes =
      serialised ? definition.data.size() : tensor_bytes(tensor, tensor.shape, state_.budget);
  const bool is_sparse = definition.sparsity && !serialised;
  if (tensor.bytes > definition.data.size() && !is_sparse) {
    corrupt(fmt::format("constant '{}' has {} bytes, its shape asks for {}", definition.name,
                        definition.data.size(), tensor.bytes));
  }
  const auto alignment =
      static_cast<std::size_t>(std::clamp(tensor_type_bits(definition.type) / 8, 1, 8));
  if (definition.data.empty()) {
    tensor.data = nothing;
  } else if (is_sparse) {
    tensor.data = nullptr;  // until unfold_constants()
  } else if (reinterpret_cast<std::uintptr_t>(definition.data.data()) % alignment != 0) {
    state.own = TensorMemory(state_.budget, definition.data.size(),
                             fmt::format("constant '{}'", definition.name));
    std::memcpy(state.own.data(), definition.data.data(), definition.data.size());
    tensor.data = state.own.data();
  } else {
    // Kernels see inputs as const; RuntimeTensor is one type for both.
    tensor.data = const_cast<std::byte*>(definition.data.data());
  }
  tensor.constant = true;
  state.origin = Origin::constant;
  state.known = true;
}

// Sparse constants are dense for everybody: made so before each plan that finds them gone, because
// those that XNNPACK packed are dropped (drop_packed_constants).
void Program::unfold_constants() {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    RuntimeTensor& tensor = tensors_[i];
    if (states_[i].origin != Origin::constant || tensor.data != nullptr) continue;
    own_memory(tensor, tensor.bytes);
    unfold(tensor, {tensor.data, tensor.bytes});
  }
}

// All of a kernel's preparing goes through here: what it will keep is charged first.
Evaluate Program::prepare(PlannedNode& node, Node& at) {
  node.reset();
  if (const std::size_t bytes = kernel_bytes(at); bytes > 0) {
    node.charge = MemoryCharge(state_.budget, bytes,
                               fmt::format("node {} ({})", at.index(), operator_name(at.op())));
  }
  return node.prepare(at);
}

std::vector<Shape> Program::declared_input_shapes() const {
  std::vector<Shape> shapes;
  for (const std::int32_t input : subgraph_.inputs) {
    shapes.push_back(declared_shape(subgraph_.tensors[static_cast<std::size_t>(input)]));
  }
  return shapes;
}

SubgraphRunner& Program::subgraph(std::int32_t index) {
  return state_.program(index);
}

const RuntimeTensor* Program::constant(std::int32_t index) {
  const RuntimeTensor& found = tensor(index);
  return found.constant ? &found : nullptr;
}

void Program::set_shape(RuntimeTensor& tensor, Shape shape) {
  const std::size_t bytes = tensor_bytes(tensor, shape, state_.budget);
  TensorState& state = state_of(tensor);
  if (state.known && state.in_arena && shape != tensor.shape) {
    throw Error(ErrorKind::internal,
                fmt::format("tensor '{}' changes its shape in a run; please report the model",
                            tensor.definition->name));
  }
  tensor.shape = std::move(shape);
  state.known = true;
  if (is_serialised(tensor.type)) return;
  tensor.bytes = bytes;
  if (allocating_ && !state.in_arena) own_memory(tensor, bytes);
}

std::byte* Program::allocate_string(RuntimeTensor& tensor, std::size_t bytes) {
  own_memory(tensor, bytes);
  tensor.bytes = bytes;
  return tensor.data;
}

void Program::own_memory(RuntimeTensor& tensor, std::size_t bytes) {
  TensorState& state = state_of(tensor);
  if (state.own.data() == nullptr || state.own.capacity() < bytes) {
    state.own = TensorMemory();
    state.own =
        TensorMemory(state_.budget, bytes, fmt::format("tensor '{}'", tensor.definition->name));
  }
  tensor.data = state.own.data();
}

void Program::set_serialised(std::int32_t index, std::span<const std::byte> content) {
  RuntimeTensor& target = tensor(index);
  std::byte* data = allocate_string(target, content.size());
  std::ranges::copy(content, data);
}

void Program::commit() {
  if (committed_) return;
  arena_ = TensorMemory();
  arena_ = TensorMemory(state_.budget, arena_bytes_, "the arena of activations");
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (states_[i].in_arena) tensors_[i].data = arena_.data() + states_[i].offset;
  }
  if (!bind_delegates()) {
    planned_ = false;
    plan(std::vector<Shape>(planned_for_));
    commit();
    return;
  }
  committed_ = true;
}

// False when XNNPACK refuses one: its nodes are marked, and everything has to be planned anew.
// The constants that were computed for it alone are gone by now; plan() computes them again.
bool Program::bind_delegates() {
  return is_accepted(&xnn::Delegate::reserve) && is_accepted(&xnn::Delegate::bind);
}

// All of them are tried, so that few plans find what has to be done without XNNPACK.
bool Program::is_accepted(void (xnn::Delegate::*step)()) {
  std::vector<bool> refused(delegates_.size());
  for (std::size_t i = 0; i < delegates_.size(); ++i) {
    try {
      (delegates_[i].*step)();
    } catch (const Error&) {
      refused[i] = true;
    }
  }
  if (std::ranges::find(refused, true) == refused.end()) return true;
  for (PlannedNode& node : nodes_) {
    if (node.stage == PlannedNode::Stage::delegated && refused[node.delegate]) node.refused = true;
  }
  return false;
}

void Program::execute(std::vector<NodeTiming>* timings) {
  const Busy busy(*this);
  for (const Step& step : steps_) {
    const auto start =
        timings ? std::chrono::steady_clock::now() : std::chrono::steady_clock::time_point{};
    const bool delegated = step.delegate != Step::kNone;
    if (delegated) {
      delegates_[step.delegate].run();
    } else {
      run_node(nodes_[step.node]);
    }
    if (timings) {
      const Nanoseconds time = std::chrono::steady_clock::now() - start;
      timings->push_back({.subgraph = index_,
                          .node = step.node,
                          .partition = delegated ? step.delegate : kNoNode,
                          .op = step.node == Step::kNone
                                    ? fmt::format("partition {}", step.delegate)
                                    : name_of(nodes_[step.node]),
                          .engine = delegated ? "xnnpack" : "litezoo",
                          .time = time});
    }
  }
}

void Program::run_node(PlannedNode& node) {
  if (node.stage == PlannedNode::Stage::deferred) {
    run_deferred(node);
  } else {
    evaluate(node);
  }
}

void Program::evaluate(const PlannedNode& node) {
  // A view of strings has no memory of its own until it is known how long they are.
  if (node.trait == Trait::view && is_serialised(node.at_run.output(0).type)) {
    const RuntimeTensor& input = node.at_run.input(0);
    RuntimeTensor& output = node.at_run.output(0);
    std::byte* data = allocate_string(output, input.bytes);
    std::copy_n(input.data, input.bytes, data);
    return;
  }
  node.evaluate(node.at_run);
}

void Program::run_deferred(PlannedNode& node) {
  if (node.prepare == nullptr) node.at_run.unsupported("there is no kernel for this operator");
  const Flag allocating(allocating_);
  std::vector<Shape> shapes = input_shapes(node.at_run);
  if (!node.evaluate || shapes != node.prepared_for) {
    node.prepared_for.clear();
    node.evaluate = prepare(node, node.at_load);
    if (node.evaluate) {
      node.prepared_for = std::move(shapes);
    } else {
      node.evaluate = prepare(node, node.at_run);
    }
  }
  if (!node.evaluate) node.at_run.unsupported("its output's shape cannot be told even in a run");
  evaluate(node);
  // What depends on values is prepared anew each time.
  if (node.prepared_for.empty()) node.reset();
}

void Program::reset_variables() {
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (states_[i].origin == Origin::variable) {
      clear_variable(tensors_[i]);
    }
  }
}

std::vector<Shape> Program::tensor_shapes() const {
  std::vector<Shape> shapes;
  shapes.reserve(tensors_.size());
  for (const RuntimeTensor& tensor : tensors_) shapes.push_back(tensor.shape);
  for (const Fusion& fusion : fusions_) {
    shapes[static_cast<std::size_t>(fusion.between)] =
        shapes[static_cast<std::size_t>(fusion.like)];
  }
  return shapes;
}

std::optional<std::vector<Shape>> Program::output_shapes(std::span<const Shape> inputs) {
  plan(inputs);
  std::vector<Shape> shapes;
  for (const std::int32_t index : subgraph_.outputs) {
    if (!state_of(tensor(index)).known) return std::nullopt;
    shapes.push_back(tensor(index).shape);
  }
  return shapes;
}

void Program::run(std::span<const RuntimeTensor* const> inputs) {
  if (busy_) corrupt(fmt::format("subgraph {} calls itself", index_));
  if (inputs.size() != subgraph_.inputs.size()) {
    corrupt(fmt::format("subgraph {} is called with {} inputs, it has {}", index_, inputs.size(),
                        subgraph_.inputs.size()));
  }
  // Calls of calls multiply. What the main program calls itself is bounded by its loops.
  if (state_.depth > 1 && state_.calls++ >= state_.options.max_loop_iterations) {
    throw Error(ErrorKind::unsupported,
                fmt::format("subgraphs called each other {} times in one run, which is the limit",
                            state_.calls - 1));
  }
  bool same = planned_ && planned_for_.size() == inputs.size();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i]->type != tensor(subgraph_.inputs[i]).type) {
      corrupt(fmt::format("subgraph {} is called with another type of input {}", index_, i));
    }
    same = same && inputs[i]->shape == planned_for_[i];
  }
  if (!same) {
    std::vector<Shape> shapes;
    for (const RuntimeTensor* input : inputs) shapes.push_back(input->shape);
    plan(shapes);
  }
  commit();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    RuntimeTensor& target = tensor(subgraph_.inputs[i]);
    if (target.constant) continue;
    if (is_serialised(target.type)) {
      set_serialised(subgraph_.inputs[i], {inputs[i]->data, inputs[i]->bytes});
    } else if (target.bytes > 0) {
      std::memmove(target.data, inputs[i]->data, target.bytes);
    }
  }
  execute(nullptr);
}

const RuntimeTensor& Program::output(std::size_t index) const {
  return tensors_[static_cast<std::size_t>(subgraph_.outputs.at(index))];
}

}  // namespace litezoo::runtime
