#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/nouns.h"
#include "catalog/store.h"

namespace litezoo::catalog {

// While one lives, inside a write transaction, artifacts are written without the full text and,
// when there are very many new ones, without the other indexes; both are made up for in one go, in
// the indexes' own order, at a fraction of the cost a row: now and then, and by finish(). Without
// finish() the transaction has to be rolled back.
class DeferredIndex {
 public:
  enum class Others { stay, may_go };  // the indexes that are not the text

  explicit DeferredIndex(Store& store, Others others = Others::may_go);
  DeferredIndex(const DeferredIndex&) = delete;
  DeferredIndex& operator=(const DeferredIndex&) = delete;
  ~DeferredIndex();

  // Called for an artifact whose text is about to change, while it still reads as it did.
  void forget(std::int64_t artifact);

  // A new artifact was written; its place and text, as artifact_document has them.
  void added(std::int64_t place, std::string document);

  // The model that artifacts are being written for, so that it need not be read for each.
  struct ModelInHand {
    std::int64_t id = 0;
    std::optional<std::int64_t> task;
    Model model;
  };
  // nullptr when it is another.
  const ModelInHand* in_hand(std::string_view model) const noexcept;
  const ModelInHand& take_in_hand(ModelInHand model);
  void put_down() noexcept { in_hand_.reset(); }

  // Tasks' and sources' rows, once looked up: few names come again and again.
  struct KnownIds {
    std::unordered_map<std::string, std::int64_t> tasks, sources;
  };
  KnownIds& known_ids() noexcept { return known_ids_; }

  // Without a single inspection none need be looked for.
  bool has_inspections() const noexcept { return has_inspections_; }
  void expect_inspections() noexcept { has_inspections_ = true; }

  // Makes dropped indexes again, for statements that need them.
  void restore_indexes();

  void finish();

 private:
  struct Dropped {
    std::string name, sql;
  };
  // A text to be put in, or to be taken out.
  struct Change {
    std::int64_t place = 0;
    bool goes_in = false;
    std::string document;
  };
  void drop_indexes();
  void apply_changes();
  void note(const std::string& document);

  Store& store_;
  Others others_;
  std::int64_t last_before_ = 0;          // artifacts above are new
  std::uint64_t before_ = 0, added_ = 0;  // artifacts
  std::vector<Change> changes_;
  std::unordered_set<std::int64_t> stale_;  // whose text is read again when its turn comes
  std::optional<ModelInHand> in_hand_;
  KnownIds known_ids_;
  bool has_inspections_ = false;
  std::string noted_last_;  // the document whose terms were noted last
  std::unordered_set<std::string, TextHash, std::equal_to<>> noted_;  // terms that are known
  std::vector<Dropped> dropped_;
  bool many_ = false;  // memory was set aside
};

}  // namespace litezoo::catalog
