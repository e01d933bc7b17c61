#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "cli/commands.h"
#include "cli/constraint_options.h"
#include "cli/constraints_file.h"
#include "cli/context.h"
#include "cli/junit.h"
#include "cli/lock.h"
#include "cli/protocol.h"
#include "cli/recommend.h"
#include "cli/workspace.h"
#include "runtime/device.h"

namespace litezoo::cli {
namespace {

struct RecommendOptions {
  ConstraintOptions constraints;
  ProtocolOptions protocol;
  std::string file, list, lock, junit, objectives = "size,p90", budget, max_age;
  bool pareto = false;
  bool all = false;
};

// Names as the user wrote them become those of the taxonomy.
void resolve_names(Workspace& workspace, ConstraintOptions& options) {
  // A search refuses a licence that nothing has, and tells near names.
  for (const auto& license : options.licenses) {
    catalog::search(workspace.catalog(), {.license = license, .limit = 1});
  }
  if (!options.task.empty()) {
    options.task = catalog::find_task(workspace.catalog(), options.task).id;
  }
  if (options.domain.empty()) return;
  options.domain = catalog::find_domain(workspace.catalog(), options.domain);
  if (options.task.empty()) return;
  const auto domains = catalog::find_task(workspace.catalog(), options.task).domains;
  if (domains.empty() || std::ranges::find(domains, options.domain) != domains.end()) return;
  throw Error(ErrorKind::usage,
              fmt::format("the task {} belongs to the domain {}, not {}; drop one of the two",
                          options.task, join_names(domains), options.domain));
}

JunitCase junit_case(const ranker::Walk& walk) {
  using enum ranker::Verdict;
  const auto verdict = walk.result().verdict;
  return {.name = walk.constraints().task.empty() ? "selection" : walk.constraints().task,
          .outcome = verdict == found  ? JunitOutcome::passed
                     : verdict == none ? JunitOutcome::failed
                                       : JunitOutcome::error,
          .message = conclusion(walk)};
}

Selection selection_of(Workspace& workspace, RecommendOptions& options) {
  auto& limits = options.constraints;
  if (limits.task.empty() && limits.domain.empty() && options.list.empty()) {
    throw Error(ErrorKind::usage,
                "what is the model for? give --task, --domain or a list of models with --from");
  }
  Selection selection{
      .constraints = constraints_of(limits),
      .aim = {.objectives = ranker::parse_objectives(options.objectives), .pareto = options.pareto},
      .protocol = protocol_of(options.protocol)};
  const bool by_accuracy = std::ranges::any_of(
      selection.aim.objectives,
      [](const ranker::Objective* objective) { return objective->name == "accuracy"; });
  if (by_accuracy && limits.accuracy.empty()) {
    throw Error(ErrorKind::usage,
                "--objective accuracy does not say which; add --accuracy METRIC@DATASET/SPLIT>=0 "
                "('litezoo show NAME' lists what is claimed)");
  }
  resolve_names(workspace, limits);
  selection.constraints.task = limits.task;
  selection.constraints.domain = limits.domain;
  if (!options.budget.empty()) {
    selection.budget = parse_duration(options.budget);
    if (selection.budget->count() == 0) {
      throw Error(ErrorKind::usage, "a budget of zero leaves no time to search; give one like 60s");
    }
  }
  if (!options.max_age.empty()) selection.max_age = parse_duration(options.max_age);
  selection.choices = options.list.empty() ? choices_of_task(workspace, limits.task)
                                           : choices_of_list(workspace, options.list, limits.task);
  return selection;
}

void recommend(Context& context, CLI::App& command, RecommendOptions& options) {
  if (!options.file.empty()) apply_constraints_file(command, options.file);
  Workspace workspace(context);
  const Selection selection = selection_of(workspace, options);
  const ranker::Walk walk = walk_candidates(context, workspace, selection);
  set_exit_code(context, walk);
  if (!options.junit.empty()) {
    write_junit(options.junit, "litezoo recommend", {junit_case(walk)});
  }
  if (!options.lock.empty() && walk.result().chosen) {
    write_lock(options.lock, lock_of(walk, words_of(options.constraints), runtime::this_device(),
                                     selection.protocol.settings, selection.protocol.inputs));
    context.note(fmt::format("locked in '{}'; 'litezoo verify' checks it again", options.lock));
  }
  if (context.json) return print_recommendation_json(context, walk);
  print_recommendation(context, walk, options.all);
}

}  // namespace

void add_recommend(CLI::App& command, Context& context) {
  auto options = std::make_shared<RecommendOptions>();
  add_constraint_options(command, options->constraints);
  command.add_option("--constraints", options->file,
                     "Take the options that are not given here from this file (TOML or .json)");
  command.add_option("--from", options->list,
                     "Choose among the models of this list only: a reference a line, - = stdin");
  std::string objectives = "What to choose by, the first counts most:";
  for (const ranker::Objective& one : ranker::objectives()) {
    objectives += fmt::format(" {} ({}),", one.name, one.meaning);
  }
  objectives.pop_back();
  command.add_option("--objective", options->objectives, objectives)->capture_default_str();
  command.add_flag("--pareto", options->pareto,
                   "All models that no other beats in every objective");
  command.add_option("--budget", options->budget, "Stop after this time: 60s");
  command.add_option("--max-age", options->max_age,
                     "How old a measurement may be to prove something again (168h)");
  command.add_option("--lock", options->lock, "Write what was chosen, with the evidence, here");
  command.add_option("--junit", options->junit, "Write the answer as JUnit XML here");
  command.add_flag("--all", options->all, "Name each candidate that fell, however many");
  add_protocol_options(command, options->protocol);
  add_common_options(command, context);
  command.callback([&context, &command, options] { recommend(context, command, *options); });
}

}  // namespace litezoo::cli
