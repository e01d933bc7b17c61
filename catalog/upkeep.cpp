#include "catalog/upkeep.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>

#include "base/file.h"
#include "base/text.h"
#include "catalog/provenance.h"
#include "catalog/rows.h"
#include "catalog/store.h"
#include "catalog/terms.h"

namespace litezoo::catalog {
namespace {

std::set<std::string> schema_of(Store& store) {
  std::set<std::string> names;
  Query query = store.query(
      "SELECT format('%s ''%s''', type, name) FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*'");
  while (query.step()) names.insert(query.text(0));
  return names;
}

// Tables, views and indexes that a new catalog has and this one lacks.
void check_schema(Store& store, std::vector<std::string>& problems) {
  Store whole(":memory:", {});
  const auto wanted = schema_of(whole);
  const auto found = schema_of(store);
  std::vector<std::string> missing;
  std::ranges::set_difference(wanted, found, std::back_inserter(missing));
  for (const auto& name : missing) {
    problems.push_back(
        fmt::format("{} is missing; restore a backup, or move the catalog away", name));
  }
}

void check_pages(Store& store, std::vector<std::string>& problems) {
  Query query = store.query("PRAGMA integrity_check(20)");
  while (query.step()) {
    if (query.text(0) != "ok") {
      problems.push_back(query.text(0) + "; restore a backup, or move the catalog away");
    }
  }
}

void check_references(Store& store, std::vector<std::string>& problems) {
  Query query = store.query("PRAGMA foreign_key_check");
  while (query.step()) {
    problems.push_back(
        fmt::format("a row of table '{}' refers to a missing row of '{}'; restore "
                    "a backup, or move the catalog away",
                    query.text(0), query.text(2)));
  }
}

void check_full_text(Store& store, std::vector<std::string>& problems) {
  try {
    store.read([&] {
      store.execute("INSERT INTO artifact_text(artifact_text, rank) VALUES('integrity-check', 1)");
    });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    problems.emplace_back("the full text does not fit the rows; compact the catalog");
  }
}

void check_files(Store& store, std::vector<std::string>& problems) {
  Query query = store.query("SELECT sha256, size, path FROM stored_file ORDER BY path");
  while (query.step()) {
    const std::string path = query.text(2);
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    if (failure) {
      problems.push_back(fmt::format("file '{}' is noted but {}; fetch sha256:{} again",
                                     escape_for_terminal(path), failure.message(), query.text(0)));
    } else if (Bytes{size} != query.size(1)) {
      problems.push_back(fmt::format("file '{}' has {} bytes instead of {}; fetch sha256:{} again",
                                     escape_for_terminal(path), size, query.integer(1),
                                     query.text(0)));
    }
  }
}

Bytes size_of(Store& store) {
  Query query = store.query(kSizeQuery);
  return query.step() ? query.size(0).value_or(Bytes{}) : Bytes{};
}

}  // namespace

std::vector<std::string> verify(Catalog& catalog) {
  Store& store = catalog.store();
  std::vector<std::string> problems;
  store.read([&] {
    check_schema(store, problems);
    check_pages(store, problems);
    if (!problems.empty()) return;  // the other checks need whole tables
    check_references(store, problems);
    check_full_text(store, problems);
    std::ranges::move(check_provenance(store), std::back_inserter(problems));
    check_files(store, problems);
  });
  return problems;
}

void back_up(Catalog& catalog, const std::filesystem::path& target) {
  std::error_code failure;
  if (std::filesystem::exists(target, failure)) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' exists; name a new file for the backup", target.string()));
  }
  std::filesystem::create_directories(std::filesystem::absolute(target).parent_path(), failure);
  Store& store = catalog.store();
  store.read([&] { store.query("VACUUM INTO ?").with(target.string()).run(); });
}

Compaction compact(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    Compaction result{.before = size_of(store), .after = {}};
    store.write([&] {
      store.execute("INSERT INTO artifact_text(artifact_text) VALUES('delete-all')");
      store.execute(
          "INSERT INTO artifact_text(rowid, words) "
          "SELECT place, words FROM artifact_document ORDER BY place");
      store.execute("INSERT INTO artifact_text(artifact_text) VALUES('optimize')");
      store.execute("DELETE FROM term");
      note_all_terms(store);
    });
    store.execute("VACUUM");
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    result.after = size_of(store);
    return result;
  });
}

}  // namespace litezoo::catalog
