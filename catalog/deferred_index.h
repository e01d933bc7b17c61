#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "catalog/store.h"

namespace litezoo::catalog {

// While one lives, inside a write transaction, artifacts are written without the full text, the
// domains' orders and, when there are very many new ones, without the other indexes; finish() makes
// up for it in one go, at a fraction of the cost a row. Without finish() the transaction has to be
// rolled back.
class DeferredIndex {
 public:
  enum class Others { stay, may_go };  // the indexes that are neither text nor domains

  explicit DeferredIndex(Store& store, Others others = Others::may_go);
  DeferredIndex(const DeferredIndex&) = delete;
  DeferredIndex& operator=(const DeferredIndex&) = delete;
  ~DeferredIndex();

  // Called for an artifact whose text is about to change: true when it has to be taken out of the
  // indexes now, because it is still in them as it was before.
  bool must_forget(std::int64_t artifact);

  // A new artifact was written. Drops the slower indexes once it is cheaper to make them anew.
  void added();
  // Makes dropped indexes again, for statements that need them.
  void restore_indexes();

  void finish();

 private:
  struct Dropped {
    std::string name, sql;
  };
  void drop_indexes();
  void add_new();

  Store& store_;
  Others others_;
  std::int64_t last_before_ = 0;              // artifacts above are new, and in no index yet
  std::uint64_t before_ = 0, added_ = 0;      // artifacts
  std::unordered_set<std::int64_t> changed_;  // older ones that were taken out
  std::vector<Dropped> dropped_;
  bool many_ = false;  // memory was set aside
};

}  // namespace litezoo::catalog
