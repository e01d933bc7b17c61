#include "inspector/archive.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/handle.h"
#include "base/text.h"

namespace litezoo::inspector {
namespace {

// Sizes and signatures of the three records of a zip file that are read (APPNOTE 4.3.7, .12, .16).
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kDirectoryEntrySize = 46;
constexpr std::size_t kLocalHeaderSize = 30;
constexpr std::size_t kLongestComment = 65535;
constexpr std::string_view kEndSignature = "PK\x05\x06";
constexpr std::string_view kDirectorySignature = "PK\x01\x02";
constexpr std::string_view kLocalSignature = "PK\x03\x04";
constexpr int kStored = 0;
constexpr int kDeflated = 8;

std::size_t number(std::string_view text, std::size_t at, std::size_t bytes) {
  std::size_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) {
    value = value << 8 | static_cast<unsigned char>(text[at + i]);
  }
  return value;
}

std::optional<std::size_t> find_end_record(std::string_view file) {
  if (file.size() < kEndSize) return std::nullopt;
  // memrchr, because most models end in weights and have no archive: the search must be fast.
  std::size_t window = std::min(file.size(), kEndSize + kLongestComment);
  const char* const first = file.data() + file.size() - window;
  while (window > 0) {
    const auto* const found = static_cast<const char*>(::memrchr(first, 'P', window));
    if (found == nullptr) break;
    const auto at = static_cast<std::size_t>(found - file.data());
    if (file.size() - at >= kEndSize && file.substr(at, 4) == kEndSignature &&
        at + kEndSize + number(file, at + 20, 2) == file.size()) {
      return at;
    }
    window = static_cast<std::size_t>(found - first);
  }
  return std::nullopt;
}

struct Directory {
  std::size_t at = 0, size = 0, count = 0;
  std::size_t shift = 0;  // what must be added to offsets: bytes put in front of the archive
};

std::optional<Directory> find_directory(std::string_view file) {
  const auto end = find_end_record(file);
  if (!end) return std::nullopt;
  Directory result;
  result.count = number(file, *end + 10, 2);
  result.size = number(file, *end + 12, 4);
  const std::size_t offset = number(file, *end + 16, 4);
  if (result.size > *end || offset > *end - result.size) return std::nullopt;
  result.at = *end - result.size;
  result.shift = result.at - offset;
  return result;
}

std::optional<ArchiveEntry> read_directory_entry(std::string_view file, const Directory& directory,
                                                 std::size_t& at) {
  const std::size_t end = directory.at + directory.size;
  if (end - at < kDirectoryEntrySize || file.substr(at, 4) != kDirectorySignature) {
    return std::nullopt;
  }
  const std::size_t name_size = number(file, at + 28, 2);
  const std::size_t rest = name_size + number(file, at + 30, 2) + number(file, at + 32, 2);
  if (end - at - kDirectoryEntrySize < rest) return std::nullopt;
  ArchiveEntry entry{.name = std::string(file.substr(at + kDirectoryEntrySize, name_size)),
                     .size = number(file, at + 24, 4),
                     .packed_size = number(file, at + 20, 4),
                     .method = static_cast<int>(number(file, at + 10, 2)),
                     .header = number(file, at + 42, 4) + directory.shift};
  if (entry.header > directory.at) return std::nullopt;
  at += kDirectoryEntrySize + rest;
  return entry;
}

[[noreturn]] void refuse(ErrorKind kind, const ArchiveEntry& entry, const std::string& why) {
  throw Error(kind, fmt::format("archive member '{}' {}", escape_for_terminal(entry.name), why));
}

// Where an entry's bytes begin; nothing when its local header is not where the directory says.
std::optional<std::size_t> start_of(std::string_view text, const ArchiveEntry& entry) {
  if (text.size() < kLocalHeaderSize || entry.header > text.size() - kLocalHeaderSize ||
      text.substr(entry.header, 4) != kLocalSignature) {
    return std::nullopt;
  }
  return entry.header + kLocalHeaderSize + number(text, entry.header + 26, 2) +
         number(text, entry.header + 28, 2);
}

std::span<const std::byte> packed_bytes(std::span<const std::byte> file,
                                        const ArchiveEntry& entry) {
  const auto found = start_of(as_text(file), entry);
  if (!found) refuse(ErrorKind::corrupt, entry, "has no header where the directory says");
  const std::size_t start = *found;
  if (start > file.size() || entry.packed_size > file.size() - start) {
    refuse(ErrorKind::corrupt, entry, "lies beyond the end of the file");
  }
  return file.subspan(start, entry.packed_size);
}

std::vector<std::byte> inflate_raw(std::span<const std::byte> packed, const ArchiveEntry& entry) {
  // Deflate cannot do better than 1032 to 1: a larger claim is a lie that would cost memory.
  if (entry.size / 1032 > packed.size()) {
    refuse(ErrorKind::corrupt, entry, "claims to unpack to an impossible size");
  }
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    refuse(ErrorKind::internal, entry, "could not be unpacked: zlib did not start");
  }
  const std::unique_ptr<z_stream, Deleter<inflateEnd>> guard(&stream);
  std::vector<std::byte> result(entry.size);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  const int code = inflate(&stream, Z_FINISH);
  if (code != Z_STREAM_END || stream.avail_out != 0) {
    refuse(ErrorKind::corrupt, entry, "does not unpack to its size: it is damaged");
  }
  return result;
}

}  // namespace

std::optional<Archive> find_archive(std::span<const std::byte> file) {
  const std::string_view text = as_text(file);
  const auto directory = find_directory(text);
  if (!directory) return std::nullopt;
  Archive archive{.start = directory->at, .entries = {}};
  std::size_t at = directory->at;
  for (std::size_t i = 0; i < directory->count; ++i) {
    auto entry = read_directory_entry(text, *directory, at);
    if (!entry) return std::nullopt;
    archive.start = std::min(archive.start, entry->header);
    archive.entries.push_back(std::move(*entry));
  }
  return archive;
}

std::span<const std::byte> stored_bytes(std::span<const std::byte> file,
                                        const ArchiveEntry& entry) noexcept {
  constexpr std::size_t kAlignment = 16;
  if (entry.method != kStored || entry.size != entry.packed_size) return {};
  const auto start = start_of(as_text(file), entry);
  if (!start || *start > file.size() || entry.size > file.size() - *start) return {};
  const auto bytes = file.subspan(*start, entry.size);
  const auto place = reinterpret_cast<std::uintptr_t>(bytes.data());
  return place % kAlignment == 0 ? bytes : std::span<const std::byte>();
}

std::vector<std::byte> read_entry(std::span<const std::byte> file, const ArchiveEntry& entry,
                                  std::size_t limit) {
  if (entry.size > limit) {
    refuse(ErrorKind::corrupt, entry,
           fmt::format("takes {} bytes, more than {}; if you trust it, unpack it with unzip",
                       entry.size, limit));
  }
  const auto packed = packed_bytes(file, entry);
  if (entry.method == kStored) {
    if (entry.size != entry.packed_size) {
      refuse(ErrorKind::corrupt, entry, "is stored with two different sizes");
    }
    return {packed.begin(), packed.end()};
  }
  if (entry.method != kDeflated) {
    refuse(ErrorKind::unsupported, entry,
           fmt::format("is packed by method {}; unpack the archive with unzip", entry.method));
  }
  return inflate_raw(packed, entry);
}

}  // namespace litezoo::inspector
