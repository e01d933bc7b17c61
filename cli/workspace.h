#pragma once

#include <string>

#include "catalog/catalog.h"
#include "catalog/models.h"
#include "fetcher/fetch.h"
#include "fetcher/store.h"

namespace litezoo::cli {

struct Context;

// The user's catalog, at Home::catalog, holding at least the shipped facts.
catalog::Catalog open_catalog();

// The catalog, the store and a fetcher that work together: what is fetched is recorded. One per
// command, so that packages and connections are used again; stays where it was made.
class Workspace {
 public:
  explicit Workspace(const Context& context);
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  catalog::Catalog& catalog() noexcept { return catalog_; }

  // The artifact's bytes, fetched when they are not here. Throws what Fetcher::fetch throws, and
  // Error(not_found) when no place is known.
  fetcher::Fetched obtain(const catalog::Entry& entry);

  // Any reference: a catalog name as above; a remote one is entered into the catalog when it is not
  // there yet; a local file is used where it is. A given SHA-256 is enforced.
  fetcher::Fetched obtain(const std::string& reference, const std::string& sha256 = {});

 private:
  catalog::Entry enter(const std::string& reference);

  catalog::Catalog catalog_;
  fetcher::Store store_;
  fetcher::Fetcher fetcher_;
};

// True when a file of that reference lies on this machine and needs no catalog.
bool is_local_path(const std::string& reference);

}  // namespace litezoo::cli
