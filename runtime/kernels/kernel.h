#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/graph.h"
#include "runtime/thread_pool.h"

// What an operator's kernel sees and says. A kernel is one function:
//
//   Evaluate prepare_floor(Node& node);
//
// prepare checks the node (types, ranks, options; everything in them comes from a file and may be
// hostile), sets the shape of every output, does all work that needs to be done only once (packing
// constant weights, lookup tables, quantised multipliers) and returns what is to be done at each
// run. The returned closure picks no types and checks no options any more; it checks only what
// depends on values (an index in a GATHER).
//
// Kernels are pure C++ on row-major (NHWC) memory. They know neither XNNPACK nor the planner.

namespace litezoo::runtime {

using Shape = std::vector<std::int32_t>;

// A tensor while a session lives. `data` may change between runs; do not keep it from prepare,
// except a constant's.
struct RuntimeTensor {
  const Tensor* definition = nullptr;  // name, quantization, sparsity; never null in a Node
  TensorType type = TensorType::FLOAT32;
  Shape shape;                // no negative dimension once it is known
  bool constant = false;      // its data is there while preparing and never changes
  std::byte* data = nullptr;  // aligned to 64 bytes, readable 64 bytes past the end (the file's own
                              // constants only as the file has them)
  std::size_t bytes = 0;      // STRING, RESOURCE: the length of the serialised strings, the handle

  std::size_t size() const noexcept { return element_count(shape); }
  int rank() const noexcept { return static_cast<int>(shape.size()); }
  const Quantization& quantization() const noexcept { return definition->quantization; }
  // Per-tensor scale and zero point; 0 when the tensor is not quantised.
  float scale() const noexcept {
    return quantization().scale.empty() ? 0.0F : quantization().scale.front();
  }
  std::int32_t zero_point() const noexcept {
    return quantization().zero_point.empty()
               ? 0
               : static_cast<std::int32_t>(quantization().zero_point.front());
  }
  // The elements as T; requires that T is as wide as the type. Sub-byte types: std::uint8_t.
  template <typename T>
  const T* values() const noexcept {
    return reinterpret_cast<const T*>(data);
  }
  template <typename T>
  T* mutable_values() const noexcept {
    return reinterpret_cast<T*>(data);
  }
};

// Another subgraph of the same model, as IF, WHILE, CALL_ONCE and composites call it.
class SubgraphRunner {
 public:
  virtual ~SubgraphRunner() = default;
  virtual std::size_t input_count() const = 0;
  virtual std::size_t output_count() const = 0;
  // As the file has it: its tensor indices are those of its tensors.
  virtual const Subgraph& definition() const = 0;
  // The shapes its outputs will have for these input shapes, or nullopt when only a run can tell.
  virtual std::optional<std::vector<Shape>> output_shapes(std::span<const Shape> inputs) = 0;
  // Copies the inputs in (shapes may differ from call to call) and runs. Throws Error(corrupt) when
  // counts or types do not match.
  virtual void run(std::span<const RuntimeTensor* const> inputs) = 0;
  // Valid until the next run of the same subgraph.
  virtual const RuntimeTensor& output(std::size_t index) const = 0;
};

// State that outlives a run and is shared by all subgraphs of a session: variables and hash tables,
// one object a name, made by the kernel that first needs it.
class Resource {
 public:
  virtual ~Resource() = default;
};
using Resources = std::map<std::string, std::unique_ptr<Resource>>;

class Node;

// What to do at each run.
using Evaluate = std::function<void(const Node&)>;

// Returned by prepare when an output's shape depends on values that are not known yet
// (Node::value_known); the planner then calls prepare again in each run, just before the node's
// turn.
inline const Evaluate kDeferred{};

// The services of the session that a node may use. The planner implements it.
class NodeServices {
 public:
  virtual ~NodeServices() = default;
  virtual const ThreadPool& threads() const = 0;
  virtual SubgraphRunner& subgraph(std::int32_t index) = 0;  // throws Error(corrupt) when absent
  virtual Resources& resources() = 0;
  // Called with each shape a kernel asks for; gives the output its memory when the session is
  // running. Throws Error(unsupported) when a tensor or the session would pass the memory limit.
  virtual void set_shape(RuntimeTensor& tensor, Shape shape) = 0;
  // Gives a STRING output room for its serialised strings, or a RESOURCE output room for its handle
  // (the key in resources(), without a terminator); during evaluation only.
  virtual std::byte* allocate_string(RuntimeTensor& tensor, std::size_t bytes) = 0;
  // A constant of this subgraph by tensor index, as a quantisation refers to its scales; null when
  // that tensor is none. Throws Error(corrupt) when there is no such tensor.
  virtual const RuntimeTensor* constant(std::int32_t index) = 0;
  // Of one WHILE (SessionOptions::max_loop_iterations).
  virtual std::uint64_t max_loop_iterations() const { return 10'000'000; }
};

class Node {
 public:
  Node(const Operator& op, std::size_t index, std::vector<RuntimeTensor*> inputs,
       std::vector<RuntimeTensor*> outputs, std::vector<RuntimeTensor*> intermediates,
       NodeServices& services, bool running)
      : op_(&op),
        index_(index),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        intermediates_(std::move(intermediates)),
        services_(&services),
        running_(running) {}

