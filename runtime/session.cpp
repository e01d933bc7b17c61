#include "runtime/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>

#include "base/error.h"
#include "runtime/program.h"
#include "runtime/xnnpack/lowering.h"

namespace litezoo::runtime {
namespace {

// One input or output as the caller sees it.
struct Border {
  std::string_view name;
  std::int32_t tensor = 0;
};

struct Entry {
  std::int32_t subgraph = 0;
  std::vector<Border> inputs, outputs;
};

std::vector<Border> borders(const Subgraph& subgraph, std::span<const std::int32_t> tensors) {
  std::vector<Border> result;
  for (const std::int32_t index : tensors) {
    if (index < 0 || static_cast<std::size_t>(index) >= subgraph.tensors.size()) {
      throw Error(
          ErrorKind::corrupt,
          fmt::format("the model's inputs or outputs name a tensor {} that is not there", index));
    }
    result.push_back({subgraph.tensors[static_cast<std::size_t>(index)].name, index});
  }
  return result;
}

// A signature's tensors in the subgraph's order, which is the one runtimes number them by.
std::vector<Border> named(std::span<const SignatureTensor> signature,
                          std::span<const std::int32_t> order) {
  std::vector<Border> result;
  for (const SignatureTensor& tensor : signature) result.push_back({tensor.name, tensor.tensor});
  std::ranges::stable_sort(result, {}, [&](const Border& border) {
    return std::ranges::find(order, border.tensor) - order.begin();
  });
  return result;
}

Entry find_entry(const Graph& graph, const std::string& signature_key) {
  if (graph.subgraphs.empty()) throw Error(ErrorKind::corrupt, "the model has no subgraph");
  if (signature_key.empty()) {
    const Subgraph& main = graph.subgraphs[0];
    return {0, borders(main, main.inputs), borders(main, main.outputs)};
  }
  const auto found = std::ranges::find(graph.signatures, signature_key, &Signature::key);
  if (found == graph.signatures.end()) {
    std::string known;
    for (const Signature& signature : graph.signatures)
      known += fmt::format(" '{}'", signature.key);
    throw Error(ErrorKind::usage,
                fmt::format("the model has no signature '{}'; it has{}", signature_key,
                            known.empty() ? std::string(" none") : known));
  }
  if (found->subgraph < 0 || static_cast<std::size_t>(found->subgraph) >= graph.subgraphs.size()) {
    throw Error(ErrorKind::corrupt,
                fmt::format("signature '{}' names a subgraph that is not there", signature_key));
  }
  const Subgraph& subgraph = graph.subgraphs[static_cast<std::size_t>(found->subgraph)];
  Entry entry{found->subgraph, named(found->inputs, subgraph.inputs),
              named(found->outputs, subgraph.outputs)};
  return entry;
}

}  // namespace

std::shared_ptr<xnn::PackedWeights> make_packed_weights() {
  return xnn::PackedWeights::is_supported() ? std::make_shared<xnn::PackedWeights>() : nullptr;
}

std::vector<UnsupportedNode> unsupported_nodes(const Graph& graph) {
  std::vector<UnsupportedNode> result;
  for (std::size_t s = 0; s < graph.subgraphs.size(); ++s) {
    const std::vector<Operator>& operators = graph.subgraphs[s].operators;
    for (std::size_t n = 0; n < operators.size(); ++n) {
      const Operator& op = operators[n];
      const bool custom = op.code == BuiltinOperator::CUSTOM;
      if (xnn::find_lowering(op)) continue;
      if (custom ? find_custom_kernel(op.custom_code) != nullptr
                 : find_kernel(op.code) != nullptr) {
        continue;
      }
      result.push_back(
          {s, n, operator_name(op),
           custom && op.custom_code.starts_with("Flex")
               ? "it needs TensorFlow's own kernels (Flex), which are not part of this build"
               : "there is no kernel for this operator"});
    }
  }
  return result;
}

namespace {

// Two threads in one session would write each other's activations.
class Turn {
 public:
  explicit Turn(std::atomic<bool>& taken) : taken_(taken) {
    if (taken_.exchange(true, std::memory_order_acquire)) {
      throw Error(ErrorKind::usage,
                  "a session is run by two threads at once; make a session for each thread");
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  Turn(Turn&&) = delete;
  Turn& operator=(Turn&&) = delete;
  ~Turn() { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool>& taken_;
};

}  // namespace

class Session::Implementation {
 public:
  Implementation(const Graph& graph, const SessionOptions& options)
      : state_(graph, options), entry_(find_entry(graph, options.signature)) {
    program_ = &state_.program(entry_.subgraph);
    for (const Border& input : entry_.inputs) program_->expose(input.tensor);
    for (const Border& output : entry_.outputs) program_->expose(output.tensor);
    program_->plan(wanted_shapes(graph.subgraphs[static_cast<std::size_t>(entry_.subgraph)]));
    check_borders();
    program_->commit();
    program_->add_to(plan_);
  }

  std::vector<TensorView> views(std::span<const Border> borders) {
    std::vector<TensorView> result;
    for (const Border& border : borders) {
      const RuntimeTensor& tensor = program_->tensor(border.tensor);
      result.push_back({border.name, tensor.type, tensor.shape, {tensor.data, tensor.bytes}});
    }
    return result;
  }

  void set_string_input(std::size_t index, std::span<const std::byte> serialised) {
    if (index >= entry_.inputs.size() ||
        program_->tensor(entry_.inputs[index].tensor).type != TensorType::STRING) {
      throw Error(ErrorKind::usage, fmt::format("input {} does not take strings", index));
    }
    program_->set_serialised(entry_.inputs[index].tensor, serialised);
  }

  std::vector<Shape> tensor_shapes(std::size_t subgraph) const {
    if (subgraph >= state_.programs.size() || !state_.programs[subgraph]) return {};
    return state_.programs[subgraph]->tensor_shapes();
  }

  void reset_variables() {
    for (const auto& program : state_.programs) {
      if (program) program->reset_variables();
    }
    state_.resources.clear();
  }

  SessionState state_;
  Entry entry_;
  Program* program_ = nullptr;
  Plan plan_;
  std::atomic<bool> running_{false};

 private:
  // A signature may name any tensor.
  void check_borders() {
    for (const Border& input : entry_.inputs) {
      // Its bytes are the file's, which cannot be written to; what was folded has used them
      // already.
      if (program_->tensor(input.tensor).constant) {
        throw Error(ErrorKind::corrupt,
                    fmt::format("input '{}' is a constant of the model: nothing "
                                "can be put into it",
                                input.name));
      }
    }
    for (const std::vector<Border>* side : {&entry_.inputs, &entry_.outputs}) {
      for (const Border& border : *side) {
        if (program_->has_values(border.tensor)) continue;
        throw Error(ErrorKind::corrupt,
                    fmt::format("{} '{}' of signature '{}' is computed by no operator",
                                side == &entry_.inputs ? "input" : "output", border.name,
                                state_.options.signature));
      }
    }
  }

  std::vector<Shape> wanted_shapes(const Subgraph& subgraph) const {
    std::vector<Shape> shapes = program_->declared_input_shapes();
    const auto& wanted = state_.options.input_shapes;
    if (wanted.size() > entry_.inputs.size()) {
      throw Error(ErrorKind::usage,
                  fmt::format("{} input shapes are given, the model has {} inputs", wanted.size(),
                              entry_.inputs.size()));
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!wanted[i]) continue;
      if (std::ranges::any_of(*wanted[i], [](std::int32_t size) { return size < 0; })) {
        throw Error(ErrorKind::usage, fmt::format("the shape for input {} has a negative size", i));
      }
      const auto place = std::ranges::find(subgraph.inputs, entry_.inputs[i].tensor);
      if (place == subgraph.inputs.end()) {
        throw Error(ErrorKind::usage, fmt::format("input {} cannot be resized", i));
      }
      shapes[static_cast<std::size_t>(place - subgraph.inputs.begin())] = *wanted[i];
    }
    return shapes;
  }
};

Session::Session(const Graph& graph, const SessionOptions& options)
    : implementation_(std::make_unique<Implementation>(graph, options)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

std::vector<TensorView> Session::inputs() {
  return implementation_->views(implementation_->entry_.inputs);
}

std::vector<TensorView> Session::outputs() {
  return implementation_->views(implementation_->entry_.outputs);
}

void Session::set_string_input(std::size_t index, std::span<const std::byte> serialised) {
  implementation_->set_string_input(index, serialised);
}

void Session::run() {
  const Turn turn(implementation_->running_);
  implementation_->state_.begin_run();
  implementation_->program_->execute(nullptr);
}

std::vector<NodeTiming> Session::run_timed() {
  const Turn turn(implementation_->running_);
  std::vector<NodeTiming> timings;
  implementation_->state_.begin_run();
  implementation_->program_->execute(&timings);
  return timings;
}

void Session::reset_variables() {
  implementation_->reset_variables();
}

std::vector<std::vector<std::int32_t>> Session::tensor_shapes(std::size_t subgraph) const {
  return implementation_->tensor_shapes(subgraph);
}

const Plan& Session::plan() const noexcept {
  return implementation_->plan_;
}

}  // namespace litezoo::runtime
