#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "inspector/archive.h"

namespace litezoo::cli {

struct Context;

// A member of an archive, as read_graph wants it: where it lies, or unpacked into memory, or when
// it takes more than inspector::kMostUnpacked into a file below the store that has no name any
// more, so that large weights take no memory until they are read.
class MemberBytes {
 public:
  using Sink = std::function<void(std::span<const std::byte>)>;

  // `archive` must outlive it. Throws as inspector::unpack_entry does, and Error(io).
  MemberBytes(std::span<const std::byte> archive, const inspector::ArchiveEntry& entry);
  // What `unpack` gives in pieces. Throws what that throws, and Error(io).
  explicit MemberBytes(const std::function<void(const Sink&)>& unpack);
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  // What was unpacked is known to be intact; of what lies in the archive this reads it all. Throws
  // Error(corrupt).
  void require_intact() const;

 private:
  void collect(const std::function<void(const Sink&)>& unpack);

  std::vector<std::byte> unpacked_;
  std::optional<MappedFile> spilled_;
  std::span<const std::byte> bytes_;
  std::optional<inspector::ArchiveEntry> stored_;  // what lies in the archive
};

// Bytes and what keeps them.
struct HeldBytes {
  std::span<const std::byte> bytes;
  bool whole = true;  // false: on a server, of which only what is looked at comes
  std::shared_ptr<const MemberBytes> keeper = nullptr;
};
HeldBytes hold(MemberBytes member);

// The bytes behind a reference: of the file, or for REF!member of the member.
class ModelBytes {
 public:
  explicit ModelBytes(MappedFile file) : file_(std::move(file)), bytes_(file_.bytes()) {}
  // Throws as inspector::find_member, fetcher::extract_member (of tar and tar.gz) and MemberBytes
  // do; `name` is what messages call the file.
  ModelBytes(MappedFile file, const std::string& name, const std::string& member);
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  // For what uses all of a member's bytes. Throws as MemberBytes::require_intact does.
  void require_intact() const {
    if (member_) member_->require_intact();
  }

 private:
  MappedFile file_;
  std::optional<MemberBytes> member_;
  std::span<const std::byte> bytes_;  // of one of the two
};

// REF!member taken apart; the member is empty when none is named. For a local bundle any name will
// do, even one that leads out of a directory: it is a label.
struct MemberReference {
  std::string bundle, member;
};
MemberReference split_member(const std::string& reference);

// Fetched first when it is not here yet. Throws what local_path throws; for a member also
// Error(corrupt) when the file is no archive and Error(not_found) naming the members like it.
ModelBytes open_bytes(const Context& context, const std::string& reference);

}  // namespace litezoo::cli
