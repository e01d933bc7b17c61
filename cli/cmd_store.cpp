#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "catalog/models.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "fetcher/store.h"

namespace litezoo::cli {
namespace {

struct Row {
  fetcher::StoredFile file;
  std::vector<std::string> names;  // of the catalog's artifacts with these bytes
};

std::vector<Row> rows_of(catalog::Catalog& catalog, const std::vector<fetcher::StoredFile>& files) {
  std::vector<Row> rows;
  for (const auto& file : files) {
    Row row{.file = file, .names = {}};
    for (const auto& entry : catalog::artifacts_with_digest(catalog, file.sha256)) {
      row.names.push_back(entry.artifact.name);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

nlohmann::ordered_json to_document(const Row& row) {
  return {{"sha256", row.file.sha256},
          {"size_bytes", row.file.size.count},
          {"path", row.file.path.string()},
          {"names", row.names}};
}

std::string names_text(const Row& row) {
  if (row.names.empty()) return "- (no entry in the catalog)";
  return row.names.size() == 1
             ? row.names.front()
             : fmt::format("{} and {} more", row.names.front(), row.names.size() - 1);
}

void print_rows(const Context& context, std::span<const Row> rows) {
  Table table({{"sha256"}, {"size", Align::right}, {"name"}});
  for (const auto& row : rows) {
    table.add({row.file.sha256.substr(0, 12), to_text(row.file.size), names_text(row)});
  }
  table.print(context);
}

Bytes sum_of(std::span<const Row> rows) {
  Bytes sum;
  for (const auto& row : rows) sum.count += row.file.size.count;
  return sum;
}

void list(const Context& context) {
  auto catalog = open_catalog();
  const fetcher::Store store(find_home().store);
  const auto rows = rows_of(catalog, store.list());
  if (context.json) {
    nlohmann::ordered_json document{{"path", store.root().string()},
                                    {"size_bytes", sum_of(rows).count}};
    auto& files = document["files"] = nlohmann::ordered_json::array();
    for (const auto& row : rows) files.push_back(to_document(row));
    return print_json(context, document);
  }
  print_rows(context, rows);
  context.out << fmt::format("{} files, {} in {}\n", rows.size(), to_text(sum_of(rows)),
                             store.root().string());
}

// What the catalog takes to be here and is not.
std::vector<Row> missing(catalog::Catalog& catalog, const fetcher::Store& store) {
  std::vector<fetcher::StoredFile> gone;
  for (const auto& file : catalog::stored_files(catalog)) {
    if (is_sha256(file.sha256) && !store.find(file.sha256)) {
      gone.push_back({.sha256 = file.sha256, .path = file.path, .size = file.size});
    }
  }
  return rows_of(catalog, gone);
}

void forget(catalog::Catalog& catalog, std::span<const Row> rows) {
  for (const auto& row : rows) catalog::forget_file(catalog, row.file.sha256);
}

void verify(Context& context, bool remove) {
  auto catalog = open_catalog();
  const fetcher::Store store(find_home().store);
  const std::size_t count = store.list().size();
  const auto damaged = rows_of(catalog, store.verify());
  const auto gone = missing(catalog, store);
  if (remove) {
    for (const auto& row : damaged) store.remove(row.file.sha256);
    forget(catalog, damaged);
    forget(catalog, gone);
  }
  if (!gone.empty()) context.result = ExitCode::environment;
  if (!damaged.empty()) context.result = ExitCode::integrity;
  if (context.json) {
    nlohmann::ordered_json document{{"files", count}, {"removed", remove ? damaged.size() : 0}};
    auto& files = document["damaged"] = nlohmann::ordered_json::array();
    for (const auto& row : damaged) files.push_back(to_document(row));
    auto& absent = document["missing"] = nlohmann::ordered_json::array();
    for (const auto& row : gone) absent.push_back(to_document(row));
    return print_json(context, document);
  }
  if (!damaged.empty()) print_rows(context, damaged);
  if (!gone.empty()) {
    context.out << "missing, though the catalog says that they are here:\n";
    print_rows(context, gone);
  }
  context.out << fmt::format("{} of {} files are what their digest says\n", count - damaged.size(),
                             count);
  if (!damaged.empty() || !gone.empty()) {
    context.note(remove
                     ? "the damaged files have been removed and the missing ones forgotten; fetch "
                       "them again"
                     : "remove the damaged files and forget the missing ones with `litezoo "
                       "store verify --remove`");
  }
}

struct GcOptions {
  std::string max_size;
  bool dry_run = false;
};

// Files that no artifact of the catalog has, then those unused longest until the rest is small
// enough.
std::vector<Row> superfluous(catalog::Catalog& catalog, const fetcher::Store& store,
                             const GcOptions& options) {
  std::vector<Row> rows = rows_of(catalog, store.list());
  std::ranges::stable_sort(rows, [&](const Row& a, const Row& b) {
    if (a.names.empty() != b.names.empty()) return a.names.empty();
    return store.last_used(a.file) < store.last_used(b.file);
  });
  Bytes left = sum_of(rows);
  const bool limited = !options.max_size.empty();
  const Bytes most = limited ? parse_bytes(options.max_size) : left;
  std::size_t count = 0;
  for (const auto& row : rows) {
    if (!row.names.empty() && left <= most) break;
    left.count -= row.file.size.count;
    ++count;
  }
  rows.resize(count);
  return rows;
}

void collect(const Context& context, const GcOptions& options) {
  constexpr auto kResumable = std::chrono::hours(24 * 7);
  auto catalog = open_catalog();
  const fetcher::Store store(find_home().store);
  const auto rows = superfluous(catalog, store, options);
  fetcher::Swept swept;
  if (!options.dry_run) {
    swept = store.sweep_partials(kResumable);
    forget(catalog, missing(catalog, store));
    for (const auto& row : rows) {
      if (!store.remove(row.file.sha256)) continue;
      catalog::forget_file(catalog, row.file.sha256);
    }
  }
  const Bytes freed{sum_of(rows).count + swept.freed.count};
  if (context.json) {
    nlohmann::ordered_json document{{"dry_run", options.dry_run},
                                    {"freed_bytes", freed.count},
                                    {"unfinished_removed", swept.partials}};
    auto& files = document["removed"] = nlohmann::ordered_json::array();
    for (const auto& row : rows) files.push_back(to_document(row));
    return print_json(context, document);
  }
  if (!rows.empty()) print_rows(context, rows);
  context.out << fmt::format("{}: {} files and {} unfinished ones, {}\n",
                             options.dry_run ? "would be removed" : "removed", rows.size(),
                             swept.partials, to_text(freed));
}

}  // namespace

void add_store(CLI::App& command, Context& context) {
  command.require_subcommand(1);
  CLI::App* list_command = command.add_subcommand("list", "The files that are here");
  list_command->footer("Example:\n  litezoo store list --json");
  add_common_options(*list_command, context);
  list_command->callback([&context] { list(context); });

  auto remove = std::make_shared<bool>(false);
  CLI::App* verify_command =
      command.add_subcommand("verify", "Read every file again and compare it with its digest");
  verify_command->footer("Example:\n  litezoo store verify --remove");
  verify_command->add_flag("--remove", *remove,
                           "Remove the files that are damaged, forget the missing ones");
  add_common_options(*verify_command, context);
  verify_command->callback([&context, remove] { verify(context, *remove); });

  auto options = std::make_shared<GcOptions>();
  CLI::App* gc_command = command.add_subcommand(
      "gc", "Remove files that the catalog does not know, and transfers nobody went on with");
  gc_command->footer("Example:\n  litezoo store gc --max-size 500MB --dry-run");
  gc_command->add_option("--max-size", options->max_size,
                         "Then those unused longest, until the store is no larger, such as 500MB");
  gc_command->add_flag("--dry-run", options->dry_run, "Only tell what would be removed");
  add_common_options(*gc_command, context);
  gc_command->callback([&context, options] { collect(context, *options); });
}

}  // namespace litezoo::cli
