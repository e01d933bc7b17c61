#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "fetcher/partial.h"

namespace litezoo::fetcher {

struct StoredFile {
  std::string sha256;
  std::filesystem::path path;
  Bytes size;
};

struct Swept {
  std::size_t partials = 0;  // leftovers of dead processes removed
  Bytes freed;
};

// Content-addressed files: <root>/sha256/ab/<64 hex digits>, read-only once published. Several
// processes may use one store at a time. Nothing is created before the first write.
class Store {
 public:
  explicit Store(std::filesystem::path root) : root_(std::move(root)) {}
  const std::filesystem::path& root() const noexcept { return root_; }

  // By the whole digest. The content is not read again. What is no regular file in a real directory
  // of the store, such as a link to elsewhere, is not of it.
  std::optional<StoredFile> find(std::string_view sha256) const;
  // Every file whose digest starts so, sorted.
  std::vector<StoredFile> find_prefix(std::string_view hex) const;
  std::vector<StoredFile> list() const { return find_prefix(""); }

  // Reads every file again; gives those whose content is not what their name says, or cannot be
  // read.
  std::vector<StoredFile> verify() const;
  // False when there was none. Throws Error(io).
  bool remove(std::string_view sha256) const;
  // Removes the unfinished transfers of dead processes that nobody went on with for
  // `resumable_for`.
  Swept sweep_partials(std::chrono::hours resumable_for) const;
  // When the file was fetched or used last.
  std::filesystem::file_time_type last_used(const StoredFile& file) const noexcept;
  void note_use(const StoredFile& file) const noexcept;

  std::filesystem::path path_of(std::string_view sha256) const;
  std::filesystem::path partial_directory() const { return root_ / "partial"; }
  // Publishes a finished file under its digest. Throws Error(io), also when its place is taken by a
  // link or a directory.
  StoredFile add(Partial& partial, const std::string& sha256) const;

 private:
  std::filesystem::path root_;
};

}  // namespace litezoo::fetcher
