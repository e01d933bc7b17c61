#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/json.h"
#include "base/latency.h"
#include "cli/bench.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/ops_report.h"
#include "cli/profile_view.h"
#include "cli/protocol.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "runtime/device.h"

namespace litezoo::cli {
namespace {

struct ProfileOptions {
  std::vector<std::string> models;
  ProtocolOptions protocol;
  std::string max_p90, max_latency;
  double percentile = 90;
  bool ops = false;
  bool csv = false;
};

// A limit turns a profile into a verdict.
Protocol protocol_with_limit(const ProfileOptions& options) {
  if (!options.max_p90.empty() && !options.max_latency.empty()) {
    throw Error(ErrorKind::usage, "--max-p90 and --max-latency are the same limit; give one");
  }
  if (options.percentile != 90 && options.max_latency.empty()) {
    throw Error(ErrorKind::usage, fmt::format("--percentile {:g} says which one --max-latency "
                                              "means; give that limit too",
                                              options.percentile));
  }
  Protocol protocol = protocol_of(options.protocol);
  MeasurementSettings& settings = protocol.settings;
  settings.percentile = options.max_p90.empty() ? options.percentile / 100 : 0.9;
  const auto& limit = options.max_p90.empty() ? options.max_latency : options.max_p90;
  if (limit.empty()) return protocol;
  settings.limit = parse_duration(limit);
  if (settings.limit->count() <= 0) {
    throw Error(ErrorKind::usage, "a latency limit of zero can never hold");
  }
  return protocol;
}

Profiled profile_one(Workspace& workspace, Bench& bench, const std::string& reference) {
  const InterruptGuard guard;
  const auto fetched = workspace.obtain(reference);
  InterruptGuard::check();
  Profiled row{.name = reference,
               .size = fetched.size,
               .measurement = bench.measure({reference, fetched.path, fetched.sha256})};
  InterruptGuard::check();
  const auto& settings = row.measurement.settings;
  if (settings.limit) {
    row.decision =
        decide_latency(row.measurement, *settings.limit, settings.percentile, settings.risk);
  }
  // A model that is no file of the store has its measurement kept all the same: it is keyed by its
  // bytes.
  bench.keep(row.measurement);
  return row;
}

// The worst verdict counts.
ExitCode verdict_of(std::span<const Profiled> profiles) {
  ExitCode result = ExitCode::done;
  for (const Profiled& row : profiles) {
    if (!row.decision) continue;
    if (row.decision->verdict == LatencyVerdict::fail) return ExitCode::none_satisfies;
    if (row.decision->verdict != LatencyVerdict::pass) result = ExitCode::undecided;
  }
  return result;
}

void profile(Context& context, const ProfileOptions& options) {
  const Protocol protocol = protocol_with_limit(options);
  Workspace workspace(context);
  Bench bench(context, workspace, protocol);
  std::vector<Profiled> profiles;
  for (const auto& reference : options.models) {
    try {
      profiles.push_back(profile_one(workspace, bench, reference));
    } catch (const Error& error) {
      if (options.models.size() == 1 || error.kind() == ErrorKind::interrupted) throw;
      // What the others gave is not lost.
      context.err << fmt::format("litezoo: {}\n", error.what());
      context.result = worse_of(context.result, exit_code_of(error.kind()));
    }
  }
  context.result = worse_of(context.result, verdict_of(profiles));
  if (context.json) {
    nlohmann::ordered_json document;
    document["device"] = nlohmann::json(bench.device());
    auto& rows = document["profiles"] = nlohmann::ordered_json::array();
    for (const auto& row : profiles) rows.push_back(profile_document(row));
    print_json(context, document);
    return;
  }
  print_profiles(context, profiles);
  context.note(fmt::format("on {} with {}", bench.device().cpu, runtime::engine_version()));
}

}  // namespace

void add_profile(CLI::App& command, Context& context) {
  auto options = std::make_shared<ProfileOptions>();
  command.add_option("models", options->models, "Model references")->required();
  add_protocol_options(command, options->protocol);
  command.add_option("--max-p90", options->max_p90,
                     "Decide whether the 90th percentile is within this: exit code 0, 1 or 3");
  command.add_option("--max-latency", options->max_latency, "The same for --percentile");
  command.add_option("--percentile", options->percentile, "Which percentile --max-latency means")
      ->check(CLI::Range(1.0, 99.9))
      ->capture_default_str();
  command.add_flag("--ops", options->ops, "Time of each node instead of the whole");
  command.add_flag("--csv", options->csv, "With --ops: as CSV");
  add_common_options(command, context);
  command.callback([&context, options] {
    if (options->ops) {
      if (!options->max_p90.empty() || !options->max_latency.empty()) {
        throw Error(ErrorKind::usage, "--ops times nodes, a limit is for the whole; give one");
      }
      const Protocol protocol = protocol_of(options->protocol);
      for (const auto& model : options->models) {
        report_ops(context, model, protocol, options->csv);
      }
    } else {
      profile(context, *options);
    }
  });
}

}  // namespace litezoo::cli
