#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "fetcher/archive.h"
#include "fetcher/partial.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {

// The archive that the place's addresses give, brought here once a session. `name` is the
// transfer's. Throws as download() does.
SharedArchive& archive_of(Session& session, const Place& place, const std::string& name);

// What an archive of that size may unpack to: models hardly compress at all.
Bytes unpacked_limit(Bytes archive_size);
// What is to be taken out of the place's archive of that size.
ArchiveMember wanted_member(const Place& place, Bytes archive_size);

// Says once who else is fetching that name.
LockWait lock_wait(Session& session, const std::string& name);

// Runs a transfer into the unfinished file. One that was stopped or broke off is kept for later
// when it brought much.
template <typename Run>
auto keeping(Partial& partial, const Run& run) {
  constexpr std::uint64_t kWorthKeeping = std::uint64_t{1} << 20;
  try {
    return run();
  } catch (const Error& error) {
    const bool passing =
        error.kind() == ErrorKind::network || error.kind() == ErrorKind::interrupted;
    std::error_code ignored;
    const bool journaled = std::filesystem::exists(partial.journal(), ignored);
    if (passing && journaled && partial.file().size() >= kWorthKeeping) partial.keep();
    throw;
  }
}

}  // namespace litezoo::fetcher
