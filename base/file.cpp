#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/error.h"

namespace litezoo {

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : number_(std::exchange(other.number_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (number_ >= 0) ::close(number_);
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer; regular files ignore it.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw system_error("cannot open '" + path.string() + "'", errno);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) {
    throw system_error("cannot read '" + path.string() + "'", errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::io, "'" + path.string() + "' is not a regular file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (address == MAP_FAILED) throw system_error("cannot map '" + path.string() + "'", errno);
  bytes_ = {static_cast<const std::byte*>(address), size};
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

TemporaryFile::TemporaryFile(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw system_error("cannot create '" + directory.string() + "'", error.value());
  std::string name = (directory / "XXXXXX.partial").string();
  descriptor_ = FileDescriptor(::mkostemps(name.data(), 8, O_CLOEXEC));
  if (!descriptor_) {
    throw system_error("cannot create a file in '" + directory.string() + "'", errno);
  }
  path_ = name;
}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void TemporaryFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_.number(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot write '" + path_.string() + "'", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void TemporaryFile::publish(const std::filesystem::path& final_path) {
  if (::fsync(descriptor_.number()) != 0) {
    throw system_error("cannot write '" + path_.string() + "'", errno);
  }
  if (::rename(path_.c_str(), final_path.c_str()) != 0) {
    throw system_error("cannot write '" + final_path.string() + "'", errno);
  }
  path_.clear();
  const FileDescriptor directory(
      ::open(final_path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Not every file system lets a directory be synced; the rename itself has already happened.
  if (directory) ::fsync(directory.number());
}

TemporaryDirectory::TemporaryDirectory() {
  std::string name = (std::filesystem::temp_directory_path() / "litezoo-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw system_error("cannot create '" + name + "'", errno);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text_file(const std::filesystem::path& path) {
  const MappedFile file(path);
  return std::string(as_text(file.bytes()));
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  const auto directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  TemporaryFile file(directory);
  file.write(as_bytes(content));
  file.publish(path);
}

}  // namespace litezoo
