#include "catalog/provenance.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "catalog/store.h"

namespace litezoo::catalog {
namespace {

constexpr std::string_view kSelect =
    "SELECT kind, label, digest, at, lines, chain, id FROM provenance ORDER BY id";

Provenance read(const Query& query) {
  return {.kind = query.text(0),
          .label = query.text(1),
          .digest = query.text(2),
          .at = query.text(3),
          .lines = static_cast<std::uint64_t>(query.integer(4)),
          .chain = query.text(5)};
}

std::string chained(const std::string& before, const Provenance& entry) {
  return sha256_of(as_bytes(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", before, entry.kind, entry.label,
                                        entry.digest, entry.at, entry.lines)));
}

std::uint64_t rows_of(Store& store, std::string_view table, std::int64_t id) {
  Query query = store.query(fmt::format("SELECT count(*) FROM {} WHERE provenance_id = ?", table));
  return query.with(id).step() ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

}  // namespace

std::vector<Provenance> provenance(Catalog& catalog) {
  Store& store = catalog.store();
  return store.read([&] {
    std::vector<Provenance> entries;
    Query query = store.query(kSelect);
    while (query.step()) {
      Provenance entry = read(query);
      const std::int64_t id = query.integer(6);
      entry.models = rows_of(store, "model", id);
      entry.artifacts = rows_of(store, "artifact", id);
      entry.claims = rows_of(store, "claim", id);
      entry.measurements = rows_of(store, "measurement", id);
      entries.push_back(std::move(entry));
    }
    return entries;
  });
}

std::int64_t add_provenance(Store& store, std::string_view kind, std::string_view label) {
  store
      .query(
          "INSERT INTO provenance(kind, label, digest, at, lines, chain) "
          "VALUES(?, ?, '', ?, 0, '')")
      .with(kind, label, timestamp())
      .run();
  return store.last_row();
}

void close_provenance(Store& store, std::int64_t id, std::string_view digest, std::uint64_t lines) {
  store.query("UPDATE provenance SET digest = ?2, lines = ?3 WHERE id = ?1")
      .with(id, digest, static_cast<std::int64_t>(lines))
      .run();
  std::string before;
  std::string chain;
  {
    Query query = store.query(kSelect);
    while (query.step() && query.integer(6) <= id) {
      if (query.integer(6) == id) chain = chained(before, read(query));
      before = query.text(5);
    }
  }
  store.query("UPDATE provenance SET chain = ?2 WHERE id = ?1").with(id, chain).run();
}

FromEntry::FromEntry(Store& store, std::int64_t entry) : store_(store) {
  store_.set_provenance(entry);
}
FromEntry::~FromEntry() {
  store_.set_provenance(std::nullopt);
}

std::vector<std::string> check_provenance(Store& store) {
  std::vector<std::string> problems;
  std::string before;
  Query query = store.query(kSelect);
  while (query.step()) {
    const Provenance entry = read(query);
    const bool unsigned_start = entry.chain.empty() && before.empty();
    if (!unsigned_start && entry.chain != chained(before, entry)) {
      problems.push_back(fmt::format(
          "entry {} of what came from where ('{}', {}) was altered, or one before it; restore a "
          "backup",
          query.integer(6), escape_for_terminal(entry.label), entry.at));
    }
    before = entry.chain;
  }
  return problems;
}

}  // namespace litezoo::catalog
