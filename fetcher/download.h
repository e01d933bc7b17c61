#pragma once

#include <filesystem>
#include <string>

#include "fetcher/partial.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {

// Where the bytes go. What `file` already holds is gone on with as far as the journal vouches for
// it, when the place states a digest or the server still has the version the journal names.
struct Target {
  GrowingFile& file;
  std::filesystem::path journal;  // written beside the transfer; empty = none
};

// Transfers what a place's URLs give into the target, hashing while it writes. Large files whose
// digest is known come in several ranges at a time. A transfer that breaks off goes on from where
// it was (Range with If-Range); passing faults are tried again with growing pauses. `name`
// is the transfer's for progress callbacks. Returns the SHA-256 of the content. Throws
// Error(corrupt) when the bytes are not those the place states, Error(network or not_found),
// Error(io), Error(interrupted).
std::string download(Session& session, const Place& place, const std::string& name,
                     const Target& target);

}  // namespace litezoo::fetcher
