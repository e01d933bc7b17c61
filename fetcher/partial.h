#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "base/file.h"
#include "base/units.h"

namespace litezoo::fetcher {

// A file being written. Every failure is an Error(io) that names it; a full disk says so.
class GrowingFile {
 public:
  GrowingFile(FileDescriptor descriptor, std::filesystem::path path);
  void append(std::span<const std::byte> bytes);
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes);
  // All of `bytes`, from any thread. Throws Error(io), also beyond the file's end.
  void read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
  void truncate(std::uint64_t size);
  std::uint64_t size() const noexcept { return size_; }
  int descriptor() const noexcept { return descriptor_.number(); }
  const std::filesystem::path& path() const noexcept { return path_; }
  // Calls `piece` with the file's content from the start. Throws Error(io).
  void read_all(const std::function<void(std::span<const std::byte>)>& piece) const;

 private:
  FileDescriptor descriptor_;
  std::filesystem::path path_;
  std::uint64_t size_ = 0;
};

struct LockWait {
  std::function<bool()> cancelled;
  // An owner that writes nothing for so long is taken to hang; we then work beside it.
  std::chrono::milliseconds patience = std::chrono::seconds(60);
  // Told once, when another process (0 = not known which) has the file.
  std::function<void(int process)> waiting;
};

// <directory>/<key>.partial, being written by this process only: it holds the file's flock, which
// the kernel drops with the process, so a dead owner never blocks and its bytes are gone on with.
// Removed by the destructor, with its journal, unless published or kept for a later run.
class Partial {
 public:
  // Waits while another process writes the same key; afterwards look into the store again. Where
  // locks do not work, or the owner hangs, the name is unique to this process instead.
  // Throws Error(io), Error(interrupted).
  Partial(const std::filesystem::path& directory, const std::string& key, const LockWait& wait);
  Partial(const Partial&) = delete;
  Partial& operator=(const Partial&) = delete;
  ~Partial();

  GrowingFile& file() noexcept { return file_; }
  // Beside the file: what a later run must know to go on with it.
  std::filesystem::path journal() const;
  bool waited() const noexcept { return waited_; }
  // The digest under which the process that we waited for published its file; empty when unknown.
  const std::string& published_as() const noexcept { return published_as_; }
  void keep() noexcept { kept_ = true; }
  // Takes the file's name away: nobody else finds it, and it goes with this object.
  void unname() noexcept;
  // chmod 0444, fsync, rename, fsync of the directory. Throws Error(io).
  void publish(const std::filesystem::path& final_path);

 private:
  bool waited_ = false;
  std::string published_as_;
  bool kept_ = false;
  bool named_ = true;
  GrowingFile file_;
};

// The file's lock when no living process holds it, else nothing. While it is held nobody goes on
// with the file, so it may be removed.
FileDescriptor lock_abandoned(const std::filesystem::path& partial);

// Error(io) for a failed system call on the store: names the path and what to do.
[[noreturn]] void throw_store_error(const std::filesystem::path& path, int error_number);

// Throws Error(io) when the directory's file system has less room than `needed` and a margin.
void require_room(const std::filesystem::path& directory, Bytes needed);

}  // namespace litezoo::fetcher