  const Operator& op() const noexcept { return *op_; }
  std::size_t index() const noexcept { return index_; }  // position in the subgraph
  std::size_t input_count() const noexcept { return inputs_.size(); }
  std::size_t output_count() const noexcept { return outputs_.size(); }
  // False when the input is optional and absent, or beyond the last.
  bool has_input(std::size_t i) const noexcept { return i < inputs_.size() && inputs_[i]; }
  // Throws Error(corrupt), naming the node, when there is no such input or output.
  const RuntimeTensor& input(std::size_t i) const;
  RuntimeTensor& output(std::size_t i) const;
  // An input that the operator changes (is_variable state of LSTM, SVDF).
  RuntimeTensor& variable_input(std::size_t i) const;
  const RuntimeTensor* intermediate(std::size_t i) const noexcept {
    return i < intermediates_.size() ? intermediates_[i] : nullptr;
  }

  // True when the input's values can be read in prepare: it is constant, or the session is running.
  bool value_known(std::size_t i) const { return running_ || input(i).constant; }
  // True when prepare is called during a run (after it returned kDeferred before).
  bool running() const noexcept { return running_; }

  // The operator's options. Throws Error(corrupt) when the file has none of this kind; the second
  // form gives the schema's defaults then (old converters leave out a table of defaults).
  template <typename Options>
  const Options& options() const {
    if (const auto* options = std::get_if<Options>(&op_->options)) return *options;
    corrupt("its options are missing");
  }
  template <typename Options>
  Options options_or_default() const {
    const auto* options = std::get_if<Options>(&op_->options);
    return options ? *options : Options{};
  }

  // Sets an output's shape; every output must get one in prepare unless it returns kDeferred.
  // Throws Error(corrupt) for a negative dimension or an overflow, Error(unsupported) past the
  // memory limit.
  void set_shape(std::size_t output_index, Shape shape) const;

  const ThreadPool& threads() const { return services_->threads(); }
  SubgraphRunner& subgraph(std::int32_t index) const { return services_->subgraph(index); }
  Resources& resources() const { return services_->resources(); }
  // NodeServices::constant, but throws Error(corrupt) naming the node when it is none.
  const RuntimeTensor& constant(std::int32_t index) const;
  std::uint64_t max_loop_iterations() const { return services_->max_loop_iterations(); }
  std::byte* allocate_string(std::size_t output_index, std::size_t bytes) const {
    return services_->allocate_string(output(output_index), bytes);
  }

  // "node 7 (CONV_2D): <why>": the file asks for something this build does not do / that makes no
  // sense.
  [[noreturn]] void unsupported(const std::string& why) const;
  [[noreturn]] void corrupt(const std::string& why) const;
  // The most common checks. They throw as above, naming the node.
  void expect_inputs(std::size_t least, std::size_t most) const;
  void expect_outputs(std::size_t count) const;
  void expect_type(const RuntimeTensor& tensor, std::initializer_list<TensorType> allowed) const;

 private:
  const Operator* op_;
  std::size_t index_;
  std::vector<RuntimeTensor*> inputs_, outputs_, intermediates_;
  NodeServices* services_;
  bool running_;
};

using Prepare = Evaluate (*)(Node&);

enum class Trait : std::uint8_t {
  none = 0,
  view = 1,      // output 0 is input 0's bytes under another shape: no memory of its own needed;
                 // evaluate copies when data pointers differ
  in_place = 2,  // evaluate may write output 0 over any input of the same byte size
  stateful = 4,  // not a function of its inputs alone: never folded into a constant
};

struct Kernel {
  BuiltinOperator code;
  Prepare prepare;
  Trait trait = Trait::none;
};

struct CustomKernel {
  std::string_view name;
  Prepare prepare;
  Trait trait = Trait::none;
};

// The kernel for an operator, nullptr when there is none (runtime/kernels/table.cpp).
const Kernel* find_kernel(BuiltinOperator code) noexcept;
const CustomKernel* find_custom_kernel(std::string_view name) noexcept;

// All rows, sorted by code (by name).
std::span<const Kernel> kernels() noexcept;
std::span<const CustomKernel> custom_kernels() noexcept;

}  // namespace litezoo::runtime
