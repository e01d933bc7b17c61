#include <nlohmann/json.hpp>

#include "cli/inspect_json.h"

// TFLITE_METADATA as JSON.

namespace litezoo::cli {
namespace {

using json = nlohmann::ordered_json;

template <typename Items, typename Convert>
json list(const Items& items, Convert convert) {
  json result = json::array();
  for (const auto& item : items) result.push_back(convert(item));
  return result;
}

json file_json(const inspector::AssociatedFile& file) {
  return {{"name", file.name},
          {"description", file.description},
          {"type", to_string(file.type)},
          {"locale", file.locale},
          {"version", file.version}};
}

json process_json(const inspector::ProcessUnits& units) {
  return {
      {"normalization", list(units.normalization,
                             [](const inspector::Normalization& n) {
                               return json{{"mean", n.mean}, {"std", n.std}};
                             })},
      {"score_calibration",
       list(units.calibration,
            [](const inspector::ScoreCalibration& c) {
              return json{{"transformation", c.transformation}, {"default_score", c.default_score}};
            })},
      {"score_thresholds", units.score_thresholds},
      {"tokenizers", list(units.tokenizers, [](const inspector::Tokenizer& t) {
         return json{
             {"kind", t.kind}, {"delimiter", t.delimiter}, {"files", list(t.files, file_json)}};
       })}};
}

json content_json(const inspector::TensorMetadata& tensor) {
  json result{{"kind", to_string(tensor.content)}, {"value_range", tensor.value_range}};
  switch (tensor.content) {
    case inspector::ContentKind::image:
      result["color_space"] = tensor.color_space;
      result["width"] = tensor.width;
      result["height"] = tensor.height;
      break;
    case inspector::ContentKind::audio:
      result["sample_rate_hz"] = tensor.sample_rate_hz;
      result["channels"] = tensor.channels;
      break;
    case inspector::ContentKind::bounding_box:
      result["box_type"] = tensor.box_type;
      result["coordinates"] = tensor.coordinates;
      result["order"] = tensor.box_order;
      break;
    default:
      break;
  }
  return result;
}

json tensor_json(const inspector::TensorMetadata& tensor) {
  return {{"name", tensor.name},
          {"description", tensor.description},
          {"dimension_names", tensor.dimension_names},
          {"content", content_json(tensor)},
          {"process", process_json(tensor.process)},
          {"min", tensor.min},
          {"max", tensor.max},
          {"files", list(tensor.files, file_json)}};
}

json group_json(const inspector::TensorGroup& group) {
  return {{"name", group.name}, {"tensors", group.tensors}};
}

json subgraph_json(const inspector::SubgraphMetadata& subgraph) {
  return {{"name", subgraph.name},
          {"description", subgraph.description},
          {"inputs", list(subgraph.inputs, tensor_json)},
          {"outputs", list(subgraph.outputs, tensor_json)},
          {"input_process", process_json(subgraph.input_process)},
          {"output_process", process_json(subgraph.output_process)},
          {"input_groups", list(subgraph.input_groups, group_json)},
          {"output_groups", list(subgraph.output_groups, group_json)},
          {"custom_metadata", subgraph.custom_metadata},
          {"files", list(subgraph.files, file_json)}};
}

}  // namespace

json metadata_json(const inspector::FileMetadata& metadata) {
  return {{"name", metadata.name},
          {"description", metadata.description},
          {"version", metadata.version},
          {"author", metadata.author},
          {"license", metadata.license},
          {"min_parser_version", metadata.min_parser_version},
          {"subgraphs", list(metadata.subgraphs, subgraph_json)},
          {"files", list(metadata.files, file_json)}};
}

}  // namespace litezoo::cli
