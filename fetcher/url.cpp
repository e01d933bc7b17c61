#include "fetcher/url.h"

#include <curl/curl.h>

#include <array>
#include <memory>

#include "base/handle.h"
#include "base/text.h"

namespace litezoo::fetcher {
namespace {

using UrlHandle = std::unique_ptr<CURLU, Deleter<curl_url_cleanup>>;
using CurlText = std::unique_ptr<char, Deleter<curl_free>>;

std::optional<std::string> part(CURLU* url, CURLUPart which, unsigned int flags = 0) {
  char* raw = nullptr;
  if (curl_url_get(url, which, &raw, flags) != CURLUE_OK) return std::nullopt;
  const CurlText text(raw);
  return std::string(raw);
}

UrlHandle read(const std::string& text) {
  UrlHandle url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return nullptr;
  return url;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string Url::place() const {
  const bool usual = (scheme == "https" && port == "443") || (scheme == "http" && port == "80");
  return usual ? host : host + ":" + port;
}

std::optional<Url> parse_url(std::string_view text) {
  const UrlHandle url = read(std::string(text));
  if (!url) return std::nullopt;
  Url result;
  result.scheme = to_lower(part(url.get(), CURLUPART_SCHEME).value_or(""));
  if (result.scheme != "http" && result.scheme != "https") return std::nullopt;
  result.host = to_lower(part(url.get(), CURLUPART_HOST).value_or(""));
  if (result.host.empty()) return std::nullopt;
  result.port = part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT).value_or("");
  result.path = part(url.get(), CURLUPART_PATH).value_or("/");
  result.query = part(url.get(), CURLUPART_QUERY).value_or("");
  result.has_credentials = part(url.get(), CURLUPART_USER) || part(url.get(), CURLUPART_PASSWORD);
  return result;
}

std::string without_query(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of("?#")));
}

std::string shown_reference(const std::string& reference) {
  const bool address = reference.starts_with("https:") || reference.starts_with("http:");
  return escape_for_terminal(address ? without_query(reference) : reference);
}

std::string about(const std::string& reference, const std::string& message) {
  const std::string shown = shown_reference(reference);
  // As a word of its own: a name may be a part of an address.
  const auto ends = [](char c) { return c == '\'' || c == ' ' || c == ':' || c == ';'; };
  for (std::size_t at = message.find(shown); at != std::string::npos;
       at = message.find(shown, at + 1)) {
    const std::size_t after = at + shown.size();
    const bool begins = at == 0 || ends(message[at - 1]);
    if (begins && (after == message.size() || ends(message[after]))) return message;
  }
  return shown + ": " + message;
}

std::optional<std::string> resolve_location(const std::string& base, const std::string& location) {
  const UrlHandle url = read(base);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, location.c_str(),
                           CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return std::nullopt;
  }
  return part(url.get(), CURLUPART_URL);
}

std::string percent_encode(std::string_view text, Slashes slashes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || (c == '/' && slashes == Slashes::keep)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 15U];
  }
  return encoded;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace litezoo::fetcher
