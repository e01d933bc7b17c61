#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

namespace litezoo::catalog {

class Store;  // store.h, private to this folder

struct OpenOptions {
  // How long to wait for another process's write before giving up with Error(io).
  std::chrono::milliseconds busy_timeout{5000};
};

// An open catalog file. What can be asked and stored is in the headers named for the nouns:
// models.h, measurements.h, claims.h, search.h, seed.h, stats.h.
//
// One object belongs to one thread; any number of processes may have the same file open. Every
// function that stores something has committed it when it returns. All of them throw Error(io)
// when the file is locked, read-only or the disk is full, and Error(corrupt) when it is damaged;
// the message names the file and the next step.
class Catalog {
 public:
  // Opens `path`, making the file and its directory when absent, and brings an older schema up to
  // date. ":memory:" gives a private one for tests. Throws Error(io) if it cannot be opened or
  // was written by a newer Litezoo, Error(corrupt) if it is no catalog.
  explicit Catalog(const std::filesystem::path& path, const OpenOptions& options = {});
  Catalog(Catalog&& other) noexcept;
  Catalog& operator=(Catalog&& other) noexcept;
  ~Catalog();

  const std::filesystem::path& path() const noexcept;
  Store& store() noexcept { return *store_; }

 private:
  std::unique_ptr<Store> store_;
};

}  // namespace litezoo::catalog
