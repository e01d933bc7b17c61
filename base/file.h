#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace litezoo {

// An open file descriptor; closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) noexcept : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();
  int number() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }

 private:
  int number_ = -1;
};

// A whole regular file mapped read-only. Empty files map to an empty span.
class MappedFile {
 public:
  // Throws Error(not_found or io) naming the file; a directory or device is Error(io).
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

// A file being written beside its final place: removed unless publish() ran.
// The name ends in ".partial" and is unique to the process, so a kill -9 leaves nothing that
// could be taken for the finished file.
class TemporaryFile {
 public:
  // Creates it in `directory` (which is created when absent). Throws Error(io).
  explicit TemporaryFile(const std::filesystem::path& directory);
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();
  // Throws Error(io) naming the file, "no space left" among its causes.
  void write(std::span<const std::byte> bytes);
  const std::filesystem::path& path() const noexcept { return path_; }
  // fsync, rename over `final_path`, fsync of the directory. Throws Error(io).
  void publish(const std::filesystem::path& final_path);

 private:
  std::filesystem::path path_;
  FileDescriptor descriptor_;
};

// A fresh directory below the system's temporary directory; removed with its contents.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// Whole file as text. Throws Error(not_found or io) naming it.
std::string read_text_file(const std::filesystem::path& path);

// Writes through a TemporaryFile, so that readers see the old or the new content only.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

inline std::span<const std::byte> as_bytes(std::string_view text) noexcept {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace litezoo
