#include "inspector/compatibility.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/text.h"
#include "inspector/gpu_rules.h"
#include "inspector/litert_releases.h"
#include "inspector/nnapi_rules.h"
#include "inspector/operator_table.h"
#include "inspector/precision.h"
#include "inspector/stamps.h"
#include "inspector/xnnpack_rules.h"

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

// The newest release so far, and all that ask for it.
void raise(std::string& release, std::vector<std::string>& decided_by, std::string_view needs,
           const std::string& label) {
  if (is_newer(needs, release)) {
    release = needs;
    decided_by.clear();
  }
  if (needs == release) decided_by.push_back(label);
}

using OperatorVersion = std::pair<BuiltinOperator, std::int32_t>;

// Beside the builtin ones, LiteRT's resolver registers these.
constexpr auto kLitertCustomOperators =
    std::to_array<std::string_view>({"AudioSpectrogram", "Mfcc", "NumericVerify",
                                     "TFLite_Detection_PostProcess", "aeq.hadamard_rotation"});

std::set<OperatorVersion> builtin_versions(const Graph& graph) {
  std::set<OperatorVersion> result;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      if (op.code != BuiltinOperator::CUSTOM) result.insert({op.code, op.version});
    }
  }
  return result;
}

void refuse(Compatibility& result, std::size_t node, std::string rule) {
  result.nodes.push_back(node);
  result.rules.push_back(std::move(rule));
}

// no, partly or `best`, by how many nodes were refused.
void judge(Compatibility& result, const Subgraph& subgraph, Verdict best, std::string reason) {
  const std::size_t all = subgraph.operators.size();
  if (result.nodes.empty()) {
    result.verdict = best;
    result.reason = std::move(reason);
    return;
  }
  result.verdict = result.nodes.size() == all ? Verdict::no : Verdict::partly;
  result.reason = fmt::format("its rules refuse {} of {} nodes", result.nodes.size(), all);
}

bool has_case(const Operator& op, std::uint8_t delegate) {
  const OperatorFacts* facts = find_operator_facts(op.code);
  return facts != nullptr && (facts->delegates & delegate) != 0;
}

std::string no_case(const Operator& op) {
  return "it has no " + escape_for_terminal(operator_name(op));
}

Compatibility gpu(const Subgraph& subgraph) {
  Compatibility result{.target = "gpu", .source = std::string(kGpuRulesSource)};
  const std::vector<std::int32_t> origins = stored_origins(subgraph);
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    const Operator& op = subgraph.operators[node];
    std::string rule =
        has_case(op, OperatorFacts::kGpu) ? gpu_refusal(subgraph, op, origins) : no_case(op);
    if (!rule.empty()) refuse(result, node, std::move(rule));
  }
  judge(result, subgraph, Verdict::unknown,
        "its rules refuse no node; the device's driver has the last word");
  return result;
}

Compatibility nnapi(const Subgraph& subgraph) {
  Compatibility result{.target = "nnapi", .source = std::string(kNnapiRulesSource)};
  const std::vector<std::int32_t> origins = stored_origins(subgraph);
  int level = 1;
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    NnapiAnswer answer = nnapi_answer(subgraph, subgraph.operators[node], origins);
    level = std::max(level, answer.level);
    if (answer.level == 0) refuse(result, node, std::move(answer.refusal));
  }
  judge(result, subgraph, Verdict::unknown,
        fmt::format("its rules refuse no node from {} on; the device's drivers have the last word",
                    nnapi_level_text(level)));
  if (result.verdict == Verdict::partly) {
    result.reason += fmt::format(", and take the others from {} on", nnapi_level_text(level));
  }
  return result;
}

Compatibility xnnpack(const Subgraph& subgraph) {
  Compatibility result{.target = "xnnpack", .source = std::string(kXnnpackRulesSource)};
  const XnnpackPrediction prediction = predict_xnnpack(subgraph);
  for (std::size_t node = 0; node < prediction.refusals.size(); ++node) {
    if (!prediction.refusals[node].empty()) refuse(result, node, prediction.refusals[node]);
  }
  judge(result, subgraph, Verdict::yes, {});
  result.reason =
      fmt::format("predicted: {} of {} nodes in {} partition{}", prediction.delegated_nodes,
                  subgraph.operators.size(), prediction.delegated_partitions,
                  prediction.delegated_partitions == 1 ? "" : "s");
  return result;
}

// The builtin kernels of the CPU interpreter.
Compatibility litert_cpu(const Subgraph& subgraph) {
  Compatibility result{.target = "litert-cpu",
                       .source = "kernels registered by LiteRT's builtin resolver, 2026-08"};
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    const Operator& op = subgraph.operators[node];
    const OperatorFacts* facts = find_operator_facts(op.code);
    if (op.code == BuiltinOperator::CUSTOM) {
      const auto known = std::ranges::find(kLitertCustomOperators, op.custom_code);
      if (known == kLitertCustomOperators.end()) {
        refuse(result, node, "it has no custom operator " + escape_for_terminal(op.custom_code));
      }
    } else if (facts == nullptr || facts->highest_kernel_version == 0) {
      refuse(result, node, no_case(op));
    } else if (op.version > facts->highest_kernel_version) {
      refuse(result, node,
             fmt::format("its {} goes up to version {}, not {}", operator_name(op),
                         facts->highest_kernel_version, op.version));
    }
  }
  judge(result, subgraph, Verdict::yes, "it has a kernel for every node");
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

