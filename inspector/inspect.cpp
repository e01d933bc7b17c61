#include "inspector/inspect.h"

#include <algorithm>
#include <map>

#include "inspector/archive.h"
#include "inspector/cost.h"
#include "inspector/memory.h"
#include "inspector/metadata.h"
#include "inspector/precision.h"
#include "inspector/stamps.h"
#include "inspector/validate_data.h"

namespace litezoo::inspector {
namespace {

std::vector<OperatorCount> count_operators(const Graph& graph) {
  std::map<std::tuple<std::string, std::int32_t, bool>, std::uint64_t> counts;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      ++counts[{operator_name(op), op.version, op.code == BuiltinOperator::CUSTOM}];
    }
  }
  std::vector<OperatorCount> result;
  for (const auto& [key, count] : counts) {
    const auto& [name, version, custom] = key;
    result.push_back({.name = name, .custom = custom, .version = version, .count = count});
  }
  return result;
}

TensorInfo describe(const Tensor& tensor) {
  return {.name = tensor.name,
          .type = tensor.type,
          .shape = tensor.shape_signature.empty() ? tensor.shape : tensor.shape_signature,
          .scale = tensor.quantization.scale,
          .zero_point = tensor.quantization.zero_point};
}

struct Described {
  std::vector<TensorInfo> tensors;
  Bytes size;
};

Described describe_all(const Subgraph& subgraph, const std::vector<std::int32_t>& indices) {
  Described result;
  for (const std::int32_t index : indices) {
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(index)];
    result.tensors.push_back(describe(tensor));
    result.size.count += dense_bytes(tensor).value_or(0);
  }
  return result;
}

std::vector<std::string> names_of(const std::vector<SignatureTensor>& tensors) {
  std::vector<std::string> result;
  result.reserve(tensors.size());
  for (const SignatureTensor& tensor : tensors) result.push_back(tensor.name);
  return result;
}

std::vector<SignatureInfo> describe_signatures(const Graph& graph) {
  std::vector<SignatureInfo> result;
  for (const Signature& signature : graph.signatures) {
    result.push_back({.key = signature.key,
                      .subgraph = signature.subgraph,
                      .inputs = names_of(signature.inputs),
                      .outputs = names_of(signature.outputs)});
  }
  return result;
}

void describe_main_subgraph(const Subgraph& main, Inspection& result) {
  Described inputs = describe_all(main, main.inputs);
  Described outputs = describe_all(main, main.outputs);
  result.inputs = std::move(inputs.tensors);
  result.input_bytes = inputs.size;
  result.outputs = std::move(outputs.tensors);
  result.output_bytes = outputs.size;
  result.activation_bytes = memory_peak(main).peak;
}

}  // namespace

Inspection inspect(std::span<const std::byte> bytes, const std::string& name,
                   BufferTables buffer_tables) {
  return inspect(bytes, read_graph(bytes, name, OtherSchemaVersions::accepted, buffer_tables));
}

Inspection inspect(std::span<const std::byte> bytes, ReadResult read) {
  const Graph& graph = read.graph;
  Inspection result;
  result.size = {bytes.size()};
  result.schema_version = graph.schema_version;
  result.description = graph.description;
  result.subgraphs = graph.subgraphs.size();
  for (const Subgraph& subgraph : graph.subgraphs) {
    result.tensors += subgraph.tensors.size();
    result.operators += subgraph.operators.size();
  }
  result.operator_counts = count_operators(graph);
  if (!graph.subgraphs.empty()) describe_main_subgraph(graph.subgraphs.front(), result);
  result.signatures = describe_signatures(graph);
  result.precision = precision_class(graph);
  const Cost cost = cost_of(graph);
  result.parameters = cost.parameters;
  result.macs = cost.macs;
  result.weight_bytes = cost.weights;
  result.min_runtime_version = min_runtime_version(graph);
  result.findings = std::move(read.findings);
  const auto archive = find_archive(bytes);
  if (const auto metadata = read_metadata(graph, result.findings)) {
    result.metadata =
        summary(*metadata, archive, read_labels(bytes, archive, *metadata, result.findings));
  }
  return result;
}

}  // namespace litezoo::inspector
