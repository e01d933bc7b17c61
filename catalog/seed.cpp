#include "catalog/seed.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "catalog/deferred_index.h"
#include "catalog/provenance.h"
#include "catalog/rows.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

// One line of a table: columns are asked for by the name in the table's first line.
class TableRow {
 public:
  TableRow(const std::vector<std::string>& columns, const std::vector<std::string>& values,
           std::string where)
      : columns_(columns), values_(values), where_(std::move(where)) {}

  const std::string& operator[](std::string_view column) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i] == column) return values_[i];
    }
    throw Error(ErrorKind::corrupt, fmt::format("{} has no column '{}'", where_, column));
  }
  std::vector<std::string> list(std::string_view column) const {
    return split_list((*this)[column]);
  }
  template <typename T>
  T number(std::string_view column) const {
    const std::string& text = (*this)[column];
    T value{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure == std::errc() && end == text.data() + text.size()) return value;
    throw Error(ErrorKind::corrupt, fmt::format("{}: '{}' is not a number", where_, text));
  }

 private:
  const std::vector<std::string>& columns_;
  const std::vector<std::string>& values_;
  std::string where_;
};

void for_each_row(std::string_view table, std::string_view name,
                  const std::function<void(const TableRow&)>& use) {
  std::vector<std::string> columns;
  std::size_t line_number = 0;
  while (!table.empty()) {
    const std::size_t end = std::min(table.find('\n'), table.size());
    const std::string_view line = table.substr(0, end);
    table.remove_prefix(std::min(end + 1, table.size()));
    ++line_number;
    if (line.empty()) continue;
    const auto values = split(line, '\t');
    if (columns.empty()) {
      columns = values;
      continue;
    }
    const std::string where = fmt::format("shipped table '{}', line {}", name, line_number);
    if (values.size() != columns.size()) {
      throw Error(ErrorKind::corrupt, fmt::format("{} has {} columns instead of {}", where,
                                                  values.size(), columns.size()));
    }
    use(TableRow(columns, values, where));
  }
}

void seed_task(Store& store, const TableRow& row) {
  write_task(store,
             {.id = row["id"],
              .display_name = row["display_name"],
              .domains = row.list("domains"),
              .synonyms = row.list("synonyms")},
             Origin::shipped);
}

void seed_model(Store& store, const TableRow& row) {
  write_model(store,
              {.name = row["name"],
               .publisher = row["publisher"],
               .task = row["task"],
               .domains = row.list("domains"),
               .description = row["description"],
               .architecture = row["architecture"],
               .dataset = row["dataset"],
               .license = row["license"],
               .languages = row.list("languages"),
               .link = row["link"],
               .source = row["source"]},
              Origin::shipped);
}

void seed_artifact(Store& store, const TableRow& row) {
  Artifact artifact{.name = row["name"],
                    .model = row["model"],
                    .format = artifact_format(row["format"]),
                    .references = {},
                    .revision = row["revision"],
                    .sha256 = row["sha256"],
                    .size = std::nullopt,
                    .precision = row["precision"],
                    .starter = row["starter"] == "1"};
  if (!row["references"].empty()) artifact.references = split(row["references"], ' ');
  if (!row["size"].empty()) artifact.size = Bytes{row.number<std::uint64_t>("size")};
  write_artifact(store, artifact, Origin::shipped);
}

void seed_claim(Store& store, const TableRow& row) {
  write_claim(store,
              {.artifact_or_model = row["subject"],
               .metric = row["metric"],
               .dataset = row["dataset"],
               .split = row["split"],
               .variant = row["variant"],
               .value = row.number<double>("value"),
               .unit = row["unit"],
               .raw = row["raw"],
               .source = row["source"],
               .date = row["date"]},
              Origin::shipped);
}

void seed_example(Store& store, const TableRow& row) {
  store.query("INSERT OR IGNORE INTO example(use_case, artifact, input, source) VALUES(?, ?, ?, ?)")
      .with(row["use_case"], row["artifact"], row["input"], row["source"])
      .run();
}

constexpr std::string_view kSeedNote = "seed digest";

std::string recorded_digest(Store& store) {
  Query query = store.query("SELECT value FROM note WHERE key = ?");
  return query.with(kSeedNote).step() ? query.text(0) : std::string();
}

// Shipped rows of the release before become the user's for the time of seeding; what is still
// theirs afterwards is no longer shipped, and goes unless the user has something to do with it.
constexpr int kStale = 2;

void mark_stale(Store& store) {
  for (const std::string_view table : {"artifact", "model", "claim"}) {
    store.query(fmt::format("UPDATE {} SET origin = ? WHERE origin = ?", table))
        .with(kStale, static_cast<int>(Origin::shipped))
        .run();
  }
}

void remove_stale(Store& store) {
  std::vector<std::int64_t> gone;
  Query query = store.query(
      "SELECT id FROM artifact WHERE origin = ? AND sha256 NOT IN (SELECT sha256 FROM stored_file) "
      "AND sha256 NOT IN (SELECT sha256 FROM inspection) "
      "AND sha256 NOT IN (SELECT sha256 FROM measurement)");
  query.with(kStale);
  while (query.step()) gone.push_back(query.integer(0));
  for (const std::int64_t id : gone) {
    forget_artifact(store, id);
    store.query("DELETE FROM artifact WHERE id = ?").with(id).run();
  }
  store.query("DELETE FROM model WHERE origin = ? AND id NOT IN (SELECT model_id FROM artifact)")
      .with(kStale)
      .run();
  store.query("DELETE FROM claim WHERE origin = ?").with(kStale).run();
  for (const std::string_view table : {"artifact", "model"}) {
    store.query(fmt::format("UPDATE {} SET origin = ? WHERE origin = ?", table))
        .with(static_cast<int>(Origin::user), kStale)
        .run();
  }
}

void enter_tables(Store& store, const SeedTables& tables, std::int64_t entry) {
  const FromEntry from(store, entry);
  DeferredIndex deferred(store, DeferredIndex::Others::stay);
  for_each_row(tables.tasks, "tasks", [&](const TableRow& row) { seed_task(store, row); });
  for_each_row(tables.models, "models", [&](const TableRow& row) { seed_model(store, row); });
  for_each_row(tables.artifacts, "artifacts",
               [&](const TableRow& row) { seed_artifact(store, row); });
  for_each_row(tables.claims, "claims", [&](const TableRow& row) { seed_claim(store, row); });
  store.execute("DELETE FROM example");
  for_each_row(tables.examples, "examples", [&](const TableRow& row) { seed_example(store, row); });
  deferred.finish();
}

}  // namespace

bool seed(Catalog& catalog, const SeedTables& tables) {
  Store& store = catalog.store();
  if (store.read([&] { return recorded_digest(store); }) == tables.digest) return false;
  return store.write([&] {
    if (recorded_digest(store) == tables.digest) return false;  // another process was faster
    mark_stale(store);
    const std::int64_t entry = add_provenance(store, "seed", "shipped with Litezoo");
    enter_tables(store, tables, entry);
    remove_stale(store);
    close_provenance(store, entry, tables.digest, 0);
    store
        .query(
            "INSERT INTO note(key, value) VALUES(?, ?) "
            "ON CONFLICT(key) DO UPDATE SET value = excluded.value")
        .with(kSeedNote, tables.digest)
        .run();
    return true;
  });
}

}  // namespace litezoo::catalog
