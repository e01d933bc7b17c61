#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "fetcher/store.h"

namespace litezoo::fetcher {

struct FetchProgress {
  std::string reference;       // the place being tried
  Bytes received;              // of this transfer, a package's archive included
  std::optional<Bytes> total;  // nothing while the server has not said
};

struct FetchSettings {
  bool offline = false;  // opens no socket
  Bytes size_limit{std::uint64_t{4} << 30};
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  std::chrono::seconds stall_timeout = std::chrono::seconds(20);
  int retries = 3;  // of one place, for passing faults; a host that is not reached gets none
  std::chrono::milliseconds first_backoff = std::chrono::milliseconds(500);
  std::chrono::seconds longest_wait = std::chrono::seconds(30);  // longer Retry-After: next place
  std::function<void(const FetchProgress&)> progress;            // from the fetching thread, often
  std::function<bool()> cancelled;                               // true: stop, Error(interrupted)
};

// One file and every place it can be had from.
struct FetchRequest {
  std::vector<std::string> references;  // tried in order
  std::string sha256;                   // 64 hex digits; empty = take what the first place gives
  std::optional<Bytes> size;
};

struct FetchFailure {
  std::string reference;
  std::string message;
};

struct Fetched {
  std::filesystem::path path;  // in the store; a local reference is used where it is
  std::string sha256;
  Bytes size;
  std::string reference;  // the one that gave it, as asked; empty = it was in the store
  std::string pinned;     // the same with its immutable revision; empty = nothing was resolved
  std::string revision;   // npm version, commit, ...; empty = the place has none
  bool from_store = false;
  std::vector<FetchFailure> failures;  // the places tried before
};

// Brings files into a store. Keeps connections, the answers of registries and the packages it has
// downloaded for as long as it lives, so fetch the files of one package through one Fetcher.
// The store must outlive it. One thread at a time.
class Fetcher {
 public:
  Fetcher(const Store& store, FetchSettings settings);
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;
  ~Fetcher();

  // A file already stored (by its digest) needs no network; its content is hashed again. Otherwise
  // the references are tried in order until one gives the right bytes.
  // Throws Error(usage) for a reference that cannot be read, Error(corrupt) when a place gave wrong
  // bytes and none the right ones, Error(network or not_found) when none could be reached, each
  // listing every place's failure; Error(io), Error(interrupted) at once.
  Fetched fetch(const FetchRequest& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace litezoo::fetcher
