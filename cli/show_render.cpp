#include "cli/show_render.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/json.h"
#include "base/latency.h"
#include "base/text.h"
#include "catalog/license_class.h"
#include "catalog/search.h"
#include "cli/context.h"
#include "cli/render.h"

namespace litezoo::cli {
namespace {

void print_line(const Context& context, std::string_view title, std::string_view value) {
  if (value.empty()) return;
  context.out << fmt::format("{:<13} {}\n", title, escape_for_terminal(value));
}

void print_model(const Context& context, const Model& model) {
  print_line(context, "publisher", model.publisher);
  print_line(context, "task", model.task);
  print_line(context, "domain", fmt::format("{}", fmt::join(model.domains, ", ")));
  print_line(context, "description", model.description);
  print_line(context, "architecture", model.architecture);
  print_line(context, "dataset", model.dataset);
  print_line(context, "languages", fmt::format("{}", fmt::join(model.languages, ", ")));
  print_line(context, "licence",
             model.license.empty()
                 ? std::string("unknown")
                 : fmt::format("{} ({})", model.license,
                               catalog::to_string(catalog::license_class(model.license))));
}

void print_inspection(const Context& context, const Inspection& inspection) {
  print_line(context, "parameters", count_to_text(inspection.parameters));
  print_line(context, "MACs", count_to_text(inspection.macs));
  for (const auto& input : inspection.inputs) {
    print_line(context, "input", input.name + " " + shape_text(input.shape));
  }
  for (const auto& output : inspection.outputs) {
    print_line(context, "output", output.name + " " + shape_text(output.shape));
  }
}

void print_artifact(const Context& context, const Shown& shown) {
  const auto& [model, artifact, file] = shown.artifacts.front();
  print_line(context, "name", artifact.name);
  if (artifact.name != model.name) print_line(context, "model", model.name);
  print_model(context, model);
  print_line(context, "format", catalog::format_label(artifact.format));
  print_line(context, "precision", artifact.precision);
  print_line(context, "size", artifact.size ? to_text(*artifact.size) : "unknown");
  if (shown.inspection) print_inspection(context, *shown.inspection);
  print_line(context, "sha256", artifact.sha256);
  for (const auto& reference : artifact.references) print_line(context, "from", reference);
  print_line(context, "link", model.link);
  print_line(context, "facts from", model.source);
  print_line(context, "here", file ? file->path.string() : std::string("not fetched"));
  print_line(context, "to convert", catalog::how_to_convert(artifact.format));
}

void print_artifacts(const Context& context, const Shown& shown) {
  print_line(context, "model", shown.model.name);
  print_model(context, shown.model);
  print_line(context, "link", shown.model.link);
  print_line(context, "facts from", shown.model.source);
  context.out << '\n';
  Table table({{"artifact"}, {"size", Align::right}, {"precision"}, {"format"}, {"here"}});
  for (const auto& [model, artifact, file] : shown.artifacts) {
    table.add({artifact.name, artifact.size ? to_text(*artifact.size) : "?",
               artifact.precision.empty() ? "?" : artifact.precision,
               std::string(catalog::format_label(artifact.format)), file ? "fetched" : ""});
  }
  table.print(context);
}

std::string device_name(const Shown& shown, const std::string& fingerprint) {
  const auto device = std::ranges::find(shown.devices, fingerprint, &Device::fingerprint);
  const std::string cpu = device == shown.devices.end() ? fingerprint : device->cpu;
  return fingerprint == shown.this_device ? "here" : "elsewhere: " + cpu;
}

void print_measurements(const Context& context, const Shown& shown) {
  Table table({{"measured"},
               {"taken at"},
               {"engine"},
               {"threads", Align::right},
               {"runs", Align::right},
               {"p50", Align::right},
               {"p90", Align::right},
               {"min", Align::right},
               {"peak memory", Align::right}});
  bool any = false;
  for (const Measurement& measurement : shown.measurements) {
    const auto summary = summarise(measurement);
    if (!summary) continue;
    any = true;
    table.add({device_name(shown, measurement.device), measurement.taken_at,
               measurement.engine_version, std::to_string(measurement.settings.threads),
               std::to_string(summary->runs), to_text(summary->p50), to_text(summary->p90),
               to_text(summary->min), to_text(measurement.peak_memory)});
  }
  if (!any) return;
  context.out << '\n';
  table.print(context);
}

std::string group_text(const catalog::ClaimGroup& group) {
  std::string text = group.metric;
  text += group.dataset.empty() ? "" : " on " + group.dataset;
  text += group.split.empty() ? "" : "/" + group.split;
  text += group.variant.empty() ? "" : ", " + group.variant;
  if (group.higher_is_better) {
    text += *group.higher_is_better ? " (higher is better)" : " (lower is better)";
  }
  return text;
}

void print_claims(const Context& context, const Shown& shown) {
  if (shown.claims.empty()) return;
  context.out << '\n';
  Table table({{"claimed"},
               {"value", Align::right},
               {"as published"},
               {"about"},
               {"comparable", Align::right},
               {"source"},
               {"date"}});
  for (const auto& group : shown.claims) {
    std::string title = group_text(group);
    for (const Claim& claim : group.claims) {
      table.add({title,
                 fmt::format("{:g}{}{}", claim.value, claim.unit.empty() ? "" : " ", claim.unit),
                 claim.raw, claim.artifact_or_model, std::to_string(group.others), claim.source,
                 claim.date});
      title = "  \"";  // the same group
    }
  }
  table.print(context);
  context.note(
      "claims compare only within a group: the same metric, dataset, split and variant; "
      "\"comparable\" counts those about other models of the task");
}

nlohmann::ordered_json claim_groups_document(const std::vector<catalog::ClaimGroup>& groups) {
  auto document = nlohmann::ordered_json::array();
  for (const auto& group : groups) {
    document.push_back({{"metric", group.metric},
                        {"dataset", group.dataset},
                        {"split", group.split},
                        {"variant", group.variant},
                        {"higher_is_better", group.higher_is_better
                                                 ? nlohmann::ordered_json(*group.higher_is_better)
                                                 : nlohmann::ordered_json()},
                        {"comparable_elsewhere", group.others},
                        {"claims", nlohmann::json(group.claims)}});
  }
  return document;
}

}  // namespace

void print_shown(const Context& context, const Shown& shown) {
  if (shown.artifacts.size() == 1) {
    print_artifact(context, shown);
  } else {
    print_artifacts(context, shown);
  }
  print_measurements(context, shown);
  print_claims(context, shown);
}

nlohmann::ordered_json shown_document(const Shown& shown) {
  nlohmann::ordered_json document;
  document["model"] = nlohmann::json(shown.model);
  if (shown.artifacts.size() == 1) {
    const auto& [model, artifact, file] = shown.artifacts.front();
    document["artifact"] = nlohmann::json(artifact);
    document["path"] = file ? nlohmann::ordered_json(file->path.string()) : nullptr;
    document["needs_conversion"] = catalog::needs_conversion(artifact.format);
    document["how_to_convert"] = catalog::how_to_convert(artifact.format);
    document["inspection"] =
        shown.inspection ? nlohmann::json(*shown.inspection) : nlohmann::json();
  } else {
    auto& artifacts = document["artifacts"] = nlohmann::ordered_json::array();
    for (const auto& entry : shown.artifacts) {
      artifacts.emplace_back(nlohmann::json(entry.artifact));
    }
  }
  document["measurements"] = nlohmann::json(shown.measurements);
  document["devices"] = nlohmann::json(shown.devices);
  auto& claims = document["claims"] = nlohmann::ordered_json::array();
  for (const auto& group : shown.claims) {
    for (const auto& claim : group.claims) claims.emplace_back(nlohmann::json(claim));
  }
  document["claim_groups"] = claim_groups_document(shown.claims);
  return document;
}

}  // namespace litezoo::cli
