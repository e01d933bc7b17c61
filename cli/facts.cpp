#include "cli/facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/render.h"

namespace litezoo::cli {
namespace {

using inspector::Report;
using nlohmann::json;

std::string tensors_text(const std::vector<TensorInfo>& tensors) {
  std::vector<std::string> texts;
  texts.reserve(tensors.size());
  for (const TensorInfo& tensor : tensors) {
    texts.push_back(fmt::format("{} {}", tensor_type_name(tensor.type), shape_text(tensor.shape)));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::uint64_t moved(const Report& report) {
  std::uint64_t sum = 0;
  if (report.cost.nodes.empty()) return 0;
  for (const auto& node : report.cost.nodes.front()) {
    sum += node.read.count + node.weights.count + node.written.count;
  }
  return sum;
}

std::string signatures_text(const Inspection& inspection) {
  std::vector<std::string> keys;
  keys.reserve(inspection.signatures.size());
  for (const SignatureInfo& signature : inspection.signatures) keys.push_back(signature.key);
  return fmt::format("{}", fmt::join(keys, ", "));
}

std::string verdict_on(const Report& report, std::string_view target) {
  for (const auto& row : report.compatibility) {
    if (row.target == target) return std::string(to_string(row.verdict));
  }
  return "unknown";
}

std::string metadata_text(const Report& report, std::string ModelMetadata::*field) {
  return report.inspection.metadata ? (*report.inspection.metadata).*field : std::string();
}

constexpr auto kFacts = std::to_array<Fact>({
    {"size", "B", [](const Report& r) { return json(r.inspection.size.count); }},
    {"precision", "", [](const Report& r) { return json(r.inspection.precision); }},
    {"parameters", "", [](const Report& r) { return json(r.cost.parameters); }},
    {"weight_bytes", "B", [](const Report& r) { return json(r.cost.weights.count); }},
    {"macs", "MACs", [](const Report& r) { return json(r.cost.macs); }},
    {"bytes_moved", "B", [](const Report& r) { return json(moved(r)); }},
    {"activation_peak", "B",
     [](const Report& r) { return json(r.inspection.activation_bytes.count); }},
    {"least_memory", "B", [](const Report& r) { return json(inspector::least_memory(r).count); }},
    {"inputs", "", [](const Report& r) { return json(tensors_text(r.inspection.inputs)); }},
    {"outputs", "", [](const Report& r) { return json(tensors_text(r.inspection.outputs)); }},
    {"signatures", "", [](const Report& r) { return json(signatures_text(r.inspection)); }},
    {"subgraphs", "", [](const Report& r) { return json(r.inspection.subgraphs); }},
    {"operators", "", [](const Report& r) { return json(r.inspection.operators); }},
    {"tensors", "", [](const Report& r) { return json(r.inspection.tensors); }},
    {"min_tensorflow", "", [](const Report& r) { return json(r.runtime.tensorflow); }},
    {"min_litert", "", [](const Report& r) { return json(r.runtime.litert); }},
    {"xnnpack_nodes", "", [](const Report& r) { return json(r.xnnpack.delegated_nodes); }},
    {"xnnpack_partitions", "",
     [](const Report& r) { return json(r.xnnpack.delegated_partitions); }},
    {"litert_cpu", "", [](const Report& r) { return json(verdict_on(r, "litert-cpu")); }},
    {"litezoo", "", [](const Report& r) { return json(verdict_on(r, "litezoo")); }},
    {"gpu", "", [](const Report& r) { return json(verdict_on(r, "gpu")); }},
    {"nnapi", "", [](const Report& r) { return json(verdict_on(r, "nnapi")); }},
    {"edge_tpu", "", [](const Report& r) { return json(verdict_on(r, "edge-tpu")); }},
    {"task", "", [](const Report& r) { return json(r.domain.task); }},
    {"made_by", "", [](const Report& r) { return json(r.inspection.description); }},
    {"title", "", [](const Report& r) { return json(metadata_text(r, &ModelMetadata::name)); }},
    {"version", "",
     [](const Report& r) { return json(metadata_text(r, &ModelMetadata::version)); }},
    {"licence", "",
     [](const Report& r) { return json(metadata_text(r, &ModelMetadata::license)); }},
    {"labels", "",
     [](const Report&
            r) { return json(r.inspection.metadata ? r.inspection.metadata->labels.size() : 0); }},
});

}  // namespace

std::span<const Fact> facts() noexcept {
  return kFacts;
}

std::vector<OperatorDifference> operator_differences(const Inspection& left,
                                                     const Inspection& right) {
  std::map<std::pair<std::string, std::int32_t>, std::pair<std::uint64_t, std::uint64_t>> counts;
  for (const auto& row : left.operator_counts) counts[{row.name, row.version}].first += row.count;
  for (const auto& row : right.operator_counts) counts[{row.name, row.version}].second += row.count;
  std::vector<OperatorDifference> result;
  for (const auto& [key, sides] : counts) {
    if (sides.first == sides.second) continue;
    result.push_back({key.first, key.second, sides.first, sides.second});
  }
  return result;
}

}  // namespace litezoo::cli
