#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>

#include "base/latency.h"
#include "base/nouns.h"

namespace litezoo::cli {

struct Context;

// A model with its measurement, and the verdict on a limit where there is one.
struct Profiled {
  std::string name;
  Bytes size;
  Measurement measurement;
  std::optional<LatencyDecision> decision;
};

// One model as a card of aligned lines with histograms; several as a table, a row each.
void print_profiles(const Context& context, std::span<const Profiled> profiles);

// One of the list "profiles" in `profile --json`.
nlohmann::ordered_json profile_document(const Profiled& row);

}  // namespace litezoo::cli
