#include "inspector/inflate.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace litezoo::inspector {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20U;
constexpr int kDeflated = 8;
// Deflate cannot do better: a larger claim is a lie that would cost memory.
constexpr std::size_t kMostDeflated = 1032;

}  // namespace

struct Inflater::Stream {
  z_stream z{};
  std::vector<std::byte> piece;
  explicit Stream(std::size_t size) : piece(size) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&z); }
};

void refuse_member(ErrorKind kind, const ArchiveEntry& entry, const std::string& why) {
  throw Error(kind, fmt::format("archive member '{}' {}", escape_for_terminal(entry.name), why));
}

std::uint32_t checksum(std::uint32_t before, std::span<const std::byte> bytes) noexcept {
  const auto* const first = reinterpret_cast<const Bytef*>(bytes.data());
  // zlib takes a null pointer as a question for the first value.
  return bytes.empty() ? before : static_cast<std::uint32_t>(crc32_z(before, first, bytes.size()));
}

void require_checksum(const ArchiveEntry& entry, std::uint32_t content) {
  if (content == entry.crc32) return;
  refuse_member(ErrorKind::corrupt, entry,
                "is damaged: its CRC-32 is wrong; download its archive again");
}

Inflater::Inflater(const ArchiveEntry& entry, const PieceSink& sink) : entry_(entry), sink_(sink) {
  if (entry.method != kDeflated) {
    refuse_member(
        ErrorKind::unsupported, entry,
        fmt::format("is packed by method {}; unpack the archive with unzip", entry.method));
  }
  if (entry.size / kMostDeflated > entry.packed_size) {
    refuse_member(ErrorKind::corrupt, entry,
                  "claims to unpack to an impossible size; download its archive again");
  }
  stream_ = std::make_unique<Stream>(std::min(entry.size + 1, kPiece));
  if (inflateInit2(&stream_->z, -MAX_WBITS) != Z_OK) {
    refuse_member(ErrorKind::internal, entry, "could not be unpacked: zlib did not start");
  }
}

Inflater::~Inflater() = default;

void Inflater::take(std::span<const std::byte> packed) {
  z_stream& z = stream_->z;
  std::vector<std::byte>& piece = stream_->piece;
  while (!ended_ && (z.avail_in > 0 || !packed.empty())) {
    if (z.avail_in == 0) {
      // zlib counts in 32 bits.
      const auto next = packed.first(std::min(packed.size(), kPiece));
      packed = packed.subspan(next.size());
      z.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(next.data()));
      z.avail_in = static_cast<uInt>(next.size());
    }
    // What is packed may give more than one piece takes.
    do {
      z.next_out = reinterpret_cast<Bytef*>(piece.data());
      z.avail_out = static_cast<uInt>(piece.size());
      const int code = inflate(&z, Z_NO_FLUSH);
      const std::size_t got = piece.size() - z.avail_out;
      given_ += got;
      if (given_ > entry_.size) refuse_damaged();
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) refuse_damaged();
      const auto bytes = std::span<const std::byte>(piece).first(got);
      crc32_ = checksum(crc32_, bytes);
      if (got > 0) sink_(bytes);
      ended_ = code == Z_STREAM_END;
    } while (!ended_ && z.avail_out == 0);
  }
}

void Inflater::finish() const {
  if (!ended_ || given_ != entry_.size) refuse_damaged();
  require_checksum(entry_, crc32_);
}

void Inflater::refuse_damaged() const {
  refuse_member(ErrorKind::corrupt, entry_,
                "does not unpack to its size: it is damaged; download its archive again");
}

}  // namespace litezoo::inspector
