#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "base/graph.h"
#include "runtime/fusion.h"
#include "runtime/kernels/kernel.h"
#include "runtime/layout.h"
#include "runtime/memory.h"
#include "runtime/partition.h"
#include "runtime/session_state.h"
#include "runtime/xnnpack/delegate.h"

namespace litezoo::runtime {

// Where a tensor's values come from.
enum class Origin : std::uint8_t {
  unset,     // nothing has computed it (yet)
  input,     // of the subgraph
  constant,  // the file's
  variable,  // state that outlives a run
  computed,  // an operator's output
};

// What the planner knows of a tensor besides what kernels see.
struct TensorState {
  Origin origin = Origin::unset;
  bool known = false;   // the shape is known
  bool border = false;  // an input or output of the subgraph or of a signature
  bool in_arena = false;
  std::size_t offset = 0;  // in the arena
  TensorMemory own;        // of constants, variables, strings and dynamic shapes
};

// One operator on its way to being run.
struct PlannedNode {
  enum class Stage : std::uint8_t {
    planned,    // shapes known, evaluate is set
    folded,     // its outputs are constants now
    deferred,   // prepared in each run
    delegated,  // part of an XNNPACK runtime
    swallowed,  // done by another node (Fusion), always
  };
  PlannedNode(Node load, Node run) : at_load(std::move(load)), at_run(std::move(run)) {}
  Node at_load, at_run;
  Prepare prepare = nullptr;
  Trait trait = Trait::none;
  Stage stage = Stage::planned;
  std::optional<xnn::Lowering> lowering;
  bool can_delegate = false;                            // XNNPACK could take it with these shapes
  bool refused = false;                                 // ... but did not
  std::size_t delegate = static_cast<std::size_t>(-1);  // of Program::delegates_
  Evaluate evaluate;
  std::vector<Shape> prepared_for;  // deferred nodes: the input shapes `evaluate` holds for
  MemoryCharge charge;              // for what `evaluate` keeps to itself
  std::size_t swallowed_by = static_cast<std::size_t>(-1);
  std::string fused_name;  // of a node that does another one's work too
  // Forgets how to run it, and gives that memory back.
  void reset() {
    evaluate = nullptr;
    charge = MemoryCharge();
  }
};

// A node, or an XNNPACK runtime for one or several of them (`node` is kNone for several).
struct Step {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t node = kNone;
  std::size_t delegate = kNone;
};

// One subgraph made ready to run for given input shapes, and for others whenever they come.
class Program final : public SubgraphRunner, private NodeServices {
 public:
  // `state` must outlive it. Throws Error(corrupt) when the subgraph contradicts itself.
  Program(SessionState& state, std::size_t subgraph);
  ~Program() override;

  // The shapes the file gives its inputs; a dynamic dimension is 1 where the file has no better.
  std::vector<Shape> declared_input_shapes() const;
  // Keeps a tensor's memory from being shared with others; before the first plan().
  void expose(std::int32_t index);
  // Propagates shapes, folds constants, cuts into steps, lays out memory. Nothing to do when it was
  // done for the same shapes. Throws as Session's constructor.
  void plan(std::span<const Shape> input_shapes);
  // Gives the tensors their memory. Requires plan().
  void commit();
  // Runs all steps; appends a time for each when `timings` is there.
  void execute(std::vector<NodeTiming>* timings);
  void reset_variables();

  RuntimeTensor& tensor(std::int32_t index);
  // False when no operator computes it and it is neither input, constant nor variable. After
  // plan().
  bool has_values(std::int32_t index);
  // A serialised (STRING, RESOURCE) tensor's content. Throws as TensorMemory.
  void set_serialised(std::int32_t index, std::span<const std::byte> content);
  void add_to(Plan& plan) const;
  // Of all tensors. What a fusion keeps from being computed has the shape it would have.
  std::vector<Shape> tensor_shapes() const;

  std::size_t input_count() const override { return subgraph_.inputs.size(); }
  std::size_t output_count() const override { return subgraph_.outputs.size(); }
  const Subgraph& definition() const override { return subgraph_; }
  std::optional<std::vector<Shape>> output_shapes(std::span<const Shape> inputs) override;
  void run(std::span<const RuntimeTensor* const> inputs) override;
  const RuntimeTensor& output(std::size_t index) const override;

