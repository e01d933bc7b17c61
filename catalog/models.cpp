#include "catalog/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "catalog/document.h"
#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

constexpr std::size_t kMatchesShown = 8;
constexpr std::size_t kShortestBareDigest = 8;

const std::string kIdsOfTerm =
    fmt::format("SELECT rowid & {} FROM artifact_text WHERE artifact_text MATCH ?", kIdMask);

std::string select_entries(std::string_view rest) {
  return fmt::format("SELECT {} FROM {} {}", kEntryColumns, kEntryTables, rest);
}

template <typename... Values>
std::vector<Entry> entries(Store& store, std::string_view rest, const Values&... values) {
  std::vector<Entry> result;
  Query query = store.query(select_entries(rest));
  query.with(values...);
  while (query.step()) result.push_back(read_entry(query));
  return result;
}

bool is_hexadecimal(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// First text after all that begin with `prefix`, which ends in a hexadecimal digit.
std::string after_prefix(std::string prefix) {
  ++prefix.back();
  return prefix;
}

std::vector<Entry> with_digest_prefix(Store& store, const std::string& prefix) {
  return entries(store, "WHERE a.sha256 >= ?1 AND a.sha256 < ?2 AND a.sha256 <> '' ORDER BY a.name",
                 prefix, after_prefix(prefix));
}

std::string pattern_of(std::string_view part) {
  std::string pattern(1, '%');
  for (const char c : part) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  pattern += '%';
  return pattern;
}

[[noreturn]] void throw_ambiguous(std::string_view reference, const std::vector<Entry>& matches) {
  std::vector<std::string> names;
  for (const auto& entry : matches) {
    if (names.size() == kMatchesShown) break;
    names.push_back(fmt::format("'{}'", escape_for_terminal(entry.artifact.name)));
  }
  throw Error(ErrorKind::usage,
              fmt::format("'{}' fits {} artifacts: {}{}; give the full name",
                          escape_for_terminal(reference), matches.size(), fmt::join(names, ", "),
                          matches.size() > names.size() ? ", ..." : ""));
}

[[noreturn]] void throw_no_artifact(Store& store, std::string_view reference) {
  std::vector<std::string> names;
  Query query = store.query("SELECT name FROM artifact ORDER BY id LIMIT 20000");
  while (query.step()) names.push_back(query.text(0));
  const auto near = near_names(reference, names);
  throw Error(ErrorKind::not_found,
              fmt::format("no artifact '{}' in the catalog; {}", escape_for_terminal(reference),
                          near.empty() ? "see `litezoo search`"
                                       : "did you mean " + join_names(near) + "?"));
}

// Several artifacts with the same bytes are one answer: the first by name.
bool all_same_bytes(const std::vector<Entry>& matches) {
  return std::ranges::all_of(matches, [&](const Entry& entry) {
    return entry.artifact.sha256 == matches.front().artifact.sha256;
  });
}

Entry find_by_digest(Store& store, std::string_view reference, const std::string& prefix) {
  auto matches = with_digest_prefix(store, prefix);
  if (matches.empty()) throw_no_artifact(store, reference);
  if (!all_same_bytes(matches)) throw_ambiguous(reference, matches);
  return std::move(matches.front());
}

Entry find_in(Store& store, std::string_view reference) {
  constexpr std::string_view kDigestPrefix = "sha256:";
  if (reference.starts_with(kDigestPrefix)) {
    const std::string prefix = to_lower(reference.substr(kDigestPrefix.size()));
    if (!is_hexadecimal(prefix)) {
      throw Error(ErrorKind::usage, fmt::format("'{}' is not 'sha256:' and hexadecimal digits",
                                                escape_for_terminal(reference)));
    }
    return find_by_digest(store, reference, prefix);
  }
  for (const std::string_view rule : {"WHERE a.name = ?", "WHERE m.name = ? ORDER BY a.name"}) {
    auto exact = entries(store, rule, reference);
    if (exact.size() == 1) return std::move(exact.front());
    if (exact.size() > 1) throw_ambiguous(reference, exact);
  }
  if (reference.size() >= kShortestBareDigest && is_hexadecimal(reference)) {
    auto matches = with_digest_prefix(store, std::string(reference));
    if (!matches.empty()) return find_by_digest(store, reference, std::string(reference));
  }
  auto matches = reference.empty()
                     ? std::vector<Entry>()
                     : entries(store, "WHERE a.name LIKE ? ESCAPE '\\' ORDER BY a.name LIMIT 1000",
                               pattern_of(reference));
  if (matches.empty()) throw_no_artifact(store, reference);
  if (matches.size() > 1) throw_ambiguous(reference, matches);
  return std::move(matches.front());
}

// The artifact gets the digest it was fetched with; a different known one is a refusal.
void pin_artifact(Store& store, std::string_view artifact, const StoredFile& file) {
  Query query = store.query("SELECT id, sha256, size IS NULL FROM artifact WHERE name = ?");
  if (!query.with(artifact).step()) throw_no_artifact(store, artifact);
  const std::int64_t id = query.integer(0);
  const std::string known = query.text(1);
  if (!known.empty() && known != file.sha256) {
    throw Error(ErrorKind::corrupt,
                fmt::format("'{}' should have SHA-256 {}, got {}; fetch it again",
                            escape_for_terminal(artifact), known, file.sha256));
  }
  if (!known.empty() && query.integer(2) == 0) return;
  forget_artifact(store, id);
  store.query("UPDATE artifact SET sha256 = ?2, size = coalesce(size, ?3) WHERE id = ?1")
      .with(id, file.sha256, std::optional<Bytes>(file.size))
      .run();
  add_artifact(store, id);
}

StoredFile read_file_row(const Query& query) {
  return {.sha256 = query.text(0),
          .size = query.size(1).value_or(Bytes{}),
          .path = query.text(2),
          .fetched_at = query.text(3)};
}

}  // namespace

