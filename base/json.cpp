#include "base/json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/error.h"

namespace litezoo {
namespace {

using nlohmann::json;

// Runs `convert` and turns nlohmann's exceptions into one line that names the key.
template <typename Convert>
void convert_key(std::string_view key, Convert convert) {
  try {
    convert();
  } catch (const json::exception& error) {
    throw Error(ErrorKind::corrupt, "JSON key '" + std::string(key) +
                                        "' does not hold what it should: " + error.what());
  }
}

// The value of `key` into `field`; an absent key and null leave the default.
template <typename T>
void read(const json& object, const char* key, T& field) {
  if (!object.is_object()) {
    throw Error(ErrorKind::corrupt, std::string("JSON object with key '") + key +
                                        "' expected, got " + object.type_name());
  }
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return;
  convert_key(key, [&] { field = found->get<T>(); });
}

// nlohmann converts numbers silently ("-1" to unsigned); a count is checked instead.
std::uint64_t unsigned_value(const json& value, const char* key) {
  if (!value.is_number_integer() || (!value.is_number_unsigned() && value.get<std::int64_t>() < 0))
    throw Error(ErrorKind::corrupt,
                std::string("JSON key '") + key + "' is not a whole number from 0 on");
  return value.get<std::uint64_t>();
}

template <typename T>
void read_count(const json& object, const char* key, T& field) {
  json value;
  read(object, key, value);
  if (value.is_null()) return;
  const std::uint64_t count = unsigned_value(value, key);
  if (!std::in_range<T>(count)) {
    throw Error(ErrorKind::corrupt, std::string("JSON key '") + key + "' is out of range");
  }
  field = static_cast<T>(count);
}

void read_bytes(const json& object, const char* key, Bytes& field) {
  read_count(object, key, field.count);
}

void read_time(const json& object, const char* key, Nanoseconds& field) {
  std::int64_t count = field.count();
  read_count(object, key, count);
  field = Nanoseconds(count);
}

json optional_time(const std::optional<Nanoseconds>& time) {
  return time ? json(time->count()) : json();
}

void read_optional_time(const json& object, const char* key, std::optional<Nanoseconds>& field) {
  Nanoseconds time{-1};
  read_time(object, key, time);
  if (time.count() >= 0) field = time;
}

std::vector<std::int64_t> counts(const std::vector<Nanoseconds>& times) {
  std::vector<std::int64_t> result(times.size());
  std::ranges::transform(times, result.begin(), &Nanoseconds::count);
  return result;
}

void read_times(const json& object, const char* key, std::vector<Nanoseconds>& field) {
  std::vector<std::int64_t> values;
  read(object, key, values);
  field.resize(values.size());
  std::ranges::transform(values, field.begin(), [](std::int64_t n) { return Nanoseconds(n); });
}

struct FormatName {
  ArtifactFormat format;
  std::string_view name;
};
constexpr auto kFormatNames = std::to_array<FormatName>({
    {ArtifactFormat::tflite, "tflite"},
    {ArtifactFormat::task_bundle, "task_bundle"},
    {ArtifactFormat::saved_model, "saved_model"},
    {ArtifactFormat::other, "other"},
});

TensorType tensor_type_named(const std::string& name) {
  for (int i = 0; i < kTensorTypeCount; ++i) {
    const auto type = static_cast<TensorType>(i);
    if (tensor_type_name(type) == name) return type;
  }
  throw Error(ErrorKind::corrupt, "JSON key 'type' names no tensor type: '" + name + "'");
}

}  // namespace

std::string_view to_string(ArtifactFormat format) noexcept {
  const auto* row = std::ranges::find(kFormatNames, format, &FormatName::format);
  return row == kFormatNames.end() ? "other" : row->name;
}

ArtifactFormat artifact_format(std::string_view name) noexcept {
  const auto* row = std::ranges::find(kFormatNames, name, &FormatName::name);
  return row == kFormatNames.end() ? ArtifactFormat::other : row->format;
}

nlohmann::json parse_json(std::string_view text, const std::string& what) {
  try {
    return json::parse(text);
  } catch (const json::exception& error) {
    throw Error(ErrorKind::corrupt, what + " is not valid JSON: " + error.what());
  }
}

std::string dump_json(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, json::error_handler_t::replace);
}

void to_json(nlohmann::json& json, const Bytes& value) {
  json = value.count;
}
void from_json(const nlohmann::json& json, Bytes& value) {
  value.count = unsigned_value(json, "bytes");
}

