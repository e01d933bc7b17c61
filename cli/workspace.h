#pragma once

#include <functional>
#include <string>

#include "catalog/catalog.h"
#include "catalog/models.h"
#include "fetcher/fetch.h"
#include "fetcher/store.h"

namespace litezoo::cli {

struct Context;

// The user's catalog, at Home::catalog, holding at least the shipped facts.
catalog::Catalog open_catalog();

// How files are brought here, where a command lets its user say.
struct TransferOptions {
  std::size_t files = 4;                                        // at a time
  Bytes bytes_per_second;                                       // 0 = no limit
  std::function<void(const fetcher::FetchProgress&)> progress;  // instead of the line on a terminal
  std::function<void(const std::string&)> note;                 // instead of a line on stderr
};

// A file that is wanted and whom it belongs to.
struct Wanted {
  std::string name;  // as the user called it
  fetcher::FetchRequest request;
  std::string artifact;  // the catalog's; empty = entered once it is here
  bool local = false;    // a file of the user's, which the catalog leaves alone
};

// The catalog, the store and a fetcher that work together: what is fetched is recorded. One per
// command, so that packages and connections are used again; stays where it was made.
class Workspace {
 public:
  explicit Workspace(const Context& context, TransferOptions options = {});
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  catalog::Catalog& catalog() noexcept { return catalog_; }
  const fetcher::Store& store() const noexcept { return store_; }
  fetcher::Fetcher& fetcher() noexcept { return fetcher_; }

  // What to fetch for an artifact, or for any reference. Throws Error(not_found) when no place is
  // known.
  Wanted want(const catalog::Entry& entry) const;
  Wanted want(const std::string& reference, const std::string& sha256 = {});
  // Notes what was fetched.
  void record(const Wanted& wanted, const fetcher::Fetched& fetched);

  // The artifact's bytes, fetched when they are not here. Throws what Fetcher::fetch throws, and
  // Error(not_found) when no place is known.
  fetcher::Fetched obtain(const catalog::Entry& entry);

  // Any reference: a catalog name as above; a remote one is entered into the catalog when it is not
  // there yet; a local file is used where it is. A given SHA-256 is enforced.
  fetcher::Fetched obtain(const std::string& reference, const std::string& sha256 = {});

 private:
  void enter(const std::string& reference);

  catalog::Catalog catalog_;
  fetcher::Store store_;
  fetcher::Fetcher fetcher_;
};

// True when a file of that reference lies on this machine and needs no catalog.
bool is_local_path(const std::string& reference);

}  // namespace litezoo::cli
