#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/latency.h"
#include "catalog/measurements.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/local_model.h"
#include "cli/measure_model.h"
#include "cli/ops_report.h"
#include "cli/render.h"
#include "cli/sparkline.h"
#include "cli/workspace.h"
#include "runtime/device.h"

namespace litezoo::cli {
namespace {

struct ProfileOptions {
  std::vector<std::string> models;
  MeasurementSettings settings;
  std::string min_time, max_time;
  bool ops = false;
  bool csv = false;
};

struct Profiled {
  std::string name;
  Bytes size;
  Measurement measurement;
};

MeasurementSettings settings_of(const ProfileOptions& options) {
  MeasurementSettings settings = options.settings;
  if (!options.min_time.empty()) settings.min_time = parse_duration(options.min_time);
  if (!options.max_time.empty()) settings.max_time = parse_duration(options.max_time);
  return settings;
}

std::string p99_text(const LatencySummary& summary) {
  return summary.p99 ? to_text(*summary.p99) : "-";
}

void print_profiles(const Context& context, std::span<const Profiled> profiles) {
  Table table({{"model"},
               {"p50", Align::right},
               {"p90", Align::right},
               {"p99", Align::right},
               {"min", Align::right},
               {"runs", Align::right},
               {"voided", Align::right},
               {"first", Align::right},
               {"init", Align::right},
               {"load", Align::right},
               {"peak mem", Align::right},
               {"partitions", Align::right},
               {"fallback", Align::right},
               {"latency"}});
  for (const Profiled& row : profiles) {
    const Measurement& m = row.measurement;
    const auto summary = summarise(m);
    if (!summary) continue;
    table.add({row.name, to_text(summary->p50), to_text(summary->p90), p99_text(*summary),
               to_text(summary->min), std::to_string(summary->runs),
               std::to_string(summary->voided_runs), to_text(m.first_run), to_text(m.init),
               to_text(m.load), to_text(Bytes{m.peak_memory.count - m.baseline_memory.count}),
               std::to_string(m.partitions), std::to_string(m.fallback_nodes),
               sparkline(undisturbed(m), 16)});
  }
  table.print(context);
}

void note_conditions(const Context& context, const Profiled& row) {
  const Measurement& m = row.measurement;
  const auto summary = summarise(m);
  if (summary && summary->disturbed) {
    context.note(fmt::format("{}: every block was disturbed ({}); the figures include that",
                             row.name, m.blocks.empty() ? "" : m.blocks.back().voided));
  }
  if (!m.fallback_operators.empty()) {
    context.note(
        fmt::format("{}: not in XNNPACK: {}", row.name, fmt::join(m.fallback_operators, ", ")));
  }
}

nlohmann::ordered_json to_document(const Profiled& row) {
  nlohmann::ordered_json document;
  document["name"] = row.name;
  document["size_bytes"] = row.size.count;
  if (const auto summary = summarise(row.measurement)) {
    const auto optional_count = [](const std::optional<Nanoseconds>& time) {
      return time ? nlohmann::ordered_json(time->count()) : nlohmann::ordered_json();
    };
    document["p50_ns"] = summary->p50.count();
    document["p90_ns"] = summary->p90.count();
    document["p90_upper_bound_95_ns"] = optional_count(summary->p90_bound);
    document["p99_ns"] = optional_count(summary->p99);
    document["min_ns"] = summary->min.count();
    document["runs"] = summary->runs;
    document["voided_runs"] = summary->voided_runs;
    document["disturbed"] = summary->disturbed;
  }
  document["measurement"] = nlohmann::json(row.measurement);
  return document;
}

// A model that is no file of the store has its measurement kept all the same: it is keyed by its
// bytes.
void keep(Workspace& workspace, const Measurement& measurement) {
  catalog::put_device(workspace.catalog(), runtime::this_device());
  catalog::put_measurement(workspace.catalog(), measurement);
}

Profiled profile_one(const Context& context, Workspace& workspace, const std::string& reference,
                     const MeasurementSettings& settings) {
  const InterruptGuard guard;
  const auto fetched = workspace.obtain(reference);
  InterruptGuard::check();
  Profiled row{.name = reference,
               .size = fetched.size,
               .measurement = measure_in_child(context, fetched.path, fetched.sha256, settings)};
  InterruptGuard::check();
  keep(workspace, row.measurement);
  return row;
}

void profile(Context& context, const ProfileOptions& options) {
  const auto settings = settings_of(options);
  Workspace workspace(context);
  std::vector<Profiled> profiles;
  for (const auto& reference : options.models) {
    profiles.push_back(profile_one(context, workspace, reference, settings));
  }
  if (context.json) {
    nlohmann::ordered_json document;
    document["device"] = nlohmann::json(runtime::this_device());
    auto& rows = document["profiles"] = nlohmann::ordered_json::array();
    for (const auto& row : profiles) rows.push_back(to_document(row));
    print_json(context, document);
    return;
  }
  print_profiles(context, profiles);
  for (const auto& row : profiles) note_conditions(context, row);
  context.note(fmt::format("{} thread{} on {} with {}", settings.threads,
                           settings.threads == 1 ? "" : "s", runtime::this_device().cpu,
                           runtime::engine_version()));
}

}  // namespace

void add_profile(CLI::App& command, Context& context) {
  auto options = std::make_shared<ProfileOptions>();
  auto& settings = options->settings;
  command.add_option("models", options->models, "Model references")->required();
  command.add_option("--threads", settings.threads, "Threads")->check(CLI::Range(1, 1024));
  command.add_option("--runs", settings.min_runs, "Fewest undisturbed runs")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command.add_option("--min-time", options->min_time, "Least time of undisturbed runs (1s)");
  command.add_option("--max-time", options->max_time, "Most time after the warm-up (10s)");
  command.add_option("--seed", settings.seed, "Of the random inputs")->capture_default_str();
  command.add_flag("--ops", options->ops, "Time of each node instead of the whole");
  command.add_flag("--csv", options->csv, "With --ops: as CSV");
  add_common_options(command, context);
  command.callback([&context, options] {
    if (options->ops) {
      for (const auto& model : options->models) {
        report_ops(context, model, options->settings, options->csv);
      }
    } else {
      profile(context, *options);
    }
  });
}

}  // namespace litezoo::cli