void to_json(nlohmann::json& json, const Model& value) {
  json = {{"name", value.name},
          {"publisher", value.publisher},
          {"task", value.task},
          {"domains", value.domains},
          {"description", value.description},
          {"architecture", value.architecture},
          {"dataset", value.dataset},
          {"license", value.license},
          {"languages", value.languages},
          {"link", value.link},
          {"source", value.source}};
}
void from_json(const nlohmann::json& json, Model& value) {
  read(json, "name", value.name);
  read(json, "publisher", value.publisher);
  read(json, "task", value.task);
  read(json, "domains", value.domains);
  read(json, "description", value.description);
  read(json, "architecture", value.architecture);
  read(json, "dataset", value.dataset);
  read(json, "license", value.license);
  read(json, "languages", value.languages);
  read(json, "link", value.link);
  read(json, "source", value.source);
}

void to_json(nlohmann::json& json, const Artifact& value) {
  json = {{"name", value.name},
          {"model", value.model},
          {"format", to_string(value.format)},
          {"references", value.references},
          {"revision", value.revision},
          {"sha256", value.sha256},
          {"size", nullptr},
          {"precision", value.precision},
          {"starter", value.starter}};
  if (value.size) json["size"] = value.size->count;
}
void from_json(const nlohmann::json& json, Artifact& value) {
  read(json, "name", value.name);
  read(json, "model", value.model);
  std::string format(to_string(value.format));
  read(json, "format", format);
  value.format = artifact_format(format);
  read(json, "references", value.references);
  read(json, "revision", value.revision);
  read(json, "sha256", value.sha256);
  if (json.contains("size") && !json["size"].is_null()) {
    value.size = Bytes{};
    read_bytes(json, "size", *value.size);
  }
  read(json, "precision", value.precision);
  read(json, "starter", value.starter);
}

void to_json(nlohmann::json& json, const Claim& value) {
  json = {{"artifact_or_model", value.artifact_or_model},
          {"metric", value.metric},
          {"dataset", value.dataset},
          {"split", value.split},
          {"variant", value.variant},
          {"value", value.value},
          {"unit", value.unit},
          {"raw", value.raw},
          {"source", value.source},
          {"date", value.date}};
}
void from_json(const nlohmann::json& json, Claim& value) {
  read(json, "artifact_or_model", value.artifact_or_model);
  read(json, "metric", value.metric);
  read(json, "dataset", value.dataset);
  read(json, "split", value.split);
  read(json, "variant", value.variant);
  read(json, "value", value.value);
  read(json, "unit", value.unit);
  read(json, "raw", value.raw);
  read(json, "source", value.source);
  read(json, "date", value.date);
}

void to_json(nlohmann::json& json, const Task& value) {
  json = {{"id", value.id},
          {"display_name", value.display_name},
          {"domains", value.domains},
          {"synonyms", value.synonyms}};
}
void from_json(const nlohmann::json& json, Task& value) {
  read(json, "id", value.id);
  read(json, "display_name", value.display_name);
  read(json, "domains", value.domains);
  read(json, "synonyms", value.synonyms);
}

void to_json(nlohmann::json& json, const TensorInfo& value) {
  json = {{"name", value.name},
          {"type", tensor_type_name(value.type)},
          {"shape", value.shape},
          {"scale", value.scale},
          {"zero_point", value.zero_point}};
}
void from_json(const nlohmann::json& json, TensorInfo& value) {
  read(json, "name", value.name);
  std::string type(tensor_type_name(value.type));
  read(json, "type", type);
  value.type = tensor_type_named(type);
  read(json, "shape", value.shape);
  read(json, "scale", value.scale);
  read(json, "zero_point", value.zero_point);
}

void to_json(nlohmann::json& json, const OperatorCount& value) {
  json = {{"name", value.name},
          {"custom", value.custom},
          {"version", value.version},
          {"count", value.count}};
}
void from_json(const nlohmann::json& json, OperatorCount& value) {
  read(json, "name", value.name);
  read(json, "custom", value.custom);
  read(json, "version", value.version);
  read_count(json, "count", value.count);
}

void to_json(nlohmann::json& json, const SignatureInfo& value) {
  json = {{"key", value.key},
          {"subgraph", value.subgraph},
          {"inputs", value.inputs},
          {"outputs", value.outputs}};
}
void from_json(const nlohmann::json& json, SignatureInfo& value) {
  read(json, "key", value.key);
  read(json, "subgraph", value.subgraph);
  read(json, "inputs", value.inputs);
  read(json, "outputs", value.outputs);
}

void to_json(nlohmann::json& json, const Finding& value) {
  json = {{"code", value.code}, {"message", value.message}};
}
void from_json(const nlohmann::json& json, Finding& value) {
  read(json, "code", value.code);
  read(json, "message", value.message);
}

