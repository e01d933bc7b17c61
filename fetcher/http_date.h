#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace litezoo::fetcher {

// Retry-After's value: seconds, or a date taken relative to now (a past one is zero). Nothing when
// it is neither.
std::optional<std::chrono::seconds> parse_retry_after(const std::string& value);

}  // namespace litezoo::fetcher
