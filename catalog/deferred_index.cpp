#include "catalog/deferred_index.h"

#include <fmt/format.h>

#include <set>

#include "catalog/rows.h"

namespace litezoo::catalog {
namespace {

// From here on making an index from sorted rows beats entering each row where it belongs.
constexpr std::uint64_t kManyRows = 16'384;
constexpr std::uint64_t kShareOfAll = 4;

// KiB of pages kept in memory while many rows are written, and otherwise (SQLite's default).
constexpr int kCacheWhileWriting = 131'072;
constexpr int kCache = 2'000;
// Bytes of new text gathered before it is written out; and otherwise (FTS5's default).
constexpr int kTextWhileWriting = 64 << 20;
constexpr int kText = 1 << 20;

void set_memory(Store& store, int cache, int text) {
  store.execute(fmt::format("PRAGMA cache_size = -{}", cache));
  store.execute(
      fmt::format("INSERT INTO artifact_text(artifact_text, rank) VALUES('hashsize', {})", text));
}

std::int64_t number(Store& store, std::string_view sql) {
  Query query = store.query(sql);
  return query.step() ? query.integer(0) : 0;
}

// One row for each domain of each list of domains that models have.
void fill_domain_lists(Store& store) {
  store.execute(
      "CREATE TEMP TABLE domain_list(domains TEXT, domain TEXT, PRIMARY KEY(domains, domain)) "
      "WITHOUT ROWID");
  std::set<std::string> lists;
  {
    Query query = store.query("SELECT DISTINCT domains FROM model");
    while (query.step()) lists.insert(query.text(0));
  }
  for (const auto& list : lists) {
    for (const auto& domain : split_list(list)) {
      store.query("INSERT OR IGNORE INTO temp.domain_list(domains, domain) VALUES(?, ?)")
          .with(list, domain)
          .run();
    }
  }
}

}  // namespace

DeferredIndex::DeferredIndex(Store& store, Others others)
    : store_(store),
      others_(others),
      last_before_(number(store, "SELECT coalesce(max(id), 0) FROM artifact")),
      before_(static_cast<std::uint64_t>(number(store, "SELECT count(*) FROM artifact"))) {
  store_.set_deferred_index(this);
}

DeferredIndex::~DeferredIndex() {
  store_.set_deferred_index(nullptr);
}

bool DeferredIndex::must_forget(std::int64_t artifact) {
  return artifact <= last_before_ && changed_.insert(artifact).second;
}

void DeferredIndex::added() {
  ++added_;
  if (others_ == Others::may_go && added_ % kManyRows == 0 && dropped_.empty() &&
      added_ >= before_ / kShareOfAll) {
    drop_indexes();
  }
}

void DeferredIndex::drop_indexes() {
  // artifact_of_model stays: it is needed meanwhile, and rows come in its order.
  Query query = store_.query(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "
      "AND tbl_name IN ('artifact', 'model') AND name <> 'artifact_of_model'");
  while (query.step()) dropped_.push_back({.name = query.text(0), .sql = query.text(1)});
  for (const auto& index : dropped_) store_.execute("DROP INDEX " + index.name);
  set_memory(store_, kCacheWhileWriting, kTextWhileWriting);
  many_ = true;
}

void DeferredIndex::restore_indexes() {
  for (const auto& index : dropped_) store_.execute(index.sql);
  dropped_.clear();
  added_ = 0;
}

void DeferredIndex::add_new() {
  store_
      .query(
          "INSERT INTO artifact_text(rowid, name, task, description) "
          "SELECT id, name, task, description FROM artifact_document WHERE id > ? ORDER BY id")
      .with(last_before_)
      .run();
  fill_domain_lists(store_);
  store_
      .query(
          "INSERT INTO artifact_domain(domain, order_size, artifact_id) "
          "SELECT l.domain, a.order_size, a.id FROM artifact a CROSS JOIN model m "
          "ON m.id = a.model_id CROSS JOIN temp.domain_list l ON l.domains = m.domains "
          "WHERE a.id > ? ORDER BY 1, 2, 3")
      .with(last_before_)
      .run();
  store_.execute("DROP TABLE temp.domain_list");
}

void DeferredIndex::finish() {
  store_.set_deferred_index(nullptr);
  restore_indexes();
  for (const std::int64_t artifact : changed_) add_artifact(store_, artifact);
  changed_.clear();
  add_new();
  if (many_) set_memory(store_, kCache, kText);
}

}  // namespace litezoo::catalog