void to_json(nlohmann::json& json, const ModelMetadata& value) {
  json = {{"name", value.name},
          {"description", value.description},
          {"version", value.version},
          {"author", value.author},
          {"license", value.license},
          {"min_parser_version", value.min_parser_version},
          {"associated_files", value.associated_files},
          {"labels", value.labels}};
}
void from_json(const nlohmann::json& json, ModelMetadata& value) {
  read(json, "name", value.name);
  read(json, "description", value.description);
  read(json, "version", value.version);
  read(json, "author", value.author);
  read(json, "license", value.license);
  read(json, "min_parser_version", value.min_parser_version);
  read(json, "associated_files", value.associated_files);
  read(json, "labels", value.labels);
}

void to_json(nlohmann::json& json, const Inspection& value) {
  json = {{"sha256", value.sha256},
          {"size", value.size},
          {"schema_version", value.schema_version},
          {"description", value.description},
          {"subgraphs", value.subgraphs},
          {"tensors", value.tensors},
          {"operators", value.operators},
          {"operator_counts", value.operator_counts},
          {"inputs", value.inputs},
          {"outputs", value.outputs},
          {"signatures", value.signatures},
          {"precision", value.precision},
          {"parameters", value.parameters},
          {"macs", value.macs},
          {"weight_bytes", value.weight_bytes},
          {"input_bytes", value.input_bytes},
          {"output_bytes", value.output_bytes},
          {"activation_bytes", value.activation_bytes},
          {"min_runtime_version", value.min_runtime_version},
          {"metadata", nullptr},
          {"findings", value.findings}};
  if (value.metadata) json["metadata"] = *value.metadata;
}
void from_json(const nlohmann::json& json, Inspection& value) {
  read(json, "sha256", value.sha256);
  read_bytes(json, "size", value.size);
  read_count(json, "schema_version", value.schema_version);
  read(json, "description", value.description);
  read_count(json, "subgraphs", value.subgraphs);
  read_count(json, "tensors", value.tensors);
  read_count(json, "operators", value.operators);
  read(json, "operator_counts", value.operator_counts);
  read(json, "inputs", value.inputs);
  read(json, "outputs", value.outputs);
  read(json, "signatures", value.signatures);
  read(json, "precision", value.precision);
  read_count(json, "parameters", value.parameters);
  read_count(json, "macs", value.macs);
  read_bytes(json, "weight_bytes", value.weight_bytes);
  read_bytes(json, "input_bytes", value.input_bytes);
  read_bytes(json, "output_bytes", value.output_bytes);
  read_bytes(json, "activation_bytes", value.activation_bytes);
  read(json, "min_runtime_version", value.min_runtime_version);
  if (json.contains("metadata") && !json["metadata"].is_null()) {
    value.metadata = ModelMetadata{};
    read(json, "metadata", *value.metadata);
  }
  read(json, "findings", value.findings);
}

void to_json(nlohmann::json& json, const Device& value) {
  json = {{"fingerprint", value.fingerprint},
          {"cpu", value.cpu},
          {"architecture", value.architecture},
          {"cores", value.cores},
          {"memory", value.memory},
          {"features", value.features},
          {"system", value.system},
          {"anchor_ns", value.anchor.count()},
          {"stream_ns", value.stream.count()},
          {"anchor_build", value.anchor_build}};
}
void from_json(const nlohmann::json& json, Device& value) {
  read(json, "fingerprint", value.fingerprint);
  read(json, "cpu", value.cpu);
  read(json, "architecture", value.architecture);
  read_count(json, "cores", value.cores);
  read_bytes(json, "memory", value.memory);
  read(json, "features", value.features);
  read(json, "system", value.system);
  read_time(json, "anchor_ns", value.anchor);
  read_time(json, "stream_ns", value.stream);
  read(json, "anchor_build", value.anchor_build);
}

void to_json(nlohmann::json& json, const MeasurementSettings& value) {
  json = {{"threads", value.threads},
          {"min_runs", value.min_runs},
          {"min_time_ns", value.min_time.count()},
          {"max_time_ns", value.max_time.count()},
          {"max_warmup_time_ns", value.max_warmup_time.count()},
          {"seed", value.seed},
          {"limit_ns", optional_time(value.limit)},
          {"percentile", value.percentile},
          {"mode", value.mode},
          {"pace_ns", optional_time(value.pace)},
          {"cores", value.cores},
          {"inputs", value.inputs},
          {"shapes", value.shapes},
          {"launches", value.launches},
          {"risk", value.risk}};
}
void from_json(const nlohmann::json& json, MeasurementSettings& value) {
  read_count(json, "threads", value.threads);
  read_count(json, "min_runs", value.min_runs);
  read_time(json, "min_time_ns", value.min_time);
  read_time(json, "max_time_ns", value.max_time);
  read_time(json, "max_warmup_time_ns", value.max_warmup_time);
  read_count(json, "seed", value.seed);
  read_optional_time(json, "limit_ns", value.limit);
  read(json, "percentile", value.percentile);
  read(json, "mode", value.mode);
  read_optional_time(json, "pace_ns", value.pace);
  read(json, "cores", value.cores);
  read(json, "inputs", value.inputs);
  read(json, "shapes", value.shapes);
  read_count(json, "launches", value.launches);
  read(json, "risk", value.risk);
}

