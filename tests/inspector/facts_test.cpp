#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/file.h"
#include "inspector/archive.h"
#include "inspector/inspect.h"
#include "inspector/stamps.h"
#include "tests/inspector/shared_models.h"

// Compares what the inspector says of every shared model with what an independent parser said.

using namespace litezoo;
using nlohmann::json;

namespace {

json quantization_facts(const Tensor& tensor) {
  const Quantization& q = tensor.quantization;
  json result;
  if (!q.scale.empty()) {
    result["n_scales"] = q.scale.size();
    result["scale"] = q.scale.front();
    result["zero_point"] = q.zero_point.front();
  }
  if (!q.min.empty() || !q.max.empty()) result["minmax"] = true;
  return result;
}

bool has_dynamic_dimension(const Tensor& tensor) {
  return std::ranges::find(tensor.shape_signature, -1) != tensor.shape_signature.end();
}

json tensor_facts(const Subgraph& subgraph, const std::vector<std::int32_t>& indices) {
  json result = json::array();
  for (const std::int32_t index : indices) {
    const Tensor& tensor = subgraph.tensors[static_cast<std::size_t>(index)];
    result.push_back({{"name", tensor.name},
                      {"shape", tensor.shape},
                      {"dtype", tensor_type_name(tensor.type)},
                      {"quant", quantization_facts(tensor)},
                      {"const", tensor.is_constant()}});
    if (tensor.is_variable) result.back()["variable"] = true;
    if (has_dynamic_dimension(tensor)) result.back()["shape_signature"] = tensor.shape_signature;
  }
  return result;
}

json subgraph_facts(const Subgraph& subgraph) {
  return {{"name", subgraph.name},
          {"tensors", subgraph.tensors.size()},
          {"ops", subgraph.operators.size()},
          {"input_tensors", subgraph.inputs},
          {"output_tensors", subgraph.outputs},
          {"inputs", tensor_facts(subgraph, subgraph.inputs)},
          {"outputs", tensor_facts(subgraph, subgraph.outputs)}};
}

json signature_tensor_facts(const std::vector<SignatureTensor>& tensors) {
  json result = json::array();
  for (const SignatureTensor& t : tensors) {
    result.push_back({{"name", t.name}, {"tensor", t.tensor}});
  }
  return result;
}

json operator_facts(const Graph& graph) {
  json ops = json::object(), versions = json::object(), custom = json::object();
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Operator& op : subgraph.operators) {
      const std::string name(builtin_operator_name(op.code));
      ops[name] = ops.value(name, 0) + 1;
      versions[name] = std::max(versions.value(name, 0), op.version);
      if (op.code != BuiltinOperator::CUSTOM) continue;
      custom[op.custom_code] = custom.value(op.custom_code, 0) + 1;
    }
  }
  return {{"ops", ops}, {"op_versions", versions}, {"custom_ops", custom}};
}

json flag_facts(const Graph& graph) {
  std::map<std::string, int> flags;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Tensor& tensor : subgraph.tensors) {
      if (tensor.quantization.scale.size() == 1) ++flags["per_tensor_tensors"];
      if (tensor.quantization.scale.size() > 1) ++flags["per_channel_tensors"];
      if (tensor.quantization.blockwise) ++flags["blockwise_tensors"];
      if (tensor.is_variable) ++flags["variable_tensors"];
      if (tensor.sparsity) ++flags["sparse_tensors"];
      if (has_dynamic_dimension(tensor)) ++flags["dynamic_dim_tensors"];
    }
  }
  return flags;
}

json type_facts(const Graph& graph) {
  std::map<std::string, int> all, constants;
  for (const Subgraph& subgraph : graph.subgraphs) {
    for (const Tensor& tensor : subgraph.tensors) {
      const std::string name(tensor_type_name(tensor.type));
      ++all[name];
      if (tensor.is_constant()) ++constants[name];
    }
  }
  return {{"tensor_dtypes", all}, {"const_dtypes", constants}};
}