void put_model(Catalog& catalog, const Model& model) {
  Store& store = catalog.store();
  store.write([&] { write_model(store, model, Origin::user); });
}

void put_artifact(Catalog& catalog, const Artifact& artifact) {
  Store& store = catalog.store();
  store.write([&] { write_artifact(store, artifact, Origin::user); });
}

std::optional<Model> find_model(Catalog& catalog, std::string_view name) {
  Store& store = catalog.store();
  return store.read([&]() -> std::optional<Model> {
    Query query = store.query(fmt::format("{} WHERE m.name = ?", kModelSelect));
    if (!query.with(name).step()) return std::nullopt;
    return read_model(query);
  });
}

bool has_artifact(Catalog& catalog, std::string_view name) {
  Store& store = catalog.store();
  return store.read(
      [&] { return store.query("SELECT 1 FROM artifact WHERE name = ?").with(name).step(); });
}

Entry find_artifact(Catalog& catalog, std::string_view reference) {
  Store& store = catalog.store();
  return store.read([&] { return find_in(store, reference); });
}

std::vector<Entry> artifacts_of_task(Catalog& catalog, std::string_view task) {
  const std::string id = find_task(catalog, task).id;
  Store& store = catalog.store();
  return store.read([&] {
    return entries(store,
                   fmt::format("WHERE a.id IN ({}) AND a.task_id = (SELECT id FROM task WHERE "
                               "name = ?) ORDER BY a.place",
                               kIdsOfTerm),
                   match_of(facet_term(FacetKind::task, id)), id);
  });
}

std::vector<Entry> all_artifacts(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] { return entries(store, "ORDER BY a.place"); });
}

std::vector<Entry> artifacts_of_model(Catalog& catalog, std::string_view model) {
  Store& store = catalog.store();
  return store.read([&] { return entries(store, "WHERE m.name = ? ORDER BY a.place", model); });
}

std::vector<Entry> starter_artifacts(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    return entries(store, fmt::format("WHERE a.id IN ({}) ORDER BY a.place", kIdsOfTerm),
                   match_of(kStarterTerm));
  });
}

std::vector<Entry> artifacts_with_digest(Catalog& catalog, std::string_view sha256) {
  Store& store = catalog.store();
  return store.read([&] {
    return entries(store, "WHERE a.sha256 = ? AND a.sha256 <> '' ORDER BY a.name", sha256);
  });
}

void record_fetched(Catalog& catalog, std::string_view artifact, const StoredFile& file) {
  require_digest(file.sha256, file.path.string());
  Store& store = catalog.store();
  store.write([&] {
    if (!artifact.empty()) pin_artifact(store, artifact, file);
    store
        .query(
            "INSERT INTO stored_file(sha256, size, path, fetched_at) VALUES(?, ?, ?, ?) "
            "ON CONFLICT(sha256) DO UPDATE SET size = excluded.size, path = excluded.path, "
            "fetched_at = excluded.fetched_at")
        .with(file.sha256, std::optional<Bytes>(file.size), file.path.string(),
              file.fetched_at.empty() ? timestamp() : file.fetched_at)
        .run();
  });
}

std::optional<StoredFile> find_file(Catalog& catalog, std::string_view sha256) {
  Store& store = catalog.store();
  return store.read([&]() -> std::optional<StoredFile> {
    Query query =
        store.query("SELECT sha256, size, path, fetched_at FROM stored_file WHERE sha256 = ?");
    if (!query.with(sha256).step()) return std::nullopt;
    return read_file_row(query);
  });
}

std::vector<StoredFile> stored_files(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<StoredFile> files;
    Query query =
        store.query("SELECT sha256, size, path, fetched_at FROM stored_file ORDER BY sha256");
    while (query.step()) files.push_back(read_file_row(query));
    return files;
  });
}

void forget_file(Catalog& catalog, std::string_view sha256) {
  Store& store = catalog.store();
  store.write([&] { store.query("DELETE FROM stored_file WHERE sha256 = ?").with(sha256).run(); });
}

}  // namespace litezoo::catalog
