#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/search.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "runtime/device.h"

namespace litezoo::cli {
namespace {

struct SearchOptions {
  std::vector<std::string> words;
  std::string max_size, format, sort;
  bool fetched = false;
  bool starter = false;
  catalog::SearchQuery query;
};

catalog::SearchQuery query_of(const SearchOptions& options) {
  catalog::SearchQuery query = options.query;
  for (const auto& word : options.words) query.text += (query.text.empty() ? "" : " ") + word;
  if (!options.max_size.empty()) query.max_size = parse_bytes(options.max_size);
  if (!options.format.empty()) query.format = artifact_format(options.format);
  if (!options.sort.empty()) {
    const auto key = catalog::parse_sort_key(options.sort);
    if (!key) {
      throw Error(ErrorKind::usage, fmt::format("cannot sort by '{}'; sort by relevance, size, "
                                                "name, task or license",
                                                options.sort));
    }
    query.sort = *key;
  }
  if (options.fetched) query.fetched = true;
  if (options.starter) query.starter = true;
  query.device = runtime::this_device().fingerprint;
  return query;
}

void print_rows(const Context& context, const catalog::SearchResult& result) {
  Table table({{"name"},
               {"task"},
               {"size", Align::right},
               {"precision"},
               {"licence"},
               {"format"},
               {"here"}});
  for (const auto& row : result.rows) {
    table.add({row.artifact, row.task, row.size ? to_text(*row.size) : "?",
               row.precision.empty() ? "?" : row.precision,
               row.license.empty() ? "unknown" : row.license,
               std::string(catalog::format_label(row.format)),
               row.measured_here ? "measured"
               : row.fetched     ? "fetched"
                                 : ""});
  }
  table.print(context);
  context.note(fmt::format("{} artifact{}{}", result.rows.size(),
                           result.rows.size() == 1 ? "" : "s",
                           result.more ? "; there are more, raise --limit" : ""));
}

nlohmann::ordered_json to_document(const catalog::SearchResult& result) {
  nlohmann::ordered_json document;
  auto& rows = document["artifacts"] = nlohmann::ordered_json::array();
  for (const auto& row : result.rows) {
    rows.push_back({{"name", row.artifact},
                    {"model", row.model},
                    {"publisher", row.publisher},
                    {"task", row.task},
                    {"domains", row.domains},
                    {"size_bytes", row.size ? nlohmann::ordered_json(row.size->count) : nullptr},
                    {"precision", row.precision},
                    {"license", row.license},
                    {"license_class", catalog::to_string(row.license_class)},
                    {"format", to_string(row.format)},
                    {"sha256", row.sha256},
                    {"fetched", row.fetched},
                    {"measured_here", row.measured_here},
                    {"starter", row.starter}});
  }
  document["more"] = result.more;
  document["suggestions"] = result.suggestions;
  return document;
}

void search(Context& context, const SearchOptions& options) {
  auto catalog = open_catalog();
  const auto result = catalog::search(catalog, query_of(options));
  if (context.json) {
    print_json(context, to_document(result));
  } else if (!result.rows.empty()) {
    print_rows(context, result);
  } else {
    const auto names = join_names(result.suggestions);
    context.note(names.empty() ? "nothing in the catalog fits; loosen a filter"
                               : "nothing in the catalog fits; did you mean " + names + "?");
  }
  if (result.rows.empty()) context.result = ExitCode::none_satisfies;
}

}  // namespace

void add_search(CLI::App& command, Context& context) {
  auto options = std::make_shared<SearchOptions>();
  auto& query = options->query;
  command.add_option("words", options->words, "Words in names, tasks and descriptions");
  command.add_option("--domain", query.domain, "image, audio, text, video, ...");
  command.add_option("--task", query.task, "Task: id, display name or synonym");
  command.add_option("--license", query.license, "SPDX identifier, or permissive, copyleft, ...");
  command.add_option("--publisher", query.publisher, "Publisher");
  command.add_option("--max-size", options->max_size, "Largest file: 4MB");
  command.add_option("--precision", query.precision, "float32, float16, int8, ...");
  command.add_option("--format", options->format, "tflite, task_bundle, saved_model, other")
      ->check(CLI::IsMember({"tflite", "task_bundle", "saved_model", "other"}));
  command.add_flag("--fetched", options->fetched, "Only what is on this machine");
  command.add_flag("--starter", options->starter, "Only the starter zoo");
  command.add_option("--sort", options->sort, "relevance, size, name, task, license");
  command.add_option("--limit", query.limit, "Most rows; 0 = all")->capture_default_str();
  add_common_options(command, context);
  command.callback([&context, options] { search(context, *options); });
}

}  // namespace litezoo::cli
