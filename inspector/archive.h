#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace litezoo::inspector {

// One file of a zip archive that lies in memory.
struct ArchiveEntry {
  std::string name;  // as written; may be hostile ("../x"): use it as a label only
  std::size_t size = 0;
  std::size_t packed_size = 0;
  int method = 0;           // 0 = stored, 8 = deflated
  std::size_t header = 0;   // offset of its local header in the file
  std::uint32_t crc32 = 0;  // of its content
};

struct Archive {
  std::size_t start = 0;              // first byte that belongs to the archive
  std::size_t directory = 0;          // where its directory begins
  std::vector<ArchiveEntry> entries;  // in the order of the directory
};

// The zip archive at the end of a file: labels appended to a model, or a whole .task bundle.
// nullopt when there is none, its directory is damaged, or members overlap. Only the directory is
// read. Zip64 is understood, archives over several files are not.
std::optional<Archive> find_archive(std::span<const std::byte> file);

// Where an entry's bytes end at the latest: at the next one's header, or at the directory.
std::size_t end_of(const Archive& archive, const ArchiveEntry& entry) noexcept;

// What is unpacked into memory at most; unpack_entry() is for larger members.
inline constexpr std::size_t kMostUnpacked = std::size_t{160} << 20;
// Larger members may not unpack to more times their packed size: weights do not, bombs do. In
// memory this holds for what takes more than kFreeUnpacked.
inline constexpr std::size_t kMostGrowth = 100;
inline constexpr std::size_t kFreeUnpacked = std::size_t{16} << 20;

// Throws Error(corrupt) when an entry takes more than `free` and grows by more than kMostGrowth,
// and when it is stored with two different sizes.
void refuse_bomb(const ArchiveEntry& entry, std::size_t free);
bool is_stored(const ArchiveEntry& entry) noexcept;

// The bytes of a stored entry where they lie; empty when it is packed, damaged, or not aligned to
// 16 as read_graph wants it.
std::span<const std::byte> stored_bytes(std::span<const std::byte> file,
                                        const ArchiveEntry& entry) noexcept;

// Throws Error(corrupt) unless these are the entry's content, by its CRC-32; reads them all.
void require_intact(const ArchiveEntry& entry, std::span<const std::byte> content);

// The first bytes of a stored entry, up to 1 KiB, wherever they lie; empty when it is packed or
// damaged.
std::span<const std::byte> head_of_stored(std::span<const std::byte> file,
                                          const ArchiveEntry& entry) noexcept;

// The bytes of one entry in pieces, each valid during the call. Throws Error as read_entry does,
// and Error(corrupt) when it takes more than kMostUnpacked and grows by more than kMostGrowth.
void unpack_entry(std::span<const std::byte> file, const ArchiveEntry& entry,
                  const std::function<void(std::span<const std::byte>)>& sink);

// The bytes of one entry, unpacked. Throws Error(corrupt) when they do not lie in the file, do not
// unpack to their size and CRC-32, would take more than `limit`, or grow as a bomb does;
// Error(unsupported) for another method.
std::vector<std::byte> read_entry(std::span<const std::byte> file, const ArchiveEntry& entry,
                                  std::size_t limit = kMostUnpacked);

}  // namespace litezoo::inspector
