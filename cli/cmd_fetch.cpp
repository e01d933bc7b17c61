#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/hash.h"
#include "catalog/models.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/fetch_events.h"
#include "cli/interrupt.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "fetcher/url.h"

namespace litezoo::cli {
namespace {

struct FetchOptions {
  std::vector<std::string> references;
  std::string sha256, limit_rate, events;
  std::size_t jobs = 4;
  bool starter = false;
  bool dry_run = false;
};

struct Row {
  Wanted wanted;
  fetcher::FetchOutcome outcome;
};

// What was asked for; a name that the catalog does not have is that row's failure.
std::vector<Row> rows_of(Workspace& workspace, const FetchOptions& options) {
  std::vector<Row> rows;
  const auto add = [&rows](const std::string& name, const std::function<Wanted()>& want) {
    Row row{.wanted = {.name = name}, .outcome = {}};
    try {
      row.wanted = want();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::usage) throw;
      row.outcome.error = error;
    }
    rows.push_back(std::move(row));
  };
  if (options.starter) {
    for (const auto& entry : catalog::starter_artifacts(workspace.catalog())) {
      add(entry.artifact.name, [&] { return workspace.want(entry); });
    }
  }
  for (const auto& reference : options.references) {
    add(reference, [&] { return workspace.want(reference, options.sha256); });
  }
  return rows;
}

void report_failure(const Context& context, const Row& row) {
  if (!row.outcome.error) return;
  context.err << fmt::format("litezoo: {}\n",
                             fetcher::about(row.wanted.name, row.outcome.error->what()));
}

void fetch_rows(const Context& context, Workspace& workspace, std::vector<Row>& rows,
                FetchEvents* events) {
  std::vector<fetcher::FetchRequest> requests;
  std::vector<std::size_t> row_of;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    report_failure(context, rows[i]);
    if (rows[i].outcome.error) continue;
    requests.push_back(rows[i].wanted.request);
    row_of.push_back(i);
  }
  if (events != nullptr) events->begin(requests.size());
  workspace.fetcher().fetch_all(requests,
                                [&](std::size_t index, const fetcher::FetchOutcome& outcome) {
                                  Row& row = rows[row_of[index]];
                                  row.outcome = outcome;
                                  if (outcome.error && outcome.error->kind() == ErrorKind::usage)
                                    throw Error(*outcome.error);
                                  if (outcome.fetched)
                                    workspace.record(row.wanted, *outcome.fetched);
                                  report_failure(context, row);
                                  if (events != nullptr) events->end_file(row.wanted.name, outcome);
                                });
}

std::string origin_of(const fetcher::Fetched& fetched) {
  return fetched.from_store ? "store" : fetcher::shown_reference(fetched.reference);
}

void print_rows(const Context& context, std::span<const Row> rows) {
  Table table({{"name"}, {"size", Align::right}, {"sha256"}, {"from"}});
  for (const auto& [wanted, outcome] : rows) {
    if (outcome.error) {
      table.add({fetcher::shown_reference(wanted.name), "-", "-",
                 "not fetched: " + to_string(outcome.error->kind())});
    } else {
      const auto& fetched = *outcome.fetched;
      table.add({fetcher::shown_reference(wanted.name), to_text(fetched.size),
                 fetched.sha256.substr(0, 12), origin_of(fetched)});
    }
  }
  table.print(context);
}

nlohmann::ordered_json to_document(const Row& fetched_row) {
  const auto& [wanted, outcome] = fetched_row;
  nlohmann::ordered_json row{{"name", wanted.name}};
  if (outcome.error) {
    row["error"] = {{"kind", to_string(outcome.error->kind())}, {"message", outcome.error->what()}};
    return row;
  }
  const auto& fetched = *outcome.fetched;
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

struct PlanRow {
  std::string name;
  fetcher::FetchPlan plan;
  std::optional<Error> error;
};

std::string_view origin_of(fetcher::FetchPlan::From from) {
  constexpr std::array<std::string_view, 3> kNames = {"store", "copy on this machine", "network"};
  return kNames[static_cast<std::size_t>(from)];
}

std::string size_or_unknown(const std::optional<Bytes>& size) {
  return size ? to_text(*size) : "unknown";
}

void print_plan(const Context& context, std::span<const PlanRow> rows, Bytes sum, bool exact) {
  Table table({{"name"}, {"size", Align::right}, {"to transfer", Align::right}, {"from"}});
  for (const auto& [name, plan, error] : rows) {
    if (error) {
      table.add(
          {fetcher::shown_reference(name), "-", "-", "not to be had: " + to_string(error->kind())});
      continue;
    }
    table.add({fetcher::shown_reference(name), size_or_unknown(plan.size),
               size_or_unknown(plan.to_transfer), std::string(origin_of(plan.from))});
  }
  table.print(context);
  // Of files that cannot be had there is nothing to count.
  if (std::ranges::all_of(rows, [](const PlanRow& row) { return row.error.has_value(); })) return;
  context.out << fmt::format("{}{} bytes to transfer\n", exact ? "" : "at least ", sum.count);
}

void print_plan_json(const Context& context, std::span<const PlanRow> rows, Bytes sum, bool exact) {
  nlohmann::ordered_json document;
  document["to_transfer_bytes"] = sum.count;
  document["exact"] = exact;
  auto& files = document["files"] = nlohmann::ordered_json::array();
  for (const auto& [name, plan, error] : rows) {
    nlohmann::ordered_json row{{"name", name}};
    if (error) {
      row["error"] = {{"kind", to_string(error->kind())}, {"message", error->what()}};
    } else {
      row["from"] = plan.from == fetcher::FetchPlan::From::copy ? "copy" : origin_of(plan.from);
      row["reference"] = plan.reference;
      row["pinned"] = plan.pinned;
      row["size_bytes"] = nullptr;
      if (plan.size) row["size_bytes"] = plan.size->count;
      row["to_transfer_bytes"] = nullptr;
      if (plan.to_transfer) row["to_transfer_bytes"] = plan.to_transfer->count;
    }
    files.push_back(std::move(row));
  }
  print_json(context, document);
}

// Files of one package share its transfer, which counts once.
void dry_run(Context& context, Workspace& workspace, const std::vector<Row>& rows) {
  std::vector<PlanRow> plans;
  std::map<std::string, Bytes> transfers;
  Bytes sum;
  bool exact = true;
  for (const auto& [wanted, outcome] : rows) {
    PlanRow row{.name = wanted.name, .plan = {}, .error = outcome.error};
    try {
      if (!row.error) row.plan = workspace.fetcher().plan(wanted.request);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::usage || error.kind() == ErrorKind::interrupted) throw;
      row.error = error;
    }
    if (row.error) {
      context.err << fmt::format("litezoo: {}\n", fetcher::about(row.name, row.error->what()));
      context.result = worse_of(context.result, exit_code_of(row.error->kind()));
      exact = false;
    } else if (!row.plan.to_transfer) {
      exact = false;
    } else if (row.plan.transfer.empty() ||
               transfers.emplace(row.plan.transfer, *row.plan.to_transfer).second) {
      sum.count += row.plan.to_transfer->count;
    } else {
      row.plan.to_transfer = Bytes{0};
    }
    plans.push_back(std::move(row));
  }
  context.json ? print_plan_json(context, plans, sum, exact)
               : print_plan(context, plans, sum, exact);
}

