#include "fetcher/store.h"

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/hash.h"

namespace litezoo::fetcher {
namespace {

namespace fs = std::filesystem;

// Itself, not what a link leads to.
bool is_real_directory(const fs::path& path) noexcept {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(path, error));
}

// A journal whose file is gone says nothing.
void sweep_journals(const fs::path& directory, std::chrono::hours resumable_for) {
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    fs::path partial = at->path();
    if (partial.extension() != ".journal" ||
        fs::exists(partial.replace_extension(".partial"), ignored)) {
      continue;
    }
    const auto age = fs::file_time_type::clock::now() - at->last_write_time(ignored);
    if (!ignored && age >= resumable_for) fs::remove(at->path(), ignored);
  }
}

void sweep_directory(const fs::path& directory, std::chrono::hours resumable_for, Swept& swept) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const bool ours = entry.path().extension() == ".partial";
    if (!ours || !entry.is_regular_file(error)) continue;
    const FileDescriptor lock = lock_abandoned(entry.path());
    if (!lock) continue;
    const auto age = fs::file_time_type::clock::now() - entry.last_write_time(error);
    if (age < resumable_for) continue;
    fs::path journal = entry.path();
    journal.replace_extension(".journal");
    const auto size = entry.file_size(error);
    if (!fs::remove(entry.path(), error)) continue;
    fs::remove(journal, error);
    ++swept.partials;
    swept.freed.count += size;
  }
}

}  // namespace

fs::path Store::path_of(std::string_view sha256) const {
  return root_ / "sha256" / sha256.substr(0, 2) / sha256;
}

std::optional<StoredFile> Store::find(std::string_view sha256) const {
  if (!is_sha256(sha256)) {
    throw Error(ErrorKind::usage, "'" + std::string(sha256) + "' is not a SHA-256 digest");
  }
  const fs::path path = path_of(sha256);
  std::error_code error;
  if (!is_real_directory(path.parent_path())) return std::nullopt;
  if (!fs::is_regular_file(fs::symlink_status(path, error))) return std::nullopt;
  const auto size = fs::file_size(path, error);
  if (error) return std::nullopt;
  return StoredFile{std::string(sha256), path, Bytes{size}};
}

std::vector<StoredFile> Store::find_prefix(std::string_view hex) const {
  std::vector<StoredFile> found;
  std::error_code error;
  fs::directory_iterator end, shelves(root_ / "sha256", error);
  for (; !error && shelves != end; shelves.increment(error)) {
    const std::string shelf = shelves->path().filename().string();
    if (!hex.starts_with(shelf) && !shelf.starts_with(hex)) continue;
    std::error_code unreadable;
    fs::directory_iterator files(shelves->path(), unreadable);
    for (; !unreadable && files != end; files.increment(unreadable)) {
      const std::string name = files->path().filename().string();
      if (!is_sha256(name) || !name.starts_with(hex)) continue;
      if (auto file = find(name)) found.push_back(std::move(*file));
    }
  }
  std::ranges::sort(found, {}, &StoredFile::sha256);
  return found;
}

std::vector<StoredFile> Store::verify() const {
  std::vector<StoredFile> damaged;
  for (StoredFile& file : list()) {
    try {
      if (sha256_of_file(file.path) == file.sha256) continue;
    } catch (const Error& error) {
      // Another process removed it meanwhile.
      if (error.kind() == ErrorKind::not_found) continue;
    }
    damaged.push_back(std::move(file));
  }
  return damaged;
}

bool Store::remove(std::string_view sha256) const {
  const auto file = find(sha256);
  if (!file) return false;
  std::error_code error;
  const bool removed = fs::remove(file->path, error);
  if (error) throw_store_error(file->path, error.value());
  return removed;
}

fs::file_time_type Store::last_used(const StoredFile& file) const noexcept {
  std::error_code error;
  const auto time = fs::last_write_time(file.path, error);
  return error ? fs::file_time_type::min() : time;
}

void Store::note_use(const StoredFile& file) const noexcept {
  std::error_code ignored;
  fs::last_write_time(file.path, fs::file_time_type::clock::now(), ignored);
}

Swept Store::sweep_partials(std::chrono::hours resumable_for) const {
  Swept swept;
  sweep_directory(partial_directory(), resumable_for, swept);
  sweep_journals(partial_directory(), resumable_for);
  return swept;
}

StoredFile Store::add(Partial& partial, const std::string& sha256) const {
  const Bytes size{partial.file().size()};
  const fs::path shelf = path_of(sha256).parent_path();
  std::error_code error;
  const bool taken = fs::exists(fs::symlink_status(shelf, error)) && !is_real_directory(shelf);
  if (taken || is_real_directory(path_of(sha256))) {
    throw Error(ErrorKind::io,
                "'" + (taken ? shelf : path_of(sha256)).string() +
                    "' is in the way of a stored file; remove it, or set LITEZOO_HOME");
  }
  partial.publish(path_of(sha256));
  return {sha256, path_of(sha256), size};
}

}  // namespace litezoo::fetcher
