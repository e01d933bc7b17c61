#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/text.h"
#include "catalog/models.h"
#include "cli/commands.h"
#include "cli/constraint_options.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/junit.h"
#include "cli/lock.h"
#include "cli/protocol.h"
#include "cli/recommend.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "runtime/device.h"

namespace litezoo::cli {
namespace {

struct VerifyOptions {
  std::string lock, junit, timeout, memory_limit;
  bool no_measure = false;
};

// The limits of the lock, parsed as the command line that wrote it was.
ConstraintOptions constraints_in(const Lock& lock) {
  CLI::App parser;
  ConstraintOptions options;
  add_constraint_options(parser, options);
  // CLI11 takes words from the back.
  std::vector<std::string> words(lock.constraints.rbegin(), lock.constraints.rend());
  try {
    parser.parse(words);
  } catch (const CLI::Error& error) {
    throw Error(ErrorKind::corrupt,
                fmt::format("the lock's constraints make no sense: {}", error.what()));
  }
  return options;
}

Protocol protocol_in(const Lock& lock, const VerifyOptions& options) {
  Protocol protocol = protocol_of({.timeout = options.timeout,
                                   .memory_limit = options.memory_limit,
                                   .inputs = lock.inputs,
                                   .threads = lock.settings.threads});
  const std::string inputs = protocol.settings.inputs;
  if (inputs != lock.settings.inputs) {
    throw Error(ErrorKind::corrupt, "the input files are not those that the lock was written with");
  }
  protocol.settings = lock.settings;
  if (options.timeout.empty()) protocol.timeout = timeout_of(lock.settings);
  const auto mode = std::ranges::find(modes(), lock.settings.mode, &Mode::name);
  if (mode == modes().end()) {
    throw Error(ErrorKind::corrupt, fmt::format("the lock's mode '{}' is none that this version "
                                                "has; write the lock anew",
                                                lock.settings.mode));
  }
  protocol.cooldown = mode->cooldown;
  return protocol;
}

// The locked bytes, wherever they can still be had. What the catalog knows is left as it is.
fetcher::Fetched obtain_locked(Workspace& workspace, const Lock& lock) {
  const InterruptGuard guard;
  const auto& artifact = lock.artifact;
  std::optional<Error> last;
  if (catalog::find_file(workspace.catalog(), artifact.sha256)) {
    try {
      return workspace.obtain("sha256:" + artifact.sha256, artifact.sha256);
    } catch (const Error& error) {
      // The file is gone although the catalog has it.
      if (error.kind() != ErrorKind::not_found) throw;
      last = error;
    }
  }
  for (const auto& reference : artifact.references) {
    try {
      return workspace.obtain(reference, artifact.sha256);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::corrupt) throw;
      last = error;
    }
  }
  if (last) throw Error(*last);
  throw Error(ErrorKind::not_found,
              fmt::format("the lock names no place to fetch '{}' from", artifact.name));
}

Choices locked_choice(Workspace& workspace, const Lock& lock) {
  const auto fetched = obtain_locked(workspace, lock);
  Choices choices{.entries = {{.model = lock.model,
                               .artifact = lock.artifact,
                               .file = catalog::StoredFile{.sha256 = fetched.sha256,
                                                           .size = fetched.size,
                                                           .path = fetched.path,
                                                           .fetched_at = {}}}},
                  .in_place = {lock.artifact.name},
                  .claims = lock.claims};
  return choices;
}

std::vector<JunitCase> cases_of(const ranker::Walk& walk) {
  std::vector<JunitCase> cases = {{.name = "sha256"}};
  const auto result = walk.result();
  bool fell = false;
  for (const auto& criterion : ranker::criteria()) {
    if (!criterion.applies(walk.constraints()) || fell) continue;
    JunitCase one{.name = std::string(criterion.name)};
    if (!ranker::has(walk.candidates().front(), criterion.needs)) {
      one.outcome = JunitOutcome::skipped;
      one.message = "not looked at";
    }
    for (const auto& elimination : result.eliminations) {
      if (elimination.criterion != criterion.name) continue;
      fell = true;
      one.outcome = elimination.outcome == ranker::Outcome::fails ? JunitOutcome::failed
                                                                  : JunitOutcome::error;
      one.message = elimination.reason;
    }
    cases.push_back(std::move(one));
  }
  if (!fell && !result.eliminations.empty()) {
    const auto& last = result.eliminations.back();
    cases.push_back({last.criterion, JunitOutcome::error, last.reason});
  }
  return cases;
}

std::string_view outcome_text(JunitOutcome outcome) {
  switch (outcome) {
    case JunitOutcome::passed:
      return "holds";
    case JunitOutcome::failed:
      return "FAILS";
    case JunitOutcome::skipped:
      return "not checked";
    case JunitOutcome::error:
      break;
  }
  return "unknown";
}

void print_verification(const Context& context, const Lock& lock, const ranker::Walk& walk,
                        const std::vector<JunitCase>& cases) {
  if (context.json) {
    nlohmann::ordered_json document{{"name", lock.artifact.name},
                                    {"sha256", lock.artifact.sha256},
                                    {"holds", walk.result().chosen.has_value()},
                                    {"conclusion", conclusion(walk)},
                                    {"locked_on", lock.device.fingerprint},
                                    {"verified_on", runtime::this_device().fingerprint}};
    auto& checks = document["checks"] = nlohmann::ordered_json::array();
    for (const auto& one : cases) {
      checks.push_back(
          {{"check", one.name}, {"outcome", outcome_text(one.outcome)}, {"message", one.message}});
    }
    return print_json(context, document);
  }
  Table table({{"check"}, {"outcome"}, {"because"}});
  for (const auto& one : cases) {
    table.add({one.name, std::string(outcome_text(one.outcome)), one.message});
  }
  table.print(context);
  context.out << escape_for_terminal(conclusion(walk)) << '\n';
}

void verify(Context& context, const VerifyOptions& options) {
  const Lock lock = read_lock(options.lock);
  ConstraintOptions limits = constraints_in(lock);
  limits.no_measure = options.no_measure;
  Selection selection{.constraints = constraints_of(limits),
                      .protocol = protocol_in(lock, options),
                      .max_age = Nanoseconds(0)};  // the evidence is what is to be checked
  selection.constraints.allow_unknown = limits.allow_unknown || options.no_measure;
  Workspace workspace(context);
  selection.choices = locked_choice(workspace, lock);
  if (lock.device.fingerprint != runtime::this_device().fingerprint) {
    context.note(fmt::format("locked on another device ({}, {}); measured here anew",
                             lock.device.fingerprint, lock.device.cpu));
  }
  const ranker::Walk walk = walk_candidates(context, workspace, selection);
  set_exit_code(context, walk);
  const auto cases = cases_of(walk);
  if (!options.junit.empty()) write_junit(options.junit, "litezoo verify", cases);
  print_verification(context, lock, walk, cases);
}

}  // namespace

void add_verify(CLI::App& command, Context& context) {
  auto options = std::make_shared<VerifyOptions>();
  command.add_option("lock", options->lock, "What 'litezoo recommend --lock' wrote")->required();
  command.add_flag("--no-measure", options->no_measure,
                   "Check the bytes and what can be told without running them");
  command.add_option("--junit", options->junit, "Write the checks as JUnit XML here");
  command.add_option("--timeout", options->timeout, "When the model's process is killed");
  add_memory_limit_option(command, options->memory_limit);
  add_common_options(command, context);
  command.callback([&context, options] { verify(context, *options); });
}

}  // namespace litezoo::cli
