#pragma once

#include <functional>
#include <span>

#include "fetcher/remote_stream.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {

// The file that the place's archive holds, as it comes: `stream` is read from the archive's start,
// because nothing in a compressed one can be skipped, to the file's end and no further. Throws what
// the stream throws, Error(unsupported) when it is no gzip-compressed archive of stated size, so
// that the caller can fetch it instead, and Error as extract_member does.
void stream_member(Session& session, const Place& place, RemoteStream& stream,
                   const std::function<void(std::span<const std::byte>)>& piece);

}  // namespace litezoo::fetcher
