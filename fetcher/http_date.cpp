#include "fetcher/http_date.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace litezoo::fetcher {

std::optional<std::chrono::seconds> parse_retry_after(const std::string& value) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size()) {
    return std::chrono::seconds(seconds);
  }
  const std::time_t date = curl_getdate(value.c_str(), nullptr);
  if (date < 0) return std::nullopt;
  return std::chrono::seconds(std::max<std::time_t>(0, date - std::time(nullptr)));
}

}  // namespace litezoo::fetcher