void to_json(nlohmann::json& json, const MeasurementBlock& value) {
  json = {{"first", value.first},
          {"count", value.count},
          {"anchor_before_ns", value.anchor_before.count()},
          {"anchor_after_ns", value.anchor_after.count()},
          {"stream_before_ns", value.stream_before.count()},
          {"stream_after_ns", value.stream_after.count()},
          {"start_ns", value.start.count()},
          {"ghz", value.ghz},
          {"launch", value.launch},
          {"lost_ns", value.lost.count()},
          {"slowdown", value.slowdown},
          {"voided", value.voided}};
}
void from_json(const nlohmann::json& json, MeasurementBlock& value) {
  read_count(json, "first", value.first);
  read_count(json, "count", value.count);
  read_time(json, "anchor_before_ns", value.anchor_before);
  read_time(json, "anchor_after_ns", value.anchor_after);
  read_time(json, "stream_before_ns", value.stream_before);
  read_time(json, "stream_after_ns", value.stream_after);
  read_time(json, "start_ns", value.start);
  read(json, "ghz", value.ghz);
  read_count(json, "launch", value.launch);
  read_time(json, "lost_ns", value.lost);
  read(json, "slowdown", value.slowdown);
  read(json, "voided", value.voided);
}

void to_json(nlohmann::json& json, const MemoryBreakdown& value) {
  json = {{"file", value.file},
          {"mapped_weights", value.mapped_weights},
          {"packed_weights", value.packed_weights},
          {"peak_anonymous", value.peak_anonymous},
          {"peak_pss", value.peak_pss}};
}
void from_json(const nlohmann::json& json, MemoryBreakdown& value) {
  read_bytes(json, "file", value.file);
  read_bytes(json, "mapped_weights", value.mapped_weights);
  read_bytes(json, "packed_weights", value.packed_weights);
  read_bytes(json, "peak_anonymous", value.peak_anonymous);
  read_bytes(json, "peak_pss", value.peak_pss);
}

void to_json(nlohmann::json& json, const Measurement& value) {
  json = {{"sha256", value.sha256},
          {"device", value.device},
          {"engine", value.engine},
          {"engine_version", value.engine_version},
          {"litezoo_version", value.litezoo_version},
          {"settings", value.settings},
          {"taken_at", value.taken_at},
          {"load_ns", value.load.count()},
          {"init_ns", value.init.count()},
          {"first_run_ns", value.first_run.count()},
          {"warmup_ns", counts(value.warmup)},
          {"samples_ns", counts(value.samples)},
          {"blocks", value.blocks},
          {"peak_memory", value.peak_memory},
          {"baseline_memory", value.baseline_memory},
          {"arena", value.arena},
          {"memory", value.memory},
          {"build", value.build},
          {"kernels", value.kernels},
          {"core_class", value.core_class},
          {"cpus", value.cpus},
          {"governor", value.governor},
          {"partitions", value.partitions},
          {"delegated_nodes", value.delegated_nodes},
          {"fallback_nodes", value.fallback_nodes},
          {"fallback_operators", value.fallback_operators}};
}
void from_json(const nlohmann::json& json, Measurement& value) {
  read(json, "sha256", value.sha256);
  read(json, "device", value.device);
  read(json, "engine", value.engine);
  read(json, "engine_version", value.engine_version);
  read(json, "litezoo_version", value.litezoo_version);
  read(json, "settings", value.settings);
  read(json, "taken_at", value.taken_at);
  read_time(json, "load_ns", value.load);
  read_time(json, "init_ns", value.init);
  read_time(json, "first_run_ns", value.first_run);
  read_times(json, "warmup_ns", value.warmup);
  read_times(json, "samples_ns", value.samples);
  read(json, "blocks", value.blocks);
  read_bytes(json, "peak_memory", value.peak_memory);
  read_bytes(json, "baseline_memory", value.baseline_memory);
  read_bytes(json, "arena", value.arena);
  read(json, "memory", value.memory);
  read(json, "build", value.build);
  read(json, "kernels", value.kernels);
  read(json, "core_class", value.core_class);
  read(json, "cpus", value.cpus);
  read(json, "governor", value.governor);
  read_count(json, "partitions", value.partitions);
  read_count(json, "delegated_nodes", value.delegated_nodes);
  read_count(json, "fallback_nodes", value.fallback_nodes);
  read(json, "fallback_operators", value.fallback_operators);
}

}  // namespace litezoo
