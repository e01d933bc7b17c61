#include "inspector/compatibility.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/text.h"
#include "inspector/operator_table.h"
#include "inspector/stamps.h"

namespace litezoo::inspector {
namespace {

// "2.10.0" > "2.9.1": by component, not as text.
std::vector<int> components(std::string_view version) {
  std::vector<int> result;
  for (const std::string& part : split(version, '.')) {
    int value = 0;
    std::from_chars(part.data(), part.data() + part.size(), value);
    result.push_back(value);
  }
  return result;
}

bool is_newer(std::string_view a, std::string_view b) {
  return b.empty() || components(a) > components(b);
}

using OperatorVersion = std::pair<BuiltinOperator, std::int32_t>;

std::set<OperatorVersion> builtin_versions(const Graph& graph) {
  std::set<OperatorVersion> result;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      if (op.code != BuiltinOperator::CUSTOM) result.insert({op.code, op.version});
    }
  }
  return result;
}

std::vector<std::size_t> nodes_without(const Subgraph& subgraph, std::uint8_t delegate) {
  std::vector<std::size_t> result;
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    const OperatorFacts* facts = find_operator_facts(subgraph.operators[node].code);
    if (facts == nullptr || (facts->delegates & delegate) == 0) result.push_back(node);
  }
  return result;
}

Compatibility by_table(const Subgraph& subgraph, std::string target, std::uint8_t delegate,
                       std::string source) {
  Compatibility result{.target = std::move(target), .source = std::move(source)};
  result.nodes = nodes_without(subgraph, delegate);
  const std::size_t all = subgraph.operators.size();
  if (result.nodes.empty()) {
    result.reason = "its table has every operator; conditions on shapes and types are not checked";
  } else {
    result.verdict = result.nodes.size() == all ? Verdict::no : Verdict::partly;
    result.reason =
        fmt::format("its table lacks the operators of {} of {} nodes", result.nodes.size(), all);
  }
  return result;
}

using enum BuiltinOperator;

// The operators Coral's documentation lists for the Edge TPU compiler.
constexpr auto kEdgeTpuOperators = std::to_array<BuiltinOperator>({ADD,
                                                                   AVERAGE_POOL_2D,
                                                                   CONCATENATION,
                                                                   CONV_2D,
                                                                   DEPTHWISE_CONV_2D,
                                                                   FULLY_CONNECTED,
                                                                   L2_NORMALIZATION,
                                                                   LOGISTIC,
                                                                   MAX_POOL_2D,
                                                                   MUL,
                                                                   RELU,
                                                                   RELU_N1_TO_1,
                                                                   RELU6,
                                                                   RESHAPE,
                                                                   RESIZE_BILINEAR,
                                                                   SOFTMAX,
                                                                   SPACE_TO_DEPTH,
                                                                   TANH,
                                                                   PAD,
                                                                   TRANSPOSE,
                                                                   MEAN,
                                                                   SUB,
                                                                   SQUEEZE,
                                                                   UNIDIRECTIONAL_SEQUENCE_LSTM,
                                                                   STRIDED_SLICE,
                                                                   SPLIT,
                                                                   PRELU,
                                                                   MAXIMUM,
                                                                   MINIMUM,
                                                                   SLICE,
                                                                   TRANSPOSE_CONV,
                                                                   EXPAND_DIMS,
                                                                   SUM,
                                                                   RSQRT,
                                                                   REDUCE_MAX,
                                                                   PACK,
                                                                   REDUCE_MIN,
                                                                   RESIZE_NEAREST_NEIGHBOR,
                                                                   SQUARED_DIFFERENCE,
                                                                   QUANTIZE});
static_assert(std::ranges::is_sorted(kEdgeTpuOperators));

bool is_eight_bit(const Tensor& tensor) {
  return tensor.type == TensorType::INT8 || tensor.type == TensorType::UINT8;
}

bool edge_tpu_takes(const Subgraph& subgraph, const Operator& op) {
  if (!std::ranges::binary_search(kEdgeTpuOperators, op.code)) return false;
  const auto fits = [&subgraph](std::int32_t t) {
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(t)];
    return is_eight_bit(tensor) &&
           std::ranges::find(tensor.shape_signature, -1) == tensor.shape_signature.end();
  };
  return std::ranges::all_of(op.outputs, fits);
}

