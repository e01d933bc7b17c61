#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/error.h"
#include "catalog/license_class.h"
#include "catalog/models.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/recommend.h"
#include "cli/workspace.h"

namespace litezoo::cli {
namespace {

struct RecommendOptions {
  std::string max_size, max_p90, max_latency, max_memory;
  MeasurementSettings settings;
  ranker::Constraints constraints;
  bool no_measure = false;
  bool all = false;
};

ranker::Constraints constraints_of(const RecommendOptions& options, Workspace& workspace) {
  ranker::Constraints constraints = options.constraints;
  constraints.task = catalog::find_task(workspace.catalog(), constraints.task).id;
  if (!constraints.domain.empty()) {
    constraints.domain = catalog::find_domain(workspace.catalog(), constraints.domain);
  }
  if (!options.max_size.empty()) constraints.max_size = parse_bytes(options.max_size);
  if (!options.max_memory.empty()) constraints.max_memory = parse_bytes(options.max_memory);
  if (!options.max_p90.empty()) constraints.max_latency = parse_duration(options.max_p90);
  if (!options.max_latency.empty()) constraints.max_latency = parse_duration(options.max_latency);
  constraints.measure = !options.no_measure;
  return constraints;
}

void recommend(Context& context, const RecommendOptions& options) {
  if (!options.max_p90.empty() && !options.max_latency.empty()) {
    throw Error(ErrorKind::usage, "--max-p90 and --max-latency are the same limit; give one");
  }
  Workspace workspace(context);
  const auto constraints = constraints_of(options, workspace);
  MeasurementSettings settings = options.settings;
  settings.limit = constraints.max_latency;
  settings.percentile = constraints.percentile;
  const ranker::Walk walk = walk_candidates(context, workspace, constraints, settings);
  switch (walk.result().verdict) {
    case ranker::Verdict::found:
      break;
    case ranker::Verdict::none:
      context.result = ExitCode::none_satisfies;
      break;
    case ranker::Verdict::undecided:
      context.result = ExitCode::undecided;
      break;
  }
  if (context.json) return print_recommendation_json(context, walk);
  print_recommendation(context, walk, constraints, options.all);
}

}  // namespace

void add_recommend(CLI::App& command, Context& context) {
  auto options = std::make_shared<RecommendOptions>();
  auto& constraints = options->constraints;
  command.add_option("--task", constraints.task, "Task: id, display name or synonym")->required();
  command.add_option("--domain", constraints.domain, "image, audio, text, video, ...");
  command.add_option("--max-size", options->max_size, "Largest file: 4MB");
  command.add_option("--max-p90", options->max_p90, "Limit of the 90th percentile: 20ms");
  command.add_option("--max-latency", options->max_latency, "Limit of --percentile: 20ms");
  command
      .add_option_function<double>(
          "--percentile", [options](double p) { options->constraints.percentile = p / 100; },
          "Which percentile --max-latency means (90)")
      ->check(CLI::Range(1.0, 99.9));
  command.add_option("--max-memory", options->max_memory,
                     "Limit of peak memory above the empty runtime: 80MB");
  command
      .add_option("--license", constraints.licenses,
                  "SPDX identifier or permissive, copyleft, non-commercial (repeatable)")
      ->allow_extra_args(false);
  command.add_option("--precision", constraints.precision, "float32, float16, int8, ...");
  command.add_option("--threads", options->settings.threads, "Threads")->check(CLI::Range(1, 1024));
  command.add_flag("--allow-unknown", constraints.allow_unknown,
                   "A fact nobody knows does not make a model fall");
  command.add_flag("--all", options->all, "Name each candidate that fell, however many");
  command.add_flag("--no-measure", options->no_measure, "Run nothing");
  add_common_options(command, context);
  command.callback([&context, options] { recommend(context, *options); });
}

}  // namespace litezoo::cli
