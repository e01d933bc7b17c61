#include "cli/inspect_json.h"

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "cli/options_json.h"
#include "inspector/validate_data.h"

namespace litezoo::cli {
namespace {

using json = nlohmann::ordered_json;

template <typename Items, typename Convert>
json list(const Items& items, Convert convert) {
  json result = json::array();
  for (const auto& item : items) result.push_back(convert(item));
  return result;
}

template <typename T, typename Convert>
json optional_json(const std::optional<T>& value, Convert convert) {
  return value ? convert(*value) : json();
}

json type_total_json(const inspector::TypeTotal& total) {
  return {{"type", tensor_type_name(total.type)},
          {"tensors", total.tensors},
          {"elements", total.elements},
          {"bytes", total.size.count}};
}

json cost_json(const inspector::Report& report) {
  std::uint64_t read = 0, written = 0;
  if (!report.cost.nodes.empty()) {
    for (const auto& node : report.cost.nodes.front()) {
      read += node.read.count + node.weights.count;
      written += node.written.count;
    }
  }
  return {{"macs", report.cost.macs},
          {"parameters", report.cost.parameters},
          {"weight_bytes", report.cost.weights.count},
          {"bytes_read", read},
          {"bytes_written", written},
          {"weights_by_type", list(report.optimization.weights, type_total_json)}};
}

json lifetime_json(const inspector::Lifetime& life) {
  return {{"tensor", life.tensor},
          {"first_node", life.first},
          {"last_node", life.last},
          {"bytes", life.size.count},
          {"offset", life.offset.count}};
}

json memory_json(const inspector::Report& report, GraphDetail detail) {
  if (report.memory.empty()) return nullptr;
  const inspector::MemoryUse& use = report.memory.front();
  json result{{"activation_peak_bytes", use.peak.count},
              {"peak_node", use.peak_node},
              {"arena_bytes", use.arena.count},
              {"least_bytes", inspector::least_memory(report).count}};
  if (detail == GraphDetail::included) result["lifetimes"] = list(use.lifetimes, lifetime_json);
  return result;
}

json opportunity_json(const inspector::Opportunity& chance) {
  return {{"code", chance.code},
          {"weight_bytes_now", chance.size_now.count},
          {"weight_bytes_then", chance.size_then.count},
          {"is_estimate", true},
          {"note", chance.note}};
}

json optimization_json(const inspector::Report& report) {
  const inspector::OptimizationState& state = report.optimization;
  json result{{"precision", state.precision},
              {"converter_modes", state.converter},
              {"per_channel", state.per_channel},
              {"sparse_encoded", state.sparse_encoded},
              {"statistics", nullptr},
              {"opportunities", list(state.opportunities, opportunity_json)}};
  if (!state.has_statistics) return result;
  json tensors = list(report.statistics, [](const inspector::WeightStatistics& s) {
    return json{{"subgraph", s.subgraph},
                {"tensor", s.tensor},
                {"bytes", s.size.count},
                {"elements", s.elements},
                {"zeros", s.zeros},
                {"zeros_in_blocks_of_4", s.zeros_in_blocks},
                {"unique_values", s.unique ? json(*s.unique) : json()}};
  });
  result["statistics"] = {{"zero_share", state.zero_share},
                          {"pruned", state.pruned},
                          {"pruned_in_blocks", state.pruned_in_blocks},
                          {"clustered", state.clustered},
                          {"compressed_share", optional_json(report.compressed_share,
                                                             [](double d) { return json(d); })},
                          {"tensors", std::move(tensors)}};
  return result;
}

json runtime_json(const inspector::RuntimeRequirement& runtime) {
  return {{"tensorflow", runtime.tensorflow},
          {"decided_by", runtime.decided_by},
          {"litert", runtime.litert},
          {"litert_decided_by", runtime.litert_decided_by},
          {"unknown", runtime.unknown},
          {"litert_2026_08_has_kernels", runtime.litert_has_kernels}};
}

json verdict_json(const inspector::Compatibility& verdict) {
  json nodes = json::array();
  for (std::size_t i = 0; i < verdict.nodes.size(); ++i) {
    nodes.push_back({{"node", verdict.nodes[i]}, {"rule", verdict.rules[i]}});
  }
  return {{"target", verdict.target},
          {"verdict", to_string(verdict.verdict)},
          {"reason", verdict.reason},
          {"source", verdict.source},
          {"nodes", std::move(nodes)}};
}

json xnnpack_json(const inspector::XnnpackPrediction& prediction) {
  return {{"delegated_nodes", prediction.delegated_nodes},
          {"delegated_partitions", prediction.delegated_partitions},
          {"partitions", list(prediction.partitions, [](const inspector::Partition& partition) {
             return json{{"delegated", partition.delegated}, {"nodes", partition.nodes}};
           })}};
}

json quantization_json(const Quantization& q) {
  if (q.empty() && q.min.empty() && q.max.empty() && !q.has_unknown_details) return nullptr;
  json result{{"scale", q.scale},
              {"zero_point", q.zero_point},
              {"dimension", q.quantized_dimension},
              {"min", q.min},
              {"max", q.max}};
  if (q.blockwise) {
    result["blockwise"] = {{"scales_tensor", q.blockwise->scales},
                           {"zero_points_tensor", q.blockwise->zero_points},
                           {"block_size", q.blockwise->block_size}};
  }
  return result;
}

json sparsity_json(const Sparsity& sparsity) {
  return {{"traversal_order", sparsity.traversal_order},
          {"block_map", sparsity.block_map},
          {"dimensions", list(sparsity.dimensions, [](const SparseDimension& d) {
             return json{{"compressed", d.compressed},
                         {"dense_size", d.dense_size},
                         {"segments", d.segments.size()},
                         {"indices", d.indices.size()}};
           })}};
}

json tensor_json(const Tensor& tensor) {
  return {{"name", tensor.name},
          {"type", tensor_type_name(tensor.type)},
          {"shape", tensor.shape},
          {"shape_signature", tensor.shape_signature},
          {"bytes", inspector::dense_bytes(tensor).value_or(0)},
          {"buffer", tensor.buffer},
          {"data_bytes", tensor.data.size()},
          {"is_constant", tensor.is_constant()},
          {"is_variable", tensor.is_variable},
          {"external_buffer", tensor.external_buffer},
          {"quantization", quantization_json(tensor.quantization)},
          {"sparsity", optional_json(tensor.sparsity, sparsity_json)}};
}

json operator_json(const Operator& op, const inspector::NodeCost& cost, CustomOptions& custom) {
  json result{{"operator", operator_name(op)},
              {"custom", op.code == BuiltinOperator::CUSTOM},
              {"version", op.version},
              {"inputs", op.inputs},
              {"outputs", op.outputs},
              {"intermediates", op.intermediates},
              {"options", options_json(op.options)},
              {"custom_options_bytes", op.custom_options.size()}};
  if (!op.custom_options.empty()) result["options"] = custom.read(op);
  result["macs"] = cost.macs;
  result["parameters"] = cost.parameters;
  result["weight_bytes"] = cost.weights.count;
  result["bytes_read"] = cost.read.count;
  result["bytes_written"] = cost.written.count;
  return result;
}

json subgraphs_json(const inspector::Report& report) {
  json result = json::array();
  // Real files keep them once for each operator.
  CustomOptions custom(report.graph.flatbuffer_bytes);
  for (std::size_t s = 0; s < report.graph.subgraphs.size(); ++s) {
    const Subgraph& subgraph = report.graph.subgraphs[s];
    json operators = json::array();
    for (std::size_t n = 0; n < subgraph.operators.size(); ++n) {
      operators.push_back(operator_json(subgraph.operators[n], report.cost.nodes[s][n], custom));
    }
    result.push_back({{"name", subgraph.name},
                      {"inputs", subgraph.inputs},
                      {"outputs", subgraph.outputs},
                      {"tensors", list(subgraph.tensors, tensor_json)},
                      {"operators", std::move(operators)}});
  }
  return result;
}

json storage_json(const inspector::Report& report) {
  const Graph& graph = report.graph;
  json result{{"flatbuffer_bytes", graph.flatbuffer_bytes}, {"buffers", graph.buffer_count}};
  const auto known = [&report](auto count) {
    return report.buffers_inferred ? json() : json(count);
  };
  result["buffers_with_data"] = known(graph.buffers_inside);
  result["buffers_outside_flatbuffer"] = known(graph.buffers_outside);
  result["buffer_bytes"] = known(graph.buffer_bytes);
  result["external_buffers"] = list(graph.external_buffers, [](const ExternalBuffer& b) {
    return json{{"id", b.id},
                {"file", b.file},
                {"offset", b.offset},
                {"bytes", b.length},
                {"packing", b.packing}};
  });
  result["metadata_entries"] = list(graph.metadata, [](const MetadataEntry& entry) {
    return json{{"name", entry.name}, {"bytes", entry.data.size()}};
  });
  result["archive"] = optional_json(report.archive, [](const inspector::Archive& archive) {
    return json{{"start", archive.start},
                {"entries", list(archive.entries, [](const inspector::ArchiveEntry& e) {
                   return json{{"name", e.name},
                               {"bytes", e.size},
                               {"packed_bytes", e.packed_size},
                               {"method", e.method}};
                 })}};
  });
  return result;
}

json conversion_json(const inspector::Conversion& c) {
  return {{"tensorflow_version", c.tensorflow_version},
          {"api_version", c.api_version},
          {"source", c.source},
          {"model_hash", c.model_hash},
          {"optimization_modes", list(c.optimization_modes, inspector::optimization_mode_name)},
          {"allow_custom_ops", c.allow_custom_ops},
          {"enable_select_tf_ops", c.enable_select_tf_ops},
          {"force_select_tf_ops", c.force_select_tf_ops},
          {"sparsity_block_sizes", c.sparsity_block_sizes}};
}

}  // namespace

json report_json(const std::string& name, const inspector::Report& report, GraphDetail detail) {
  json result{{"name", name}, {"container", "tflite"}};
  result.update(json(nlohmann::json(report.inspection)));
  // "schema_version" is the document's own.
  result["tflite_schema_version"] = result["schema_version"];
  result.erase("schema_version");
  result["domain"] = {{"domain", report.domain.domain},
                      {"task", report.domain.task},
                      {"confidence", report.domain.confidence},
                      {"reason", report.domain.reason}};
  result["tflite_metadata"] = optional_json(report.metadata, metadata_json);
  result["conversion"] = optional_json(report.conversion, conversion_json);
  result["chip_stamp"] = optional_json(report.chip, [](const inspector::ChipStamp& chip) {
    return json{{"maker", chip.maker}, {"model", chip.model}};
  });
  result["reduced_precision_support"] = report.reduced_precision;
  result["storage"] = storage_json(report);
  result["cost"] = cost_json(report);
  result["memory"] = memory_json(report, detail);
  result["optimization"] = optimization_json(report);
  result["runtime_requirement"] = runtime_json(report.runtime);
  result["xnnpack"] = xnnpack_json(report.xnnpack);
  result["compatibility"] = list(report.compatibility, verdict_json);
  if (detail == GraphDetail::included) result["graph"] = subgraphs_json(report);
  return result;
}

}  // namespace litezoo::cli
