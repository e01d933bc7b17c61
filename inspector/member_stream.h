#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "inspector/inflate.h"

namespace litezoo::inspector {

// A member of an archive that is not in memory: its bytes come in pieces, from its local header on,
// and are unpacked as they come.
class MemberStream {
 public:
  // Both must outlive it. Throws Error as read_entry does for what may not be unpacked.
  MemberStream(const ArchiveEntry& entry, const PieceSink& sink);

  // False once it has all. Throws Error(corrupt) for damaged bytes.
  bool take(std::span<const std::byte> bytes);
  // Throws Error(corrupt) unless it had all, and the right bytes.
  void finish() const;

 private:
  void read_header(std::span<const std::byte>& bytes);

  const ArchiveEntry& entry_;
  const PieceSink& sink_;
  std::optional<Inflater> inflater_;  // nothing when it is stored
  std::string header_;                // of its fixed size, as far as it has come
  std::size_t to_skip_ = 0;           // what follows of the header
  std::size_t left_;                  // packed bytes still to come
  std::uint32_t crc32_ = 0;           // of what has come, when it is stored
};

}  // namespace litezoo::inspector
