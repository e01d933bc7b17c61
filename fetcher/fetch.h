#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "fetcher/store.h"

namespace litezoo::fetcher {

class Session;

struct FetchProgress {
  std::string name;            // the request's, else the place being tried
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
  std::chrono::seconds longest_rate_wait = std::chrono::minutes(6);  // for a hub's next window
  std::size_t files = 4;  // fetched at a time by fetch_all
  std::size_t ranges =
      4;  // of one file at a time, where its digest is known; 1 = one after another
  Bytes smallest_piece{std::uint64_t{4} << 20};  // not worth a request of its own below
  // A second: when all transfers together bring so much the line is full, and no file gets further
  // requests. 0 = it never is.
  Bytes full_line{100'000'000};
  Bytes bytes_per_second;  // of all transfers together; 0 = no limit
  // These three may be called from any thread; the first two one call at a time.
  std::function<void(const FetchProgress&)> progress;  // often
  std::function<void(const std::string&)> note;        // one line that the user should see
  std::function<bool()> cancelled;                     // true: stop, Error(interrupted)
};

// One file and every place it can be had from.
struct FetchRequest {
  std::vector<std::string> references;  // tried in order
  std::string sha256;                   // 64 hex digits; empty = take what the first place gives
  std::optional<Bytes> size;
  std::string name;  // for progress and notes; empty = the reference
};

struct FetchFailure {
  std::string reference;
  std::string message;
};

// What fetching would do, as far as it can be told without doing it.
struct FetchPlan {
  enum class From { store, copy, network };
  From from = From::network;
  std::string reference;      // the place that would be tried first and answers
  std::string pinned;         // with its immutable revision
  std::optional<Bytes> size;  // of the file; nothing = its server does not say
  // Still to be transferred, an archive around the file included, less what an earlier run left.
  std::optional<Bytes> to_transfer;
  std::string transfer;  // equal for files that one transfer brings together; else empty
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

// A file that was fetched, or why it was not.
struct FetchOutcome {
  std::optional<Fetched> fetched;
  std::optional<Error> error;
};

// Brings files into a store. Keeps connections, the answers of registries and the packages it has
// downloaded for as long as it lives, so fetch the files of one package through one Fetcher.
// The store must outlive it. Any thread.
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

  // Several, FetchSettings::files of them at a time; the outcomes are in the order of the requests.
  // `done` is told each as it comes, from the calling thread; what it throws ends the rest.
  // Throws Error(interrupted); other failures are outcomes.
  std::vector<FetchOutcome> fetch_all(
      std::span<const FetchRequest> requests,
      const std::function<void(std::size_t index, const FetchOutcome&)>& done = {});

  // Asks the hub what there is, but not for the bytes. Throws as fetch does.
  FetchPlan plan(const FetchRequest& request);

  Session& session() noexcept;  // for what lists hubs and reads from afar

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace litezoo::fetcher
