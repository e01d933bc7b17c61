#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/units.h"

namespace litezoo::fetcher {

// npm's archives keep everything below one folder whose name says nothing.
enum class MemberNames { whole, without_first_part };

struct ArchiveMember {
  std::string archive;  // the archive's name, for messages
  std::string member;   // path of the wanted file
  MemberNames names = MemberNames::whole;
  Bytes size_limit{std::uint64_t{4} << 30};      // of the member
  Bytes unpacked_limit{std::uint64_t{8} << 30};  // of all entries up to it
  std::function<bool()> cancelled;
};

// Streams one regular file out of a tar, tar.gz or zip archive. Only that entry is read out, and
// nothing of an entry's name reaches the file system. `descriptor` is open for reading and may
// seek. Throws Error(not_found) that lists the models inside when there is no such file,
// Error(corrupt) for a damaged archive, a link in its place, or one that unpacks to more than the
// limits, Error(interrupted), and what `piece` throws.
void extract_member(int descriptor, const ArchiveMember& wanted,
                    const std::function<void(std::span<const std::byte>)>& piece);

// The same for a gzip-compressed tar archive that comes in pieces, each valid until the next one is
// asked for, and an empty one at its end. No piece is asked for after the file's last one. Throws
// what `next` throws, too.
using NextPiece = std::function<std::span<const std::byte>()>;
void extract_member(const NextPiece& next, const ArchiveMember& wanted,
                    const std::function<void(std::span<const std::byte>)>& piece);

// Every model in the archive, in its order: `begin` is told each one's name, `piece` its bytes,
// `end` that they are over. `archive` names no member. Throws as extract_member does.
struct ModelSink {
  std::function<void(const std::string& name)> begin;
  std::function<void(std::span<const std::byte>)> piece;
  std::function<void()> end;
};
void extract_models(int descriptor, const ArchiveMember& archive, const ModelSink& sink);

}  // namespace litezoo::fetcher
