#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/question.h"
#include "catalog/search.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/search_render.h"
#include "cli/workspace.h"
#include "inspector/read.h"
#include "runtime/device.h"
#include "runtime/session.h"

namespace litezoo::cli {
namespace {

struct SearchOptions {
  std::vector<std::string> words, example;
  std::string max_size, format, sort;
  double max_parameters_millions = 0, fps = 0;
  bool browses_examples = false;
  bool fetched = false, starter = false, has_accuracy = false, measured = false, runnable = false;
  bool facets = false, csv = false;
  catalog::SearchQuery query;
};

std::optional<Nanoseconds> frame_budget(const SearchOptions& options) {
  if (options.fps <= 0) return std::nullopt;
  if (options.query.input.empty()) {
    throw Error(ErrorKind::usage, "--fps is about what is fed to the model; add --input video");
  }
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(1 / options.fps));
}

catalog::SortKey sort_key(const std::string& name) {
  if (const auto key = catalog::parse_sort_key(name)) return *key;
  throw Error(ErrorKind::usage, fmt::format("cannot sort by '{}'; sort by {}", name,
                                            join_names(catalog::sort_keys())));
}

// The use case of that name; "-" and spaces are "_".
std::string use_case(catalog::Catalog& catalog, std::string name) {
  std::ranges::replace_if(
      name, [](char c) { return c == '-' || c == ' '; }, '_');
  std::vector<std::string> names;
  for (const auto& row : catalog::use_cases(catalog)) names.push_back(row.name);
  if (std::ranges::find(names, name) != names.end()) return name;
  const auto near = near_names(name, names);
  throw Error(ErrorKind::usage, fmt::format("unknown use case '{}'; there are {}", name,
                                            join_names(near.empty() ? names : near)));
}

// What lies on this machine and has no operator that this engine cannot run.
std::vector<std::string> runnable_digests(catalog::Catalog& catalog) {
  std::vector<std::string> digests;
  for (const auto& stored : catalog::stored_files(catalog)) {
    try {
      const MappedFile file(stored.path);
      const auto read = inspector::read_graph(file.bytes(), stored.path.string());
      if (runtime::unsupported_nodes(read.graph).empty()) digests.push_back(stored.sha256);
    } catch (const Error&) {
      continue;  // gone, or no single model: nothing that runs
    }
  }
  return digests;
}

catalog::SearchQuery query_of(catalog::Catalog& catalog, const SearchOptions& options) {
  constexpr double kMillion = 1e6;
  constexpr double kMostMillions = 1e9;
  catalog::SearchQuery query = options.query;
  for (const auto& word : options.words) query.text += (query.text.empty() ? "" : " ") + word;
  if (!options.max_size.empty()) query.max_size = parse_bytes(options.max_size);
  if (options.max_parameters_millions > 0) {
    query.max_parameters = static_cast<std::uint64_t>(
        std::min(options.max_parameters_millions, kMostMillions) * kMillion);
  }
  if (!options.format.empty()) query.format = artifact_format(options.format);
  if (!options.sort.empty()) query.sort = sort_key(options.sort);
  if (options.fetched) query.fetched = true;
  if (options.starter) query.starter = true;
  if (options.has_accuracy) query.has_accuracy = true;
  if (options.measured) query.measured_here = true;
  if (options.runnable) query.digests = runnable_digests(catalog);
  if (!options.example.empty()) query.use_case = use_case(catalog, options.example.front());
  query.max_latency = frame_budget(options);
  query.device = runtime::this_device().fingerprint;
  return query;
}

nlohmann::ordered_json to_document(const catalog::SearchResult& result) {
  nlohmann::ordered_json document;
  auto& rows = document["artifacts"] = nlohmann::ordered_json::array();
  for (const auto& row : result.rows) rows.push_back(search_row_document(row));
  document["more"] = result.more;
  document["next"] = result.more ? nlohmann::ordered_json(result.rows.back().artifact) : nullptr;
  document["suggestions"] = result.suggestions;
  auto& unknown = document["unknown"] = nlohmann::ordered_json::array();
  for (const auto& row : result.unknown) {
    unknown.push_back({{"filter", row.filter}, {"value", row.value}, {"near", row.near}});
  }
  return document;
}

// What fits but for its size; a size that is not known is no small one.
void print_any_size(const Context& context, catalog::Catalog& catalog, catalog::SearchQuery query) {
  query.max_size.reset();
  query.limit = 3;
  const auto result = catalog::search(catalog, query);
  if (result.rows.empty()) return;
  std::vector<std::string> names;
  for (const auto& row : result.rows) {
    names.push_back(fmt::format("{} ({})", escape_for_terminal(row.artifact),
                                row.size ? to_text(*row.size) : "size not known"));
  }
  context.note(
      fmt::format("without --max-size: {}{}", join_names(names), result.more ? ", and more" : ""));
}

void print_nothing(const Context& context, catalog::Catalog& catalog,
                   const catalog::SearchQuery& query, const catalog::SearchResult& result) {
  for (const auto& row : result.unknown) {
    context.note(
        fmt::format("no {} is called '{}'{}", row.filter, escape_for_terminal(row.value),
                    row.near.empty() ? "" : "; did you mean " + join_names(row.near) + "?"));
  }
  const auto names = join_names(result.suggestions);
  const std::string advice = !names.empty()       ? "did you mean " + names + "?"
                             : query.text.empty() ? "loosen a filter"
                                                  : "leave out a word or a filter";
  context.note("nothing in the catalog fits; " + advice);
  if (query.max_size) print_any_size(context, catalog, query);
}

void search_facets(Context& context, catalog::Catalog& catalog, const catalog::SearchQuery& query,
                   const nlohmann::ordered_json& read_as) {
  const auto facets = catalog::facets(
      catalog, query, query.digests ? query.digests : std::optional(runnable_digests(catalog)));
  if (context.json) {
    auto document = facets_document(facets);
    document["read_as"] = read_as;
    return print_json(context, document);
  }
  print_facets(context, facets);
}

void list_use_cases(const Context& context, catalog::Catalog& catalog) {
  const auto cases = catalog::use_cases(catalog);
  if (!context.json) return print_use_cases(context, cases);
  auto rows = nlohmann::ordered_json::array();
  for (const auto& row : cases) {
    rows.push_back({{"name", row.name}, {"input", row.input}, {"artifacts", row.artifacts}});
  }
  print_json(context, {{"use_cases", rows}});
}

// As it would be written with options: "audio classifier --license permissive".
std::string as_written(const catalog::Reading& reading) {
  std::vector<std::string> parts = reading.options;
  if (!reading.query.text.empty()) parts.insert(parts.begin(), reading.query.text);
  return fmt::format("{}", fmt::join(parts, " "));
}

void search(Context& context, const SearchOptions& options) {
  auto catalog = open_catalog();
  if (options.browses_examples && options.example.empty()) return list_use_cases(context, catalog);
  auto query = query_of(catalog, options);
  const auto reading = catalog::understood(catalog, query);
  if (reading) {
    query = reading->query;
    context.note("no model has all these words; read as: " +
                 escape_for_terminal(as_written(*reading)));
  }
  const auto read_as = reading ? nlohmann::ordered_json(as_written(*reading)) : nullptr;
  if (options.facets) return search_facets(context, catalog, query, read_as);
  const auto result = catalog::search(catalog, query);
  if (result.rows.empty()) context.result = ExitCode::none_satisfies;
  if (context.json) {
    auto document = to_document(result);
    document["read_as"] = read_as;
    if (query.max_latency) document["frame_budget_ns"] = query.max_latency->count();
    return print_json(context, document);
  }
  if (options.csv) return print_search_csv(context, result);
  if (result.rows.empty()) return print_nothing(context, catalog, query, result);
  print_search_rows(context, result, query.max_latency);
}

void add_filters(CLI::App& command, SearchOptions& options) {
  auto& query = options.query;
  command.add_option("words", options.words,
                     "Words in names, tasks and descriptions, or a question");
  command.add_option("--domain", query.domain, "image, audio, text, video, ...");
  command.add_option("--task", query.task, "Task: id, display name or synonym");
  command.add_option("--input", query.input,
                     "What is fed to the model: image, audio, text, video, sensor, ...; video "
                     "includes models that take single images");
  command
      .add_option("--fps", options.fps,
                  "Frames a second of the input: leaves out what was measured slower here")
      ->check(CLI::Range(0.001, 1e6));
  command.add_option("--license", query.license,
                     "SPDX identifier, or permissive, copyleft, non-commercial, unknown");
  command.add_option("--publisher", query.publisher, "Publisher");
  command.add_option("--architecture", query.architecture, "Architecture");
  command.add_option("--dataset", query.dataset, "What it was trained on");
  command.add_option("--language", query.language, "Language: en, de, ...");
  command.add_option("--hub", query.hub, "Where it can be had from: tfhub, hf, npm, https, ...");
  command.add_option("--max-size", options.max_size, "Largest file: 4MB");
  command
      .add_option("--max-parameters", options.max_parameters_millions,
                  "Most parameters, in millions; counted in the file or as published")
      ->check(CLI::PositiveNumber);
  command.add_option("--precision", query.precision, "float32, float16, int8, ...");
  command.add_option("--format", options.format, "tflite, task_bundle, saved_model, other")
      ->check(CLI::IsMember({"tflite", "task_bundle", "saved_model", "other"}));
  command.add_flag("--has-accuracy", options.has_accuracy, "Only with a published accuracy");
  command.add_flag("--fetched", options.fetched, "Only what is on this machine");
  command.add_flag("--runnable", options.runnable,
                   "Only what is on this machine and has only operators that run here");
  command.add_flag("--measured", options.measured, "Only what was measured on this device");
  command.add_flag("--starter", options.starter, "Only the starter zoo");
}

}  // namespace

void add_search(CLI::App& command, Context& context) {
  auto options = std::make_shared<SearchOptions>();
  add_filters(command, *options);
  auto* example = command.add_option("--example", options->example,
                                     "Models of TensorFlow Lite's example apps for a use case; "
                                     "without one: the use cases");
  example->expected(0, 1);
  command.add_option("--sort", options->sort,
                     "relevance, size, name, model, task, license, precision, format, publisher, "
                     "architecture, dataset, here");
  command.add_flag("--descending", options->query.descending, "Largest or last first");
  command.add_option("--limit", options->query.limit, "Most rows; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command.add_option("--after", options->query.after,
                     "The next page: what follows this artifact in the same order");
  command.add_flag("--facets", options->facets,
                   "Count what fits by domain, task, licence, size, ... instead of listing it");
  command.add_flag("--csv", options->csv, "Print comma-separated values");
  add_common_options(command, context);
  command.callback([&context, options, example] {
    options->browses_examples = example->count() > 0;
    std::erase(options->example, std::string());
    search(context, *options);
  });
}

}  // namespace litezoo::cli
