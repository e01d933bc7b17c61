#pragma once

#include <optional>
#include <string>

#include "base/file.h"
#include "fetcher/fetch.h"
#include "fetcher/reference.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {

// Brings the file of one reference here. Throws Error.
Fetched fetch_one(Session& session, const FetchRequest& request, const Reference& reference);

// The stored file when its content is still right; a damaged one is removed.
std::optional<Fetched> find_intact(const Store& store, const std::string& sha256);

// What the place states and what the request knows besides.
Place with_expectations(const Place& place, const FetchRequest& request);

// The file of another tool's cache that is provably the expected one.
std::optional<MappedFile> provable_copy(const Place& expected);

// The file's SHA-256 as request or hub tell it; empty when neither does.
std::string stated_sha256(const FetchRequest& request, const Place& place);

// The unfinished file's name: what processes that want the same bytes agree on.
std::string partial_key(const FetchRequest& request, const Place& place);

}  // namespace litezoo::fetcher
