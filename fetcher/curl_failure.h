#pragma once

#include <string>

#include "fetcher/transport.h"

namespace litezoo::fetcher {

// What libcurl's codes mean here. True when no connection was made, so that the host need not be
// tried again.
bool is_unreachable(int code) noexcept;

// One line for a failed transfer: the host, what happened, what to do. `detail` is libcurl's own
// word on it, `connected` whether the request could be sent.
std::string explain(int code, const char* detail, const std::string& place,
                    const TransportSettings& settings, bool connected);

}  // namespace litezoo::fetcher