Compatibility edge_tpu(const Subgraph& subgraph) {
  Compatibility result{.target = "edge-tpu",
                       .source = "Coral's public rules; the compiler itself is not here"};
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    if (subgraph.operators[node].custom_code == "edgetpu-custom-op") result.nodes.push_back(node);
  }
  const std::size_t all = subgraph.operators.size();
  if (!result.nodes.empty()) {
    result.verdict = result.nodes.size() == all ? Verdict::yes : Verdict::partly;
    result.reason = "compiled for the Edge TPU; other devices cannot run those nodes";
    return result;
  }
  for (std::size_t node = 0; node < all; ++node) {
    if (!edge_tpu_takes(subgraph, subgraph.operators[node])) result.nodes.push_back(node);
  }
  if (result.nodes.empty() && all > 0) {
    result.verdict = Verdict::unknown;
    result.reason = "not compiled; the compiler should take every node (8-bit, fixed shapes)";
  } else if (result.nodes.size() == all) {
    result.verdict = Verdict::no;
    result.reason = "no node has 8-bit tensors of fixed shape and an operator the compiler knows";
  } else {
    // Whatever follows the first refused node stays on the CPU.
    result.verdict = Verdict::partly;
    result.reason = fmt::format("not compiled; only the {} nodes before node {} could be taken",
                                result.nodes.front(), result.nodes.front());
  }
  return result;
}

Compatibility by_names(const Subgraph& subgraph, bool flex) {
  Compatibility result{
      .target = flex ? "flex" : "custom-operators",
      .verdict = Verdict::yes,
      .reason = flex ? "needs no Select TensorFlow operators" : "needs no custom operators"};
  std::vector<std::string> names;
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    const Operator& op = subgraph.operators[node];
    if (op.code != CUSTOM || op.custom_code.starts_with("Flex") != flex) continue;
    result.nodes.push_back(node);
    const std::string name = escape_for_terminal(op.custom_code);
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  if (names.empty()) return result;
  result.verdict = Verdict::partly;
  result.reason =
      (flex ? "needs the Flex delegate for " : "needs a runtime with ") + join_names(names);
  return result;
}

Compatibility npu(const Graph& graph, const Subgraph& subgraph) {
  Compatibility result{.target = "npu", .source = "LiteRtStamp and DISPATCH_OP in the file"};
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    if (subgraph.operators[node].custom_code == "DISPATCH_OP") result.nodes.push_back(node);
  }
  const auto stamp = read_chip_stamp(graph);
  if (result.nodes.empty()) {
    result.reason =
        stamp ? fmt::format("stamped for {} {}, but no node is compiled",
                            escape_for_terminal(stamp->maker), escape_for_terminal(stamp->model))
              : std::string("not compiled for any");
    return result;
  }
  result.verdict = Verdict::yes;
  result.reason =
      stamp
          ? fmt::format("{} nodes are compiled for {} {} and run nowhere else", result.nodes.size(),
                        escape_for_terminal(stamp->maker), escape_for_terminal(stamp->model))
          : fmt::format("{} nodes are compiled for a chip that is not named", result.nodes.size());
  return result;
}

}  // namespace

RuntimeRequirement required_runtime(const Graph& graph) {
  RuntimeRequirement result;
  for (const auto& [code, version] : builtin_versions(graph)) {
    const OperatorFacts* facts = find_operator_facts(code);
    const std::string label = fmt::format("{} version {}", builtin_operator_name(code), version);
    if (facts == nullptr || version > facts->highest_kernel_version) {
      result.litert_has_kernels = false;
    }
    const std::string_view needs =
        facts == nullptr ? std::string_view() : version_that_brought(*facts, version);
    if (needs.empty()) {
      result.unknown.push_back(label);
    } else if (is_newer(needs, result.tensorflow)) {
      result.tensorflow = needs;
      result.decided_by = {label};
    } else if (needs == result.tensorflow) {
      result.decided_by.push_back(label);
    }
  }
  return result;
}

std::vector<Compatibility> compatibility(const Graph& graph) {
  if (graph.subgraphs.empty()) return {};
  const Subgraph& main = graph.subgraphs.front();
  return {by_table(main, "gpu", OperatorFacts::kGpu,
                   "LiteRT's gpu_compatibility table (CL/GL delegate), 2026-08"),
          by_table(main, "nnapi", OperatorFacts::kNnapi, "LiteRT's NNAPI delegate, 2026-08"),
          edge_tpu(main),
          by_names(main, true),
          by_names(main, false),
          npu(graph, main)};
}

}  // namespace litezoo::inspector
