#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "catalog/bundle.h"
#include "catalog/provenance.h"
#include "catalog/upkeep.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/workspace.h"

namespace litezoo::cli {
namespace {

using nlohmann::ordered_json;

struct BundleOptions {
  std::string file = "-";
  catalog::ExportOptions what;
};

ordered_json counts_document(const catalog::BundleCounts& counts) {
  return {{"tasks", counts.tasks},
          {"models", counts.models},
          {"artifacts", counts.artifacts},
          {"claims", counts.claims},
          {"devices", counts.devices},
          {"inspections", counts.inspections},
          {"measurements", counts.measurements}};
}

std::string counts_text(const catalog::BundleCounts& counts) {
  return fmt::format(
      "{} models, {} artifacts, {} claims, {} inspections, {} measurements on {} "
      "devices",
      counts.models, counts.artifacts, counts.claims, counts.inspections, counts.measurements,
      counts.devices);
}

// A bundle that is cut off by a full disk must not be taken for one: it is named when it is whole.
catalog::BundleCounts export_to_file(catalog::Catalog& catalog, const BundleOptions& options) {
  const std::filesystem::path target = std::filesystem::absolute(options.file);
  TemporaryFile file(target.parent_path());
  std::ofstream out(file.path(), std::ios::binary);
  const auto counts = catalog::export_bundle(catalog, out, options.what);
  out.close();
  if (!out) throw Error(ErrorKind::io, "cannot write '" + options.file + "'; is the disk full?");
  file.publish(target);
  return counts;
}

void export_to(const Context& context, const BundleOptions& options) {
  auto catalog = open_catalog();
  if (options.file == "-") {
    const auto counts = catalog::export_bundle(catalog, context.out, options.what);
    return context.note("exported " + counts_text(counts));
  }
  const auto counts = export_to_file(catalog, options);
  if (context.json) {
    return print_json(context, {{"file", options.file}, {"exported", counts_document(counts)}});
  }
  context.out << fmt::format("exported {} to {}\n", counts_text(counts),
                             escape_for_terminal(options.file));
}

void import_from(const Context& context, const std::string& name) {
  std::ifstream file;
  if (name != "-") {
    file.open(name, std::ios::binary);
    if (!file)
      throw Error(ErrorKind::not_found, "cannot open bundle '" + name + "'; check the path");
  }
  auto catalog = open_catalog();
  const auto result = catalog::import_bundle(catalog, name == "-" ? std::cin : file);
  if (context.json) {
    return print_json(context, {{"repeated", result.repeated},
                                {"read", counts_document(result.read)},
                                {"added", counts_document(result.added)}});
  }
  context.out << fmt::format("read   {}\nadded  {}\n", counts_text(result.read),
                             counts_text(result.added));
  if (result.repeated) context.note("this very bundle had been imported before");
}

void verify(Context& context) {
  auto catalog = open_catalog();
  const auto problems = catalog::verify(catalog);
  if (!problems.empty()) context.result = ExitCode::integrity;
  if (context.json) {
    return print_json(context, {{"whole", problems.empty()}, {"problems", problems}});
  }
  for (const auto& problem : problems) context.out << problem << '\n';
  if (problems.empty()) context.out << "the catalog is whole\n";
}

void back_up(const Context& context, const std::string& target) {
  auto catalog = open_catalog();
  catalog::back_up(catalog, target);
  if (context.json) return print_json(context, {{"backup", target}});
  context.out << fmt::format("backed up to {}\n", escape_for_terminal(target));
}

void compact(const Context& context) {
  auto catalog = open_catalog();
  const auto sizes = catalog::compact(catalog);
  if (context.json) {
    return print_json(context,
                      {{"before_bytes", sizes.before.count}, {"after_bytes", sizes.after.count}});
  }
  context.out << fmt::format("{} -> {}\n", to_text(sizes.before), to_text(sizes.after));
}

void print_provenance(const Context& context) {
  auto catalog = open_catalog();
  const auto entries = catalog::provenance(catalog);
  if (!context.json) {
    Table table({{"at"},
                 {"kind"},
                 {"label"},
                 {"models", Align::right},
                 {"artifacts", Align::right},
                 {"claims", Align::right},
                 {"measurements", Align::right},
                 {"digest"},
                 {"chain"}});
    for (const auto& entry : entries) {
      table.add({entry.at, entry.kind, entry.label, std::to_string(entry.models),
                 std::to_string(entry.artifacts), std::to_string(entry.claims),
                 std::to_string(entry.measurements), entry.digest.substr(0, 12),
                 entry.chain.substr(0, 12)});
    }
    return table.print(context);
  }
  auto rows = ordered_json::array();
  for (const auto& entry : entries) {
    rows.push_back({{"at", entry.at},
                    {"kind", entry.kind},
                    {"label", entry.label},
                    {"digest", entry.digest},
                    {"lines", entry.lines},
                    {"chain", entry.chain},
                    {"models", entry.models},
                    {"artifacts", entry.artifacts},
                    {"claims", entry.claims},
                    {"measurements", entry.measurements}});
  }
  print_json(context, {{"provenance", rows}});
}

CLI::App* subcommand(CLI::App& command, Context& context, const std::string& name,
                     const std::string& summary, const std::string& example) {
  auto* sub = command.add_subcommand(name, summary);
  sub->footer("Example:\n  " + example);
  add_common_options(*sub, context);
  return sub;
}

void add_bundles(CLI::App& command, Context& context) {
  auto options = std::make_shared<BundleOptions>();
  auto* out = subcommand(command, context, "export",
                         "Write what was added and measured here as a bundle (JSON lines)",
                         "litezoo catalog export bench3.jsonl --label \"lab bench 3\"");
  out->add_option("file", options->file, "Where to; - = stdout")->capture_default_str();
  out->add_option("--label", options->what.label, "Who made it; kept by whoever imports it");
  out->add_flag("--all", options->what.everything, "Also what ships with Litezoo");
  out->callback([&context, options] { export_to(context, *options); });

  auto file = std::make_shared<std::string>();
  auto* in = subcommand(command, context, "import",
                        "Merge a bundle: adds what is new, fills gaps, overrides nothing",
                        "litezoo catalog import bench3.jsonl");
  in->add_option("file", *file, "A bundle; - = stdin")->required();
  in->callback([&context, file] { import_from(context, *file); });

  subcommand(command, context, "provenance", "What came from where, with its chain of digests",
             "litezoo catalog provenance --json")
      ->callback([&context] { print_provenance(context); });
}

}  // namespace

void add_catalog_upkeep(CLI::App& command, Context& context) {
  add_bundles(command, context);
  subcommand(command, context, "verify", "Check the catalog's pages, references, text and files",
             "litezoo catalog verify && echo whole")
      ->callback([&context] { verify(context); });
  auto target = std::make_shared<std::string>();
  auto* backup = subcommand(command, context, "backup", "Copy the catalog while it is in use",
                            "litezoo catalog backup /mnt/backup/catalog.db");
  backup->add_option("file", *target, "A new file")->required();
  backup->callback([&context, target] { back_up(context, *target); });
  subcommand(command, context, "compact", "Give unused space back and merge the full text",
             "litezoo catalog compact")
      ->callback([&context] { compact(context); });
}

}  // namespace litezoo::cli
