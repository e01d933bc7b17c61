#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/hash.h"
#include "catalog/models.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "cli/workspace.h"

namespace litezoo::cli {
namespace {

struct FetchOptions {
  std::vector<std::string> references;
  std::string sha256;
  bool starter = false;
};

struct FetchOutcome {
  std::string name;
  fetcher::Fetched fetched;  // when there is no error
  std::optional<Error> error;
};

FetchOutcome attempt(const std::string& name, const std::function<fetcher::Fetched()>& fetch) {
  try {
    return {.name = name, .fetched = fetch(), .error = std::nullopt};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::usage) throw;
    return {.name = name, .fetched = {}, .error = error};
  }
}

std::vector<FetchOutcome> fetch_all(const Context& context, const FetchOptions& options) {
  Workspace workspace(context);
  std::vector<FetchOutcome> outcomes;
  const auto add = [&](const std::string& name, const std::function<fetcher::Fetched()>& fetch) {
    outcomes.push_back(attempt(name, fetch));
    if (const auto& error = outcomes.back().error) {
      context.err << fmt::format("litezoo: {}: {}\n", name, error->what());
    }
    InterruptGuard::check();
  };
  if (options.starter) {
    for (const auto& entry : catalog::starter_artifacts(workspace.catalog())) {
      add(entry.artifact.name, [&] { return workspace.obtain(entry); });
    }
  }
  for (const auto& reference : options.references) {
    add(reference, [&] { return workspace.obtain(reference, options.sha256); });
  }
  return outcomes;
}

std::string origin_of(const fetcher::Fetched& fetched) {
  return fetched.from_store ? "store" : fetched.reference;
}

void print_outcomes(const Context& context, std::span<const FetchOutcome> outcomes) {
  Table table({{"name"}, {"size", Align::right}, {"sha256"}, {"from"}});
  for (const auto& outcome : outcomes) {
    if (outcome.error) {
      table.add({outcome.name, "-", "-", "not fetched: " + to_string(outcome.error->kind())});
    } else {
      const auto& fetched = outcome.fetched;
      table.add(
          {outcome.name, to_text(fetched.size), fetched.sha256.substr(0, 12), origin_of(fetched)});
    }
  }
  table.print(context);
}

nlohmann::ordered_json to_document(const FetchOutcome& outcome) {
  nlohmann::ordered_json row{{"name", outcome.name}};
  if (outcome.error) {
    row["error"] = {{"kind", to_string(outcome.error->kind())}, {"message", outcome.error->what()}};
    return row;
  }
  const auto& fetched = outcome.fetched;
  row["sha256"] = fetched.sha256;
  row["size_bytes"] = fetched.size.count;
  row["path"] = fetched.path.string();
  row["reference"] = fetched.reference;
  row["pinned"] = fetched.pinned;
  row["from_store"] = fetched.from_store;
  auto& tried = row["tried_before"] = nlohmann::ordered_json::array();
  for (const auto& failure : fetched.failures) {
    tried.push_back({{"reference", failure.reference}, {"message", failure.message}});
  }
  return row;
}

void fetch(Context& context, const FetchOptions& options) {
  if (options.references.empty() && !options.starter) {
    throw Error(ErrorKind::usage, "nothing to fetch; name a model reference or say --starter");
  }
  if (!options.sha256.empty() && (options.references.size() != 1 || options.starter)) {
    throw Error(ErrorKind::usage, "--sha256 belongs to exactly one reference");
  }
  if (!options.sha256.empty() && !is_sha256(options.sha256)) {
    throw Error(ErrorKind::usage, "--sha256 takes 64 lower-case hexadecimal digits");
  }
  const InterruptGuard guard;
  const auto outcomes = fetch_all(context, options);
  std::size_t failures = 0;
  for (const auto& outcome : outcomes) {
    if (!outcome.error) continue;
    ++failures;
    context.result = exit_code_of(outcome.error->kind());
  }
  if (context.json) {
    nlohmann::ordered_json document;
    auto& rows = document["files"] = nlohmann::ordered_json::array();
    for (const auto& outcome : outcomes) rows.push_back(to_document(outcome));
    return print_json(context, document);
  }
  print_outcomes(context, outcomes);
  if (failures > 0) {
    context.note(fmt::format("{} of {} could not be fetched", failures, outcomes.size()));
  }
}

}  // namespace

void add_fetch(CLI::App& command, Context& context) {
  auto options = std::make_shared<FetchOptions>();
  command.add_option("references", options->references, "Model references");
  command.add_option("--sha256", options->sha256, "The digest the file must have");
  command.add_flag("--starter", options->starter, "The whole starter zoo");
  add_common_options(command, context);
  command.callback([&context, options] { fetch(context, *options); });
}

}  // namespace litezoo::cli
