#include "inspector/archive.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "inspector/inflate.h"

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
constexpr std::string_view kEnd64Signature = "PK\x06\x06";
constexpr std::string_view kLocator64Signature = "PK\x06\x07";
constexpr std::size_t kIn64 = 0xFFFFFFFF;  // a 32-bit field whose value is in the extra field
constexpr std::size_t kExtra64 = 1;
constexpr int kStored = 0;

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

// Where the directory ends, and what the end record says of it.
struct DirectoryEnd {
  std::size_t at = 0, size = 0, count = 0, offset = 0;
};

// The zip64 end record, which stands before its locator and says what 32 bits cannot (APPNOTE
// 4.3.14 and 4.3.15). The locator's offset is taken from the file's start, and when bytes were put
// in front of the archive, the record is looked for right before the locator.
std::optional<DirectoryEnd> find_end_64(std::string_view file, std::size_t end) {
  constexpr std::size_t kLocatorSize = 20, kRecordSize = 56;
  if (end < kLocatorSize + kRecordSize) return std::nullopt;
  const std::size_t locator = end - kLocatorSize;
  if (file.substr(locator, 4) != kLocator64Signature) return std::nullopt;
  for (const std::size_t at : {number(file, locator + 8, 8), locator - kRecordSize}) {
    if (at > locator - kRecordSize || file.substr(at, 4) != kEnd64Signature) continue;
    return DirectoryEnd{.at = at,
                        .size = number(file, at + 40, 8),
                        .count = number(file, at + 32, 8),
                        .offset = number(file, at + 48, 8)};
  }
  return std::nullopt;
}

std::optional<Directory> find_directory(std::string_view file) {
  const auto end = find_end_record(file);
  if (!end) return std::nullopt;
  DirectoryEnd told{.at = *end,
                    .size = number(file, *end + 12, 4),
                    .count = number(file, *end + 10, 2),
                    .offset = number(file, *end + 16, 4)};
  if (const auto wide = find_end_64(file, *end)) told = *wide;
  if (told.size > told.at || told.offset > told.at - told.size) return std::nullopt;
  Directory result{.at = told.at - told.size, .size = told.size, .count = told.count, .shift = 0};
  result.shift = result.at - told.offset;
  return result;
}

// Sizes and offset that 32 bits cannot hold stand in an extra field, in this order (APPNOTE 4.5.3).
bool widen(ArchiveEntry& entry, std::string_view extra) {
  std::vector<std::size_t*> wanted;
  for (std::size_t* value : {&entry.size, &entry.packed_size, &entry.header}) {
    if (*value == kIn64) wanted.push_back(value);
  }
  if (wanted.empty()) return true;
  while (extra.size() >= 4) {
    const std::size_t id = number(extra, 0, 2), size = number(extra, 2, 2);
    if (size > extra.size() - 4) return false;
    if (id == kExtra64) {
      if (size < 8 * wanted.size()) return false;
      for (std::size_t i = 0; i < wanted.size(); ++i) *wanted[i] = number(extra, 4 + 8 * i, 8);
      return true;
    }
    extra.remove_prefix(4 + size);
  }
  return false;
}

std::optional<ArchiveEntry> read_directory_entry(std::string_view file, const Directory& directory,
                                                 std::size_t& at) {
  const std::size_t end = directory.at + directory.size;
  if (end - at < kDirectoryEntrySize || file.substr(at, 4) != kDirectorySignature) {
    return std::nullopt;
  }
  const std::size_t name_size = number(file, at + 28, 2);
  const std::size_t extra_size = number(file, at + 30, 2);
  const std::size_t rest = name_size + extra_size + number(file, at + 32, 2);
  if (end - at - kDirectoryEntrySize < rest) return std::nullopt;
  ArchiveEntry entry{.name = std::string(file.substr(at + kDirectoryEntrySize, name_size)),
                     .size = number(file, at + 24, 4),
                     .packed_size = number(file, at + 20, 4),
                     .method = static_cast<int>(number(file, at + 10, 2)),
                     .header = number(file, at + 42, 4),
                     .crc32 = static_cast<std::uint32_t>(number(file, at + 16, 4))};
  if (!widen(entry, file.substr(at + kDirectoryEntrySize + name_size, extra_size)) ||
      entry.header > directory.at - directory.shift || entry.packed_size > directory.at) {
    return std::nullopt;
  }
  entry.header += directory.shift;
  at += kDirectoryEntrySize + rest;
  return entry;
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
  if (!found)
    refuse_member(ErrorKind::corrupt, entry,
                  "has no header where the directory says; download its archive again");
  const std::size_t start = *found;
  if (start > file.size() || entry.packed_size > file.size() - start) {
    refuse_member(ErrorKind::corrupt, entry,
                  "lies beyond the end of the file; download its archive again");
  }
  return file.subspan(start, entry.packed_size);
}

