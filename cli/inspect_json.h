#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "inspector/report.h"

namespace litezoo::cli {

enum class GraphDetail { left_out, included };

// The whole report as JSON; docs/inspect-json.md tells each key. `name` is how the user called the
// file. With GraphDetail::included every tensor and node is listed.
nlohmann::ordered_json report_json(const std::string& name, const inspector::Report& report,
                                   GraphDetail detail);

// TFLITE_METADATA in full.
nlohmann::ordered_json metadata_json(const inspector::FileMetadata& metadata);

}  // namespace litezoo::cli
