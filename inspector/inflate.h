#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "inspector/archive.h"

namespace litezoo::inspector {

using PieceSink = std::function<void(std::span<const std::byte>)>;

// Throws Error: "archive member 'NAME' why".
[[noreturn]] void refuse_member(ErrorKind kind, const ArchiveEntry& entry, const std::string& why);

// CRC-32 of bytes that follow those of `before`; 0 for the first.
std::uint32_t checksum(std::uint32_t before, std::span<const std::byte> bytes) noexcept;
// Throws Error(corrupt) unless the content has that CRC-32.
void require_checksum(const ArchiveEntry& entry, std::uint32_t content);

// Unpacks the bytes of a deflated member to exactly its size and CRC-32, as they come.
class Inflater {
 public:
  // Both must outlive it. Throws Error(unsupported) for another method, Error(corrupt) for a size
  // that cannot be reached.
  Inflater(const ArchiveEntry& entry, const PieceSink& sink);
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater();

  // The next of its packed bytes. Throws Error(corrupt) when they are damaged or unpack to more.
  void take(std::span<const std::byte> packed);
  // Throws Error(corrupt) unless it has given all, and the right bytes.
  void finish() const;

 private:
  struct Stream;
  void refuse_damaged() const;

  const ArchiveEntry& entry_;
  const PieceSink& sink_;
  std::unique_ptr<Stream> stream_;
  std::size_t given_ = 0;
  std::uint32_t crc32_ = 0;  // of what was given
  bool ended_ = false;
};

}  // namespace litezoo::inspector
