#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/json.h"
#include "base/latency.h"
#include "base/text.h"
#include "catalog/claims.h"
#include "catalog/license_class.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "runtime/device.h"

namespace litezoo::cli {
namespace {

struct Shown {
  catalog::Entry entry;
  std::optional<Inspection> inspection;
  std::vector<Measurement> measurements;  // newest first, of every device
  std::vector<Claim> claims;
};

Shown gather(const std::string& name) {
  auto catalog = open_catalog();
  Shown shown{.entry = catalog::find_artifact(catalog, name)};
  const auto& sha256 = shown.entry.artifact.sha256;
  if (!sha256.empty()) {
    shown.inspection = catalog::find_inspection(catalog, sha256);
    shown.measurements = catalog::measurements(catalog, sha256);
  }
  shown.claims = catalog::claims(catalog, shown.entry.artifact.name);
  return shown;
}

void print_line(const Context& context, std::string_view title, std::string_view value) {
  if (value.empty()) return;
  context.out << fmt::format("{:<13} {}\n", title, escape_for_terminal(value));
}

void print_facts(const Context& context, const Shown& shown) {
  const auto& [model, artifact, file] = shown.entry;
  print_line(context, "name", artifact.name);
  if (artifact.name != model.name) print_line(context, "model", model.name);
  print_line(context, "publisher", model.publisher);
  print_line(context, "task", model.task);
  print_line(context, "domain", fmt::format("{}", fmt::join(model.domains, ", ")));
  print_line(context, "description", model.description);
  print_line(context, "architecture", model.architecture);
  print_line(context, "dataset", model.dataset);
  print_line(context, "licence",
             model.license.empty()
                 ? std::string("unknown")
                 : fmt::format("{} ({})", model.license,
                               catalog::to_string(catalog::license_class(model.license))));
  print_line(context, "format", catalog::format_label(artifact.format));
  print_line(context, "precision", artifact.precision);
  print_line(context, "size", artifact.size ? to_text(*artifact.size) : "unknown");
  print_line(context, "sha256", artifact.sha256);
  for (const auto& reference : artifact.references) print_line(context, "from", reference);
  print_line(context, "link", model.link);
  print_line(context, "facts from", model.source);
  print_line(context, "here", file ? file->path.string() : std::string("not fetched"));
}

void print_evidence(const Context& context, const Shown& shown) {
  const std::string here = runtime::this_device().fingerprint;
  for (const Measurement& measurement : shown.measurements) {
    const auto summary = summarise(measurement);
    if (!summary) continue;
    print_line(
        context, measurement.device == here ? "measured here" : "elsewhere",
        fmt::format("p50 {}, p90 {}, min {} ({} runs, {} thread{}, {}, {})", to_text(summary->p50),
                    to_text(summary->p90), to_text(summary->min), summary->runs,
                    measurement.settings.threads, measurement.settings.threads == 1 ? "" : "s",
                    measurement.engine_version, measurement.taken_at));
  }
  for (const Claim& claim : shown.claims) {
    print_line(context, "claimed",
               fmt::format("{} {:g}{}{} on {}{}{} ({})", claim.metric, claim.value,
                           claim.unit.empty() ? "" : " ", claim.unit,
                           claim.dataset.empty() ? "?" : claim.dataset,
                           claim.split.empty() ? "" : "/" + claim.split,
                           claim.variant.empty() ? "" : ", " + claim.variant, claim.source));
  }
}

void show(const Context& context, const std::string& name) {
  const Shown shown = gather(name);
  if (!context.json) {
    print_facts(context, shown);
    return print_evidence(context, shown);
  }
  nlohmann::ordered_json document;
  document["model"] = nlohmann::json(shown.entry.model);
  document["artifact"] = nlohmann::json(shown.entry.artifact);
  document["path"] = shown.entry.file ? nlohmann::ordered_json(shown.entry.file->path.string())
                                      : nlohmann::ordered_json();
  document["inspection"] = shown.inspection ? nlohmann::json(*shown.inspection) : nlohmann::json();
  document["measurements"] = nlohmann::json(shown.measurements);
  document["claims"] = nlohmann::json(shown.claims);
  print_json(context, document);
}

}  // namespace

void add_show(CLI::App& command, Context& context) {
  auto name = std::make_shared<std::string>();
  command.add_option("name", *name, "Catalog name, part of one, or sha256:PREFIX")->required();
  add_common_options(command, context);
  command.callback([&context, name] { show(context, *name); });
}

}  // namespace litezoo::cli
