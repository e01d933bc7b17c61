#include "fetcher/shared_archive.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "fetcher/download.h"

namespace litezoo::fetcher {

SharedArchive& archive_of(Session& session, const Place& place, const std::string& name) {
  const std::string& url = place.urls.front();
  return *session.archives.at(url, [&] {
    auto archive = std::make_unique<SharedArchive>();
    archive->partial =
        std::make_unique<Partial>(session.store().partial_directory(),
                                  sha256_of(as_bytes("archive " + url)), lock_wait(session, name));
    Partial& partial = *archive->partial;
    keeping(partial, [&] {
      return download(session, place, name, {partial.file(), partial.journal()});
    });
    // Others that wait for it get one of their own rather than wait for us to end.
    partial.unname();
    return archive;
  });
}

Bytes unpacked_limit(Bytes archive_size) {
  return Bytes{archive_size.count * 100 + (std::uint64_t{32} << 20)};
}

ArchiveMember wanted_member(const Place& place, Bytes archive_size) {
  ArchiveMember wanted;
  wanted.archive = place.pinned;
  wanted.member = place.wrapped_as;
  if (!place.archive_member.empty()) {
    wanted.member = place.archive_member;
    wanted.archive.resize(wanted.archive.size() - wanted.member.size() - 1);
    wanted.names = MemberNames::without_first_part;
  }
  wanted.unpacked_limit = unpacked_limit(archive_size);
  return wanted;
}

LockWait lock_wait(Session& session, const std::string& name) {
  LockWait wait;
  wait.cancelled = session.settings().cancelled;
  wait.waiting = [&session, name](int process) {
    session.note("waiting for another litezoo" +
                 (process > 0 ? " (process " + std::to_string(process) + ")" : "") +
                 " that is fetching " + escape_for_terminal(name));
  };
  return wait;
}

}  // namespace litezoo::fetcher
