#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

#include "base/nouns.h"

namespace litezoo {

// The nouns as JSON, the same everywhere: the CLI's --json, the measuring child's reply, the
// catalog's columns, the export bundle. Keys are the field names; sizes are bytes ("size"), times
// nanoseconds ("load_ns"), enums their names; an unknown optional is null. nlohmann finds these
// functions by itself:
//   nlohmann::json j = measurement;   auto m = j.get<litezoo::Measurement>();
// Every from_json is meant for foreign input: it takes the fields it knows, leaves absent ones at
// their defaults and throws Error(corrupt) naming the key whose value has the wrong type.

void to_json(nlohmann::json& json, const Bytes& value);
void from_json(const nlohmann::json& json, Bytes& value);
void to_json(nlohmann::json& json, const Model& value);
void from_json(const nlohmann::json& json, Model& value);
void to_json(nlohmann::json& json, const Artifact& value);
void from_json(const nlohmann::json& json, Artifact& value);
void to_json(nlohmann::json& json, const Claim& value);
void from_json(const nlohmann::json& json, Claim& value);
void to_json(nlohmann::json& json, const Task& value);
void from_json(const nlohmann::json& json, Task& value);
void to_json(nlohmann::json& json, const TensorInfo& value);
void from_json(const nlohmann::json& json, TensorInfo& value);
void to_json(nlohmann::json& json, const OperatorCount& value);
void from_json(const nlohmann::json& json, OperatorCount& value);
void to_json(nlohmann::json& json, const SignatureInfo& value);
void from_json(const nlohmann::json& json, SignatureInfo& value);
void to_json(nlohmann::json& json, const Finding& value);
void from_json(const nlohmann::json& json, Finding& value);
void to_json(nlohmann::json& json, const ModelMetadata& value);
void from_json(const nlohmann::json& json, ModelMetadata& value);
void to_json(nlohmann::json& json, const Inspection& value);
void from_json(const nlohmann::json& json, Inspection& value);
void to_json(nlohmann::json& json, const Device& value);
void from_json(const nlohmann::json& json, Device& value);
void to_json(nlohmann::json& json, const MeasurementSettings& value);
void from_json(const nlohmann::json& json, MeasurementSettings& value);
void to_json(nlohmann::json& json, const MeasurementBlock& value);
void from_json(const nlohmann::json& json, MeasurementBlock& value);
void to_json(nlohmann::json& json, const MemoryBreakdown& value);
void from_json(const nlohmann::json& json, MemoryBreakdown& value);
void to_json(nlohmann::json& json, const Measurement& value);
void from_json(const nlohmann::json& json, Measurement& value);

// "tflite", "task_bundle", "saved_model", "other".
std::string_view to_string(ArtifactFormat format) noexcept;

// The format of that name; `other` for any other text.
ArtifactFormat artifact_format(std::string_view name) noexcept;

// Parses foreign text. Throws Error(corrupt) "<what> is not valid JSON: ...".
nlohmann::json parse_json(std::string_view text, const std::string& what);

// One line of JSON; bytes that are not UTF-8 become U+FFFD, so that it never throws for them.
std::string dump_json(const nlohmann::json& json);

}  // namespace litezoo