 private:
  class Busy;

  const ThreadPool& threads() const override { return state_.threads; }
  SubgraphRunner& subgraph(std::int32_t index) override;
  Resources& resources() override { return state_.resources; }
  void set_shape(RuntimeTensor& tensor, Shape shape) override;
  const RuntimeTensor* constant(std::int32_t index) override;
  std::byte* allocate_string(RuntimeTensor& tensor, std::size_t bytes) override;
  std::uint64_t max_loop_iterations() const override { return state_.options.max_loop_iterations; }

  std::vector<RuntimeTensor*> pointers(std::span<const std::int32_t> indices);
  void add_nodes();
  void fuse_nodes();
  const Operator& op_of(std::size_t node) const { return nodes_[node].at_load.op(); }
  void load_constant(std::size_t index, const std::vector<bool>& is_computed);
  void unfold_constants();
  Evaluate prepare(PlannedNode& node, Node& at);
  void set_input(std::size_t index, Shape shape);
  void claim_outputs(const PlannedNode& node);
  void propagate(PlannedNode& node);
  void fold(PlannedNode& node);
  bool try_infer(PlannedNode& node);
  void find_delegation(PlannedNode& node);
  void make_steps();
  bool add_group(const NodeGroup& group);
  void add_kernel_step(std::size_t node);
  struct Cut;
  void count_readers();
  // Nodes of a partition by what is done at once, in the order of execution.
  using NodeRuns = std::vector<std::vector<std::size_t>>;
  NodeRuns runs_of(std::span<const std::size_t> nodes) const;
  std::unordered_set<std::size_t> between_runs(const NodeRuns& runs) const;
  Cut cut_out(std::span<const std::size_t> nodes);
  bool try_delegate(std::span<const std::size_t> nodes);
  void refuse_culprits(std::span<const std::size_t> nodes);
  void drop_delegate(std::size_t node);
  void drop_packed_constants();
  void add_layout_steps(std::size_t delegate, std::vector<LayoutStep>& steps) const;
  void assign_memory();
  void prepare_kernel(PlannedNode& node);
  void own_memory(RuntimeTensor& tensor, std::size_t bytes);
  bool bind_delegates();
  bool is_accepted(void (xnn::Delegate::*step)());
  void run_node(PlannedNode& node);
  void run_deferred(PlannedNode& node);
  void evaluate(const PlannedNode& node);
  TensorState& state_of(const RuntimeTensor& tensor);

  SessionState& state_;
  std::size_t index_;
  const Subgraph& subgraph_;
  std::vector<RuntimeTensor> tensors_;
  std::vector<TensorState> states_;
  std::vector<Fusion> fusions_;
  std::vector<PlannedNode> nodes_;
  std::vector<Step> steps_;
  std::vector<xnn::Delegate> delegates_;
  std::size_t delegates_bytes_ = 0;             // activations inside of them
  std::vector<MemoryCharge> delegate_charges_;  // for these, and the weights that each packed
  std::vector<std::size_t> readers_;            // nodes that read each tensor, while cutting
  std::vector<NodeRuns> delegate_runs_;         // by delegate
  std::size_t plans_made_ = 0;
  std::vector<Shape> planned_for_;
  bool planned_ = false, committed_ = false;
  bool allocating_ = false;  // set_shape gives memory at once: while folding and running
  bool busy_ = false;        // planning or executing: a second call would be a circle
  std::size_t arena_bytes_ = 0;
  TensorMemory arena_;
};

// A program that is planning or running. Throws Error(corrupt) when it was before: a circle;
// Error(unsupported) when too many others are: they call each other too deeply.
class Program::Busy {
 public:
  explicit Busy(Program& program);
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  Busy(Busy&&) = delete;
  Busy& operator=(Busy&&) = delete;
  ~Busy();

 private:
  Program& program_;
};

// Bytes of a tensor of this type and shape. Throws Error(unsupported) naming it past `budget`.
// 0 for types whose size the type does not tell.
std::size_t tensor_bytes(const RuntimeTensor& tensor, std::span<const std::int32_t> shape,
                         const MemoryBudget& budget);

// STRING and RESOURCE tensors hold as many bytes as their content asks for.
bool is_serialised(TensorType type) noexcept;

}  // namespace litezoo::runtime