json facts_of(std::span<const std::byte> bytes, const Graph& graph) {
  json facts = operator_facts(graph);
  facts.update(type_facts(graph));
  facts["flags"] = flag_facts(graph);
  facts["schema_version"] = graph.schema_version;
  facts["model_description"] = graph.description;
  facts["buffers"] = graph.buffer_count;
  facts["buffers_with_data"] = graph.buffers_inside;
  facts["buffers_outside_flatbuffer"] = graph.buffers_outside;
  facts["buffer_bytes"] = graph.buffer_bytes;
  facts["external_buffers"] = graph.external_buffers.size();
  facts["subgraphs"] = graph.subgraphs.size();
  facts["subgraph_info"] = json::array();
  for (const Subgraph& s : graph.subgraphs) facts["subgraph_info"].push_back(subgraph_facts(s));
  facts["signatures"] = json::array();
  for (const Signature& s : graph.signatures) {
    facts["signatures"].push_back({{"key", s.key},
                                   {"inputs", signature_tensor_facts(s.inputs)},
                                   {"outputs", signature_tensor_facts(s.outputs)},
                                   {"subgraph", s.subgraph}});
  }
  facts["metadata"] = json::object();
  for (const MetadataEntry& entry : graph.metadata) {
    facts["metadata"][entry.name] = entry.data.size();
  }
  facts["min_runtime_version"] = inspector::min_runtime_version(graph);
  if (const auto archive = inspector::find_archive(bytes)) {
    facts["zip"] = json::array();
    for (const auto& e : archive->entries) facts["zip"].push_back({e.name, e.size, e.method});
    facts["zip_start"] = archive->start;
    facts["zip_bytes"] = bytes.size() - archive->start;
  }
  facts["bytes"] = bytes.size();
  return facts;
}

// The parser's notes in the same words: an absent text is empty, only the first scale is compared.
json normalised(json facts) {
  for (const char* unknown :
       {"root_offset", "layout", "kind", "external_buffer_groups", "external_buffer_bytes"}) {
    facts.erase(unknown);
  }
  if (facts["model_description"].is_null()) facts["model_description"] = "";
  if (!facts.contains("min_runtime_version")) facts["min_runtime_version"] = "";
  if (facts["zip"].is_null()) facts.erase("zip");
  for (json& subgraph : facts["subgraph_info"]) {
    if (subgraph["name"].is_null()) subgraph["name"] = "";
    for (const char* side : {"inputs", "outputs"}) {
      for (json& tensor : subgraph[side]) {
        if (tensor["name"].is_null()) tensor["name"] = "";
        json& quant = tensor["quant"];
        if (quant.contains("scale")) quant["scale"] = quant["scale"][0].get<float>();
        if (quant.contains("zero_point") && quant["zero_point"].is_array()) {
          quant["zero_point"] = quant["zero_point"][0];
        }
      }
    }
  }
  return facts;
}

}  // namespace

TEST_CASE("the inspector agrees with an independent parser on every shared model") {
  const auto folder = test::shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to compare with");
    return;
  }
  const json all_facts = json::parse(read_text_file(folder / "facts.json"));
  const json manifest = json::parse(read_text_file(folder / "manifest.json"));
  std::size_t compared = 0;
  for (const json& model : manifest["models"]) {
    const std::string file = model["file"];
    CAPTURE(file);
    const MappedFile mapped(folder / file);
    const auto read =
        inspector::read_graph(mapped.bytes(), file, inspector::OtherSchemaVersions::accepted);
    const json want = normalised(all_facts.at(model["sha256"].get<std::string>()));
    const json got = facts_of(mapped.bytes(), read.graph);
    for (const auto& fact : want.items()) {
      CAPTURE(fact.key());
      CHECK(got.value(fact.key(), json()) == fact.value());
    }
    ++compared;
  }
  MESSAGE("compared ", compared, " models");
  CHECK(compared == all_facts.size());
}
