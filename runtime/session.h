#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"
#include "base/units.h"
#include "runtime/memory.h"

namespace litezoo::runtime {

// Input shapes that replace the file's, by input index; an absent one stays.
using InputShapes = std::vector<std::optional<std::vector<std::int32_t>>>;

namespace xnn {
class PackedWeights;
}
// For sessions of one graph that are to pack its weights once (SessionOptions::packed_weights).
// Null where this XNNPACK cannot share them.
std::shared_ptr<xnn::PackedWeights> make_packed_weights();

struct SessionOptions {
  std::uint32_t threads = 1;
  std::string signature;          // empty = the main subgraph, inputs in its order
  bool delegate = true;           // false: our kernels only, nothing goes to XNNPACK
  bool split_partitions = false;  // an XNNPACK subgraph for each node, so that each has a time
  Bytes memory_limit = kDefaultMemoryLimit;  // of all tensors together
  // Of one WHILE; also how often subgraphs may call each other in one run.
  std::uint64_t max_loop_iterations = 10'000'000;
  InputShapes input_shapes;
  std::shared_ptr<xnn::PackedWeights> packed_weights;  // null: its own
};

// A tensor at the session's border. `data` stays valid until the session is resized or dies.
struct TensorView {
  std::string_view name;  // the signature's name where one was chosen, else the tensor's
  TensorType type = TensorType::FLOAT32;
  std::vector<std::int32_t> shape;
  std::span<std::byte> data;
};

// How the graph was cut up.
struct Plan {
  std::uint32_t partitions = 0;                           // XNNPACK subgraphs
  std::uint32_t delegated_nodes = 0;                      // nodes in them
  std::uint32_t fallback_nodes = 0;                       // nodes run by our own kernels
  std::uint32_t folded_nodes = 0;                         // nodes computed once at load
  std::vector<std::string> fallback_operators;            // "GATHER x2", most first
  Bytes arena;                                            // planned activations
  std::size_t subgraph = 0;                               // the one that these are of
  std::vector<std::vector<std::size_t>> partition_nodes;  // node numbers, by partition
};

// The node number of a step that is an XNNPACK partition of several nodes.
inline constexpr std::size_t kNoNode = static_cast<std::size_t>(-1);

struct NodeTiming {
  std::size_t subgraph = 0, node = 0;
  std::size_t partition = kNoNode;  // its number when XNNPACK runs it
  std::string op;                   // "partition 3" for one of several nodes
  std::string engine;               // "xnnpack" or "litezoo"
  Nanoseconds time{};
};

// A node that cannot run here, and why.
struct UnsupportedNode {
  std::size_t subgraph = 0, node = 0;
  std::string op;  // "CONV_2D" or a custom operator's name
  std::string reason;
};

// Nodes of the graph for which there is neither a lowering nor a kernel; empty = worth a try.
// Cheap: looks at codes only. Does not throw.
std::vector<UnsupportedNode> unsupported_nodes(const Graph& graph);

// A loaded model that can be run again and again. One thread at a time: run() and run_timed() throw
// Error(usage) when another thread is inside one of them; nothing else is guarded. Sessions of one
// graph are independent of each other: one a thread is the way to run a model from several.
class Session {
 public:
  // The graph and the bytes behind it must outlive the session. Plans, lowers, packs weights.
  // Throws Error(unsupported) naming op and node, Error(corrupt) when the graph makes no sense,
  // Error(usage) for an unknown signature or an input shape that cannot be.
  Session(const Graph& graph, const SessionOptions& options);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // In the subgraph's order; a signature picks and names them.
  std::vector<TensorView> inputs();
  // Outputs of a dynamic shape have it after run().
  std::vector<TensorView> outputs();

  // STRING inputs only: their serialised form (count, offsets, bytes) replaces the content.
  void set_string_input(std::size_t index, std::span<const std::byte> serialised);

  // Throws Error(corrupt) when a value makes no sense (an index out of range),
  // Error(unsupported) when a tensor would pass the memory limit.
  void run();

  // As run(), with a time for each step.
  std::vector<NodeTiming> run_timed();

  // Variables back to their first values.
  void reset_variables();

  const Plan& plan() const noexcept;

  // The shapes its tensors have now, by tensor of that subgraph; those of a dynamic shape as in the
  // last run. Empty for a subgraph that was not called.
  std::vector<std::vector<std::int32_t>> tensor_shapes(std::size_t subgraph) const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace litezoo::runtime
