#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "catalog/claims.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/show_render.h"
#include "cli/workspace.h"
#include "runtime/device.h"

namespace litezoo::cli {
namespace {

void add_evidence(catalog::Catalog& catalog, const std::string& sha256, Shown& shown) {
  if (sha256.empty()) return;
  shown.inspection = catalog::find_inspection(catalog, sha256);
  shown.measurements = catalog::measurements(catalog, sha256);
  for (const auto& measurement : shown.measurements) {
    const bool known = std::ranges::find(shown.devices, measurement.device, &Device::fingerprint) !=
                       shown.devices.end();
    if (known) continue;
    if (auto device = catalog::find_device(catalog, measurement.device)) {
      shown.devices.push_back(std::move(*device));
    }
  }
}

// A model by its exact name that has several artifacts is shown with all of them; anything else
// means one artifact, and so does the name of one that another model of that name does not have.
Shown gather(const std::string& name) {
  auto catalog = open_catalog();
  Shown shown{.this_device = runtime::this_device().fingerprint};
  shown.artifacts = catalog::artifacts_of_model(catalog, name);
  const bool among_them = std::ranges::any_of(
      shown.artifacts, [&](const auto& entry) { return entry.artifact.name == name; });
  if (shown.artifacts.size() < 2 || (!among_them && catalog::has_artifact(catalog, name))) {
    shown.artifacts = {catalog::find_artifact(catalog, name)};
    const auto& artifact = shown.artifacts.front().artifact;
    add_evidence(catalog, artifact.sha256, shown);
    shown.claims = catalog::claim_groups(catalog, artifact.name);
  } else {
    shown.claims = catalog::claim_groups(catalog, name);
  }
  shown.model = shown.artifacts.front().model;
  return shown;
}

void show(const Context& context, const std::string& name) {
  const Shown shown = gather(name);
  if (context.json) return print_json(context, shown_document(shown));
  print_shown(context, shown);
}

}  // namespace

void add_show(CLI::App& command, Context& context) {
  auto name = std::make_shared<std::string>();
  command.add_option("name", *name, "Catalog name, part of one, or sha256:PREFIX")->required();
  add_common_options(command, context);
  command.callback([&context, name] { show(context, *name); });
}

}  // namespace litezoo::cli