TransferOptions transfer_options(const Context& context, const FetchOptions& options,
                                 FetchEvents* events) {
  TransferOptions transfer;
  transfer.files = options.jobs;
  if (!options.limit_rate.empty()) {
    transfer.bytes_per_second = parse_bytes(options.limit_rate);
    if (transfer.bytes_per_second.count < 1000) {
      throw Error(ErrorKind::usage, "--limit-rate takes bytes a second, at least 1kB");
    }
  }
  if (events != nullptr) {
    transfer.progress = [events](const fetcher::FetchProgress& step) { events->progress(step); };
    transfer.note = [events, &context](const std::string& line) {
      events->note(line);
      context.note(line);
    };
  }
  return transfer;
}

void require_sense(const FetchOptions& options) {
  if (options.references.empty() && !options.starter) {
    throw Error(ErrorKind::usage, "nothing to fetch; name a model reference or say --starter");
  }
  if (!options.sha256.empty() && (options.references.size() != 1 || options.starter)) {
    throw Error(ErrorKind::usage, "--sha256 belongs to exactly one reference");
  }
  if (!options.sha256.empty() && !is_sha256(options.sha256)) {
    throw Error(ErrorKind::usage, "--sha256 takes 64 lower-case hexadecimal digits");
  }
}

void fetch(Context& context, const FetchOptions& options) {
  require_sense(options);
  const InterruptGuard guard;
  std::unique_ptr<FetchEvents> events;
  if (!options.events.empty()) events = std::make_unique<FetchEvents>(context, options.events);
  Workspace workspace(context, transfer_options(context, options, events.get()));
  std::vector<Row> rows = rows_of(workspace, options);
  if (options.dry_run) return dry_run(context, workspace, rows);
  fetch_rows(context, workspace, rows, events.get());
  std::size_t failures = 0;
  for (const auto& row : rows) {
    if (!row.outcome.error) continue;
    ++failures;
    context.result = worse_of(context.result, exit_code_of(row.outcome.error->kind()));
  }
  if (events) events->end(rows.size() - failures, failures);
  if (context.json) {
    nlohmann::ordered_json document;
    auto& files = document["files"] = nlohmann::ordered_json::array();
    for (const auto& row : rows) files.push_back(to_document(row));
    return print_json(context, document);
  }
  print_rows(context, rows);
  if (failures > 0 && rows.size() > 1) {
    context.note(fmt::format("{} of {} could not be fetched", failures, rows.size()));
  }
}

}  // namespace

void add_fetch(CLI::App& command, Context& context) {
  auto options = std::make_shared<FetchOptions>();
  command.add_option("references", options->references, "Model references");
  command.add_option("--sha256", options->sha256, "The digest the file must have");
  command.add_flag("--starter", options->starter, "The whole starter zoo");
  command.add_flag("--dry-run", options->dry_run,
                   "Only tell what would be transferred, to the byte");
  command.add_option("-j,--jobs", options->jobs, "Files at a time")
      ->check(CLI::Range(1, 16))
      ->capture_default_str();
  command.add_option("--limit-rate", options->limit_rate,
                     "Bytes a second of all transfers together, such as 2MB");
  command.add_option("--events", options->events,
                     "Append JSON lines on what happens to this file; - is stderr");
  add_common_options(command, context);
  command.callback([&context, options] { fetch(context, *options); });
}

}  // namespace litezoo::cli
