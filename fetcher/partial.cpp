#include "fetcher/partial.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/hash.h"
#include "fetcher/block_file.h"

namespace litezoo::fetcher {
namespace {

constexpr Bytes kMargin{std::uint64_t{16} << 20};

void make_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw_store_error(directory, error.value());
}

std::uint64_t size_of(int descriptor, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw_store_error(path, errno);
  return static_cast<std::uint64_t>(status.st_size);
}

timespec changed_at(int descriptor, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) throw_store_error(path, errno);
  return status.st_mtim;
}

std::filesystem::path journal_of(std::filesystem::path partial) {
  return partial.replace_extension(".journal");
}

// Whether the path still names the open file: its owner may have published or removed it while we
// waited for the lock.
bool still_named(int descriptor, const std::filesystem::path& path) {
  struct stat open_file {};
  struct stat named {};
  return ::fstat(descriptor, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open_file.st_ino == named.st_ino && open_file.st_dev == named.st_dev;
}

GrowingFile open_unique(const std::filesystem::path& directory) {
  for (;;) {
    std::string name = (directory / "XXXXXX.partial").string();
    FileDescriptor descriptor(::mkostemps(name.data(), 8, O_CLOEXEC));
    if (!descriptor) throw_store_error(directory, errno);
    ::flock(descriptor.number(), LOCK_EX | LOCK_NB);
    // Another process's sweep may have taken it for a leftover before it was locked.
    if (still_named(descriptor.number(), name)) return {std::move(descriptor), name};
  }
}

// Polls rather than blocks, so that the user can stop and a hanging owner is noticed.
enum class Lock { mine, gone, unusable };
Lock take_lock(int descriptor, const std::filesystem::path& path, const LockWait& wait,
               bool& waited) {
  using Clock = std::chrono::steady_clock;
  timespec last_change = changed_at(descriptor, path);
  Clock::time_point last_growth = Clock::now();
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return Lock::unusable;
    if (!waited && wait.waiting) wait.waiting(journal_owner(journal_of(path)));
    waited = true;
    if (wait.cancelled && wait.cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
    if (!still_named(descriptor, path)) return Lock::gone;
    const timespec change = changed_at(descriptor, path);
    if (change.tv_sec != last_change.tv_sec || change.tv_nsec != last_change.tv_nsec) {
      last_change = change;
      last_growth = Clock::now();
    }
    if (Clock::now() - last_growth > wait.patience) return Lock::unusable;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return still_named(descriptor, path) ? Lock::mine : Lock::gone;
}

// The name that the open file was renamed to, when that is a digest.
std::string digest_named(int descriptor) {
  std::error_code ignored;
  const auto path =
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), ignored);
  const std::string name = path.filename().string();
  return is_sha256(name) ? name : "";
}

GrowingFile open_keyed(const std::filesystem::path& directory, const std::string& key,
                       const LockWait& wait, bool& waited, std::string& published_as) {
  make_directory(directory);
  const std::filesystem::path path = directory / (key + ".partial");
  for (;;) {
    FileDescriptor descriptor(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!descriptor) throw_store_error(path, errno);
    switch (take_lock(descriptor.number(), path, wait, waited)) {
      case Lock::mine:
        return {std::move(descriptor), path};
      case Lock::gone:
        if (waited) published_as = digest_named(descriptor.number());
        break;
      case Lock::unusable:
        return open_unique(directory);
    }
  }
}

}  // namespace

void throw_store_error(const std::filesystem::path& path, int error_number) {
  const std::string what = "cannot write '" + path.string() + "': " + std::strerror(error_number);
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      throw Error(ErrorKind::io, what + "; free some space, or set LITEZOO_HOME to a larger disk");
    case EROFS:
    case EACCES:
    case EPERM:
      throw Error(ErrorKind::io, what + "; set LITEZOO_HOME to a directory that can be written");
    default:
      throw Error(ErrorKind::io, what + "; check LITEZOO_HOME");
  }
}

void require_room(const std::filesystem::path& directory, Bytes needed) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0) return;
  const Bytes room{static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
  if (needed.count <= room.count && room.count - needed.count >= kMargin.count) return;
  throw Error(ErrorKind::io, "not enough space in '" + directory.string() + "': needs " +
                                 to_text(needed) + ", has " + to_text(room) +
                                 "; free some space, or set LITEZOO_HOME to a larger disk");
}

GrowingFile::GrowingFile(FileDescriptor descriptor, std::filesystem::path path)
    : descriptor_(std::move(descriptor)), path_(std::move(path)) {
  size_ = size_of(descriptor_.number(), path_);
}

void GrowingFile::append(std::span<const std::byte> bytes) {
  write_at(size_, bytes);
}

void GrowingFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_store_error(path_, errno);
    offset += static_cast<std::uint64_t>(count);
    size_ = std::max(size_, offset);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void GrowingFile::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pread(descriptor_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) {
      throw Error(ErrorKind::io, "'" + path_.string() + "' became shorter; check LITEZOO_HOME");
    }
    if (count < 0) throw system_error("cannot read '" + path_.string() + "'", errno);
    offset += static_cast<std::uint64_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void GrowingFile::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_.number(), static_cast<off_t>(size)) != 0) {
    throw_store_error(path_, errno);
  }
  size_ = size;
}

void GrowingFile::read_all(const std::function<void(std::span<const std::byte>)>& piece) const {
  std::array<std::byte, 1U << 16U> buffer{};
  std::uint64_t at = 0;
  for (;;) {
    const ssize_t count =
        ::pread(descriptor_.number(), buffer.data(), buffer.size(), static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read '" + path_.string() + "'", errno);
    if (count == 0) return;
    piece(std::span(buffer).first(static_cast<std::size_t>(count)));
    at += static_cast<std::uint64_t>(count);
  }
}

Partial::Partial(const std::filesystem::path& directory, const std::string& key,
                 const LockWait& wait)
    : file_(open_keyed(directory, key, wait, waited_, published_as_)) {}

Partial::~Partial() {
  if (named_ && !kept_) unname();
}

void Partial::unname() noexcept {
  named_ = false;
  // The journal first: without it the bytes are worth less, the other way round it would mislead.
  ::unlink(journal().c_str());
  ::unlink(file_.path().c_str());
}

std::filesystem::path Partial::journal() const {
  return journal_of(file_.path());
}

void Partial::publish(const std::filesystem::path& final_path) {
  make_directory(final_path.parent_path());
  if (::fchmod(file_.descriptor(), 0444) != 0 || ::fsync(file_.descriptor()) != 0) {
    throw_store_error(file_.path(), errno);
  }
  // Before the name is free: afterwards the journal may be another process's.
  ::unlink(journal().c_str());
  if (::rename(file_.path().c_str(), final_path.c_str()) != 0) {
    throw_store_error(final_path, errno);
  }
  named_ = false;
  const FileDescriptor directory(
      ::open(final_path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Not every file system lets a directory be synced; the rename itself has already happened.
  if (directory) ::fsync(directory.number());
}

FileDescriptor lock_abandoned(const std::filesystem::path& partial) {
  FileDescriptor descriptor(::open(partial.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  const bool mine = descriptor && ::flock(descriptor.number(), LOCK_EX | LOCK_NB) == 0;
  return mine && still_named(descriptor.number(), partial) ? std::move(descriptor)
                                                           : FileDescriptor();
}

}  // namespace litezoo::fetcher
