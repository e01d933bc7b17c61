#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

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

  // A new artifact was written.
  void added();
  // Makes dropped indexes again, for statements that need them.
  void restore_indexes();

  void finish();

 private:
  struct Dropped {
    std::string name, sql;
  };
  // A text to be put in (read when its turn comes), or to be taken out.
  struct Change {
    std::int64_t place = 0;
    bool goes_in = false;
    std::string words;
  };
  void drop_indexes();
  void apply_changes();

  Store& store_;
  Others others_;
  std::int64_t last_indexed_ = 0;             // artifacts above are new, and in no index yet
  std::uint64_t before_ = 0, added_ = 0;      // artifacts
  std::uint64_t waiting_ = 0;                 // of them, not in the full text yet
  std::unordered_set<std::int64_t> changed_;  // older ones that are to be taken out, or gone
  std::vector<Change> changes_;
  std::vector<Dropped> dropped_;
  bool many_ = false;  // memory was set aside
};

}  // namespace litezoo::catalog
