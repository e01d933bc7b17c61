#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/stats.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "inspector/inspect.h"

namespace litezoo::cli {
namespace {

void print_stats(const Context& context) {
  auto catalog = open_catalog();
  const catalog::Stats stats = catalog::stats(catalog);
  if (context.json) {
    nlohmann::ordered_json document{{"path", catalog.path().string()},
                                    {"catalog_schema_version", stats.schema_version},
                                    {"file_bytes", stats.file_size.count},
                                    {"models", stats.models},
                                    {"artifacts", stats.artifacts},
                                    {"starter", stats.starter},
                                    {"fetched", stats.fetched},
                                    {"fetched_bytes", stats.fetched_bytes.count},
                                    {"inspections", stats.inspections},
                                    {"measurements", stats.measurements},
                                    {"claims", stats.claims},
                                    {"devices", stats.devices},
                                    {"tasks", stats.tasks},
                                    {"artifacts_of_task", stats.artifacts_of_task}};
    return print_json(context, document);
  }
  context.out << fmt::format(
      "catalog       {} ({})\n"
      "models        {} with {} artifacts, {} of them the starter zoo\n"
      "fetched       {} files, {}\n"
      "inspections   {}\n"
      "measurements  {} on {} device{}\n"
      "claims        {}\n\n",
      catalog.path().string(), to_text(stats.file_size), stats.models, stats.artifacts,
      stats.starter, stats.fetched, to_text(stats.fetched_bytes), stats.inspections,
      stats.measurements, stats.devices, stats.devices == 1 ? "" : "s", stats.claims);
  Table table({{"task"}, {"artifacts", Align::right}});
  for (const auto& [task, count] : stats.artifacts_of_task) {
    table.add({task, std::to_string(count)});
  }
  table.print(context);
}

struct AddOptions {
  std::string file, name, task, license, publisher, label;
  std::vector<std::string> domains;
};

// A name goes on standing for the same bytes, or for the same file of the user's.
void require_free(catalog::Catalog& catalog, const std::string& name, const std::string& sha256,
                  const std::filesystem::path& path) {
  for (const auto& [model, artifact, file] : catalog::artifacts_of_model(catalog, name)) {
    const bool same_file = artifact.references == std::vector<std::string>{path.string()};
    if (artifact.name == name && (artifact.sha256 == sha256 || same_file)) return;
  }
  if (!catalog::find_model(catalog, name) && !catalog::has_artifact(catalog, name)) return;
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is the name of another model already; give one with --name", name));
}

// A file of the user's own becomes an artifact, used where it lies.
void add_file(const Context& context, const AddOptions& options) {
  auto catalog = open_catalog();
  const auto path = std::filesystem::absolute(options.file).lexically_normal();
  const MappedFile file(path);
  Inspection inspection = inspector::inspect(file.bytes(), options.file);
  inspection.sha256 = sha256_of(file.bytes());
  const Task task = options.task.empty() ? Task{} : catalog::find_task(catalog, options.task);
  const std::string name = options.name.empty() ? "local/" + path.stem().string() : options.name;
  require_free(catalog, name, inspection.sha256, path);
  catalog::put_model(catalog,
                     {.name = name,
                      .publisher = options.publisher,
                      .task = task.id,
                      .domains = options.domains.empty() ? task.domains : options.domains,
                      .description = options.label,
                      .license = options.license,
                      .source = options.label.empty() ? "added by the user"
                                                      : "added by the user as " + options.label});
  catalog::put_artifact(catalog, {.name = name,
                                  .model = name,
                                  .references = {path.string()},
                                  .sha256 = inspection.sha256,
                                  .size = Bytes{file.bytes().size()},
                                  .precision = inspection.precision});
  catalog::record_fetched(catalog, name,
                          {.sha256 = inspection.sha256, .size = inspection.size, .path = path});
  catalog::put_inspection(catalog, inspection);
  if (context.json) {
    return print_json(context, {{"name", name}, {"sha256", inspection.sha256}});
  }
  context.out << fmt::format("added {} ({}, {})\n", name, to_text(inspection.size),
                             inspection.precision);
}

}  // namespace

void add_catalog(CLI::App& command, Context& context) {
  command.require_subcommand(1);
  auto* stats = command.add_subcommand("stats", "What the catalog holds");
  stats->footer("Example:\n  litezoo catalog stats --json");
  add_common_options(*stats, context);
  stats->callback([&context] { print_stats(context); });

  auto options = std::make_shared<AddOptions>();
  auto* add = command.add_subcommand("add", "Enter a model file of your own");
  add->footer("Example:\n  litezoo catalog add model.tflite --task image-classification");
  add->add_option("file", options->file, "A .tflite file; it stays where it is")->required();
  add->add_option("--name", options->name, "Name in the catalog (local/FILE)");
  add->add_option("--task", options->task, "Task: id, display name or synonym");
  add->add_option("--domain", options->domains, "Domain, instead of the task's");
  add->add_option("--license", options->license, "SPDX identifier");
  add->add_option("--publisher", options->publisher, "Publisher");
  add->add_option("--label", options->label, "What to call it: \"synthetic\"");
  add_common_options(*add, context);
  add->callback([&context, options] { add_file(context, *options); });
  add_catalog_upkeep(command, context);
}

}  // namespace litezoo::cli
