#include "inspector/member_stream.h"

#include <algorithm>

#include "base/file.h"

namespace litezoo::inspector {
namespace {

// APPNOTE 4.3.7.
constexpr std::size_t kHeaderSize = 30;
constexpr std::string_view kSignature = "PK\x03\x04";

std::size_t two_bytes(std::string_view text, std::size_t at) {
  const std::size_t high = static_cast<unsigned char>(text[at + 1]);
  return high << 8U | static_cast<unsigned char>(text[at]);
}

}  // namespace

MemberStream::MemberStream(const ArchiveEntry& entry, const PieceSink& sink)
    : entry_(entry), sink_(sink), left_(entry.packed_size) {
  refuse_bomb(entry, kFreeUnpacked);
  if (!is_stored(entry)) inflater_.emplace(entry, sink);
}

void MemberStream::read_header(std::span<const std::byte>& bytes) {
  const auto count = std::min(bytes.size(), kHeaderSize - header_.size());
  header_ += as_text(bytes.first(count));
  bytes = bytes.subspan(count);
  if (header_.size() < kHeaderSize) return;
  if (!header_.starts_with(kSignature)) {
    refuse_member(ErrorKind::corrupt, entry_,
                  "has no header where the directory says; download its archive again");
  }
  to_skip_ = two_bytes(header_, 26) + two_bytes(header_, 28);
}

bool MemberStream::take(std::span<const std::byte> bytes) {
  if (header_.size() < kHeaderSize) read_header(bytes);
  const std::size_t skipped = std::min(bytes.size(), to_skip_);
  to_skip_ -= skipped;
  bytes = bytes.subspan(skipped);
  const auto packed = bytes.first(std::min(bytes.size(), left_));
  left_ -= packed.size();
  if (inflater_) {
    inflater_->take(packed);
  } else if (!packed.empty()) {
    crc32_ = checksum(crc32_, packed);
    sink_(packed);
  }
  return left_ > 0 || header_.size() < kHeaderSize || to_skip_ > 0;
}

void MemberStream::finish() const {
  if (left_ > 0 || header_.size() < kHeaderSize) {
    refuse_member(ErrorKind::corrupt, entry_,
                  "lies beyond the end of the file; download its archive again");
  }
  inflater_ ? inflater_->finish() : require_checksum(entry_, crc32_);
}

}  // namespace litezoo::inspector