// Empty = it takes the node.
std::string edge_tpu_refusal(const Subgraph& subgraph, const Operator& op) {
  if (!std::ranges::binary_search(kEdgeTpuOperators, op.code)) return no_case(op);
  for (const std::int32_t t : op.outputs) {
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(t)];
    if (!is_eight_bit(tensor)) {
      return fmt::format("its output is {}, not 8-bit", tensor_type_name(tensor.type));
    }
    if (std::ranges::find(tensor.shape_signature, -1) != tensor.shape_signature.end()) {
      return "its output's shape is not fixed";
    }
  }
  return {};
}

// Whatever follows the first refused node stays on the CPU.
void judge_edge_tpu(Compatibility& result, const Subgraph& subgraph) {
  const std::size_t all = subgraph.operators.size();
  const bool is_quantised =
      std::ranges::any_of(subgraph.tensors, [](const Tensor& t) { return is_eight_bit(t); });
  if (result.nodes.empty() && all > 0) {
    result.verdict = Verdict::unknown;
    result.reason = "not compiled; the compiler should take every node (8-bit, fixed shapes)";
  } else if (!is_quantised || result.nodes.size() == all) {
    result.verdict = Verdict::no;
    result.reason = is_quantised ? "its rules refuse every node"
                                 : "nothing in the model is quantised to 8 bits";
  } else if (result.nodes.front() == 0) {
    result.verdict = Verdict::no;
    result.reason = "its rules refuse the first node, and what follows a refused node stays behind";
  } else {
    result.verdict = Verdict::partly;
    result.reason = fmt::format("not compiled; only the {} nodes before node {} could be taken",
                                result.nodes.front(), result.nodes.front());
  }
}

Compatibility edge_tpu(const Subgraph& subgraph) {
  Compatibility result{.target = "edge-tpu",
                       .source = "Coral's public rules; the compiler itself is not here"};
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    if (subgraph.operators[node].custom_code == "edgetpu-custom-op") {
      refuse(result, node, "compiled for the Edge TPU");
    }
  }
  const std::size_t all = subgraph.operators.size();
  if (!result.nodes.empty()) {
    result.verdict = result.nodes.size() == all ? Verdict::yes : Verdict::partly;
    result.reason = "compiled for the Edge TPU; other devices cannot run those nodes";
    return result;
  }
  for (std::size_t node = 0; node < all; ++node) {
    std::string rule = edge_tpu_refusal(subgraph, subgraph.operators[node]);
    if (!rule.empty()) refuse(result, node, std::move(rule));
  }
  judge_edge_tpu(result, subgraph);
  return result;
}

Compatibility by_names(const Subgraph& subgraph, bool flex) {
  Compatibility result{
      .target = flex ? "flex" : "custom-operators",
      .verdict = Verdict::yes,
      .reason = flex ? "needs no Select TensorFlow operators" : "needs no custom operators",
      .source = flex ? "custom codes that begin with Flex" : "operator codes in the file"};
  std::vector<std::string> names;
  for (std::size_t node = 0; node < subgraph.operators.size(); ++node) {
    const Operator& op = subgraph.operators[node];
    if (op.code != CUSTOM || op.custom_code.starts_with("Flex") != flex) continue;
    const std::string name = escape_for_terminal(op.custom_code);
    refuse(result, node, (flex ? "a Select TensorFlow operator: " : "a custom operator: ") + name);
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
    if (subgraph.operators[node].custom_code == "DISPATCH_OP") {
      refuse(result, node, "compiled for an NPU (DISPATCH_OP)");
    }
  }
  const auto stamp = read_chip_stamp(graph);
  if (result.nodes.empty()) {
    result.reason =
        stamp ? fmt::format("stamped for {} {}, but no node is compiled",
                            escape_for_terminal(stamp->maker), escape_for_terminal(stamp->model))
              : std::string("not compiled for one; what its compiler would take is not known");
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

std::string_view to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::yes:
      return "yes";
    case Verdict::partly:
      return "partly";
    case Verdict::no:
      return "no";
    default:
      return "unknown";
  }
}

RuntimeRequirement required_runtime(const Graph& graph) {
  RuntimeRequirement result;
  bool litert_is_known = true;
  for (const auto& [code, version] : builtin_versions(graph)) {
    const OperatorFacts* facts = find_operator_facts(code);
    const std::string label = fmt::format("{} version {}", builtin_operator_name(code), version);
    const std::string_view needs =
        facts == nullptr ? std::string_view() : version_that_brought(*facts, version);
    if (needs.empty()) {
      result.unknown.push_back(label);
    } else {
      raise(result.tensorflow, result.decided_by, needs, label);
    }
    const std::string_view release = litert_release_that_brought(code, version);
    if (release.empty()) {
      result.litert_has_kernels = litert_is_known = false;
    } else {
      raise(result.litert, result.litert_decided_by, release, label);
    }
  }
  if (!litert_is_known) result.litert.clear();
  if (!litert_is_known || result.litert == kFirstLitertRelease) result.litert_decided_by.clear();
  return result;
}

std::vector<Compatibility> compatibility(const Graph& graph) {
  if (graph.subgraphs.empty()) return {};
  const Subgraph& main = graph.subgraphs.front();
  return {litert_cpu(main),     xnnpack(main),         gpu(main),       nnapi(main), edge_tpu(main),
          by_names(main, true), by_names(main, false), npu(graph, main)};
}

}  // namespace litezoo::inspector
