#pragma once

#include <chrono>

#include "fetcher/http.h"

namespace litezoo::fetcher {

// How long to wait after so many failures in a row, the last with this reply: what its server asks
// for, else a time that grows with each and varies, so that many clients do not come back at the
// same moment.
std::chrono::milliseconds pause_after(const HttpReply& reply, int failures,
                                      std::chrono::milliseconds first);

}  // namespace litezoo::fetcher
