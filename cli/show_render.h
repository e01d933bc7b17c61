#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/nouns.h"
#include "catalog/claims.h"
#include "catalog/models.h"

namespace litezoo::cli {

struct Context;

// All that the catalog knows of one artifact, or of a model with its artifacts.
struct Shown {
  Model model;
  std::vector<catalog::Entry> artifacts;  // one: the page is about that artifact
  std::optional<Inspection> inspection;
  std::vector<Measurement> measurements;  // newest first, of every device
  std::vector<Device> devices;            // of these measurements
  std::vector<catalog::ClaimGroup> claims;
  std::string this_device;  // fingerprint
};

void print_shown(const Context& context, const Shown& shown);

nlohmann::ordered_json shown_document(const Shown& shown);

}  // namespace litezoo::cli