std::span<const std::byte> stored_anywhere(std::span<const std::byte> file,
                                           const ArchiveEntry& entry) noexcept {
  if (entry.method != kStored || entry.size != entry.packed_size) return {};
  const auto start = start_of(as_text(file), entry);
  if (!start || *start > file.size() || entry.size > file.size() - *start) return {};
  return file.subspan(*start, entry.size);
}

void unpack(std::span<const std::byte> file, const ArchiveEntry& entry, const PieceSink& sink) {
  const auto packed = packed_bytes(file, entry);
  if (is_stored(entry)) {
    require_intact(entry, packed);
    return sink(packed);
  }
  Inflater inflater(entry, sink);
  inflater.take(packed);
  inflater.finish();
}

}  // namespace

std::optional<Archive> find_archive(std::span<const std::byte> file) {
  const std::string_view text = as_text(file);
  const auto directory = find_directory(text);
  if (!directory) return std::nullopt;
  Archive archive{.start = directory->at, .directory = directory->at, .entries = {}};
  std::size_t at = directory->at;
  std::size_t room = directory->at;  // for members, which do not overlap
  for (std::size_t i = 0; i < directory->count; ++i) {
    auto entry = read_directory_entry(text, *directory, at);
    if (!entry || entry->packed_size > room) return std::nullopt;
    room -= entry->packed_size;
    archive.start = std::min(archive.start, entry->header);
    archive.entries.push_back(std::move(*entry));
  }
  return archive;
}

std::size_t end_of(const Archive& archive, const ArchiveEntry& entry) noexcept {
  std::size_t end = archive.directory;
  for (const ArchiveEntry& other : archive.entries) {
    if (other.header > entry.header) end = std::min(end, other.header);
  }
  return end;
}

bool is_stored(const ArchiveEntry& entry) noexcept {
  return entry.method == kStored;
}

// `free` bytes may come from anything.
void refuse_bomb(const ArchiveEntry& entry, std::size_t free) {
  if (entry.method == kStored && entry.size != entry.packed_size) {
    refuse_member(ErrorKind::corrupt, entry,
                  "is stored with two different sizes; download its archive again");
  }
  if (entry.size <= free || entry.size / kMostGrowth <= entry.packed_size) return;
  refuse_member(
      ErrorKind::corrupt, entry,
      fmt::format("unpacks to more than {} times its size, {} bytes, as a bomb would; if you "
                  "trust it, unpack it with unzip",
                  kMostGrowth, entry.size));
}

std::span<const std::byte> stored_bytes(std::span<const std::byte> file,
                                        const ArchiveEntry& entry) noexcept {
  constexpr std::size_t kAlignment = 16;
  const auto bytes = stored_anywhere(file, entry);
  const auto place = reinterpret_cast<std::uintptr_t>(bytes.data());
  return place % kAlignment == 0 ? bytes : std::span<const std::byte>();
}

void require_intact(const ArchiveEntry& entry, std::span<const std::byte> content) {
  require_checksum(entry, checksum(0, content));
}

std::span<const std::byte> head_of_stored(std::span<const std::byte> file,
                                          const ArchiveEntry& entry) noexcept {
  constexpr std::size_t kHead = 1024;
  const auto bytes = stored_anywhere(file, entry);
  return bytes.first(std::min(bytes.size(), kHead));
}

void unpack_entry(std::span<const std::byte> file, const ArchiveEntry& entry,
                  const std::function<void(std::span<const std::byte>)>& sink) {
  refuse_bomb(entry, kMostUnpacked);
  unpack(file, entry, sink);
}

std::vector<std::byte> read_entry(std::span<const std::byte> file, const ArchiveEntry& entry,
                                  std::size_t limit) {
  if (entry.size > limit) {
    refuse_member(ErrorKind::corrupt, entry,
                  fmt::format("takes {} bytes, more than {}; if you trust it, unpack it with unzip",
                              entry.size, limit));
  }
  refuse_bomb(entry, kFreeUnpacked);
  std::vector<std::byte> result;
  unpack(file, entry, [&](std::span<const std::byte> piece) {
    if (result.empty()) result.reserve(entry.size);
    result.insert(result.end(), piece.begin(), piece.end());
  });
  return result;
}

}  // namespace litezoo::inspector
