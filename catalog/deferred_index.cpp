#include "catalog/deferred_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "catalog/document.h"
#include "catalog/terms.h"

namespace litezoo::catalog {
namespace {

// From here on making an index from sorted rows beats entering each row where it belongs.
constexpr std::uint64_t kManyRows = 16'384;
constexpr std::uint64_t kShareOfAll = 4;
// No more texts than these are kept in memory.
constexpr std::size_t kMostWaiting = 262'144;

// KiB of pages kept in memory while many rows are written, and otherwise (SQLite's default).
constexpr int kCacheWhileWriting = 196'608;
constexpr int kCache = 2'000;
// Bytes of new text gathered before it is written out; and otherwise (FTS5's default).
constexpr int kTextWhileWriting = 128 << 20;
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

}  // namespace

DeferredIndex::DeferredIndex(Store& store, Others others)
    : store_(store),
      others_(others),
      last_before_(number(store, "SELECT coalesce(max(id), 0) FROM artifact")),
      before_(static_cast<std::uint64_t>(number(store, "SELECT count(*) FROM artifact"))),
      has_inspections_(number(store, "SELECT EXISTS(SELECT 1 FROM inspection)") != 0) {
  store_.set_deferred_index(this);
}

DeferredIndex::~DeferredIndex() {
  store_.set_deferred_index(nullptr);
}

void DeferredIndex::forget(std::int64_t artifact) {
  if (!stale_.insert(artifact).second) return;
  const bool waits = artifact > last_before_;
  if (waits) return;
  Query document = store_.query("SELECT place, words FROM artifact_document WHERE id = ?");
  if (!document.with(artifact).step()) return;
  changes_.push_back(
      {.place = document.integer(0), .goes_in = false, .document = document.text(1)});
}

void DeferredIndex::added(std::int64_t place, std::string document) {
  ++added_;
  if (others_ == Others::may_go && added_ % kManyRows == 0 && dropped_.empty() &&
      added_ >= before_ / kShareOfAll) {
    drop_indexes();
  }
  note(document);
  changes_.push_back({.place = place, .goes_in = true, .document = std::move(document)});
  if (changes_.size() >= kMostWaiting) apply_changes();
}

const DeferredIndex::ModelInHand* DeferredIndex::in_hand(std::string_view model) const noexcept {
  return in_hand_ && in_hand_->model.name == model ? &*in_hand_ : nullptr;
}

const DeferredIndex::ModelInHand& DeferredIndex::take_in_hand(ModelInHand model) {
  return in_hand_.emplace(std::move(model));
}

void DeferredIndex::drop_indexes() {
  // artifact_of_model stays: it is needed meanwhile, and rows come in its order.
  Query query = store_.query(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "
      "AND tbl_name = 'artifact' AND name <> 'artifact_of_model'");
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

void DeferredIndex::apply_changes() {
  std::erase_if(changes_, [&](const Change& change) {
    return change.goes_in && stale_.contains(change.place & kIdMask);
  });
  for (const std::int64_t artifact : stale_) {
    Query document = store_.query("SELECT place, words FROM artifact_document WHERE id = ?");
    if (!document.with(artifact).step()) continue;
    changes_.push_back(
        {.place = document.integer(0), .goes_in = true, .document = document.text(1)});
    note(changes_.back().document);
  }
  // In any other order the full text would be written out for each row.
  std::ranges::sort(changes_, {},
                    [](const Change& change) { return std::pair(change.place, change.goes_in); });
  for (const auto& change : changes_) {
    Query query = store_.query(
        change.goes_in
            ? "INSERT INTO artifact_text(rowid, words) VALUES(?, ?)"
            : "INSERT INTO artifact_text(artifact_text, rowid, words) VALUES('delete', ?, ?)");
    query.with(change.place, change.document).run();
  }
  changes_.clear();
  stale_.clear();
  last_before_ = number(store_, "SELECT coalesce(max(id), 0) FROM artifact");
}

// Artifacts of one model come one after the other, and share most terms.
void DeferredIndex::note(const std::string& document) {
  for_each_new_term(document, noted_last_, [&](std::string_view term) {
    if (noted_.contains(term)) return;
    note_term(store_, term);
    noted_.emplace(term);
  });
  noted_last_ = document;
}

void DeferredIndex::finish() {
  store_.set_deferred_index(nullptr);
  restore_indexes();
  apply_changes();
  if (many_) set_memory(store_, kCache, kText);
}

}  // namespace litezoo::catalog
