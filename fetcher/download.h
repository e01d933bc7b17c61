#pragma once

#include <filesystem>
#include <string>

#include "fetcher/partial.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {

// Where the bytes go. What `file` already holds is gone on with when the place states a digest, or
// when the journal tells which version of the file it is the beginning of.
struct Target {
  GrowingFile& file;
  std::filesystem::path journal;  // written beside the transfer; empty = none
};

// Transfers what a place's URLs give into the target, hashing while it writes. A transfer that
// breaks off goes on from where it was (Range with If-Range); passing faults are tried again with
// growing pauses. `reference` names the place to progress callbacks. Returns the SHA-256 of the
// content. Throws Error(corrupt) when the bytes are not those the place states, Error(network or
// not_found), Error(io), Error(interrupted).
std::string download(Session& session, const Place& place, const std::string& reference,
                     const Target& target);

}  // namespace litezoo::fetcher
