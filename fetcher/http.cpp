#include "fetcher/http.h"

#include <charconv>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/http_date.h"
#include "fetcher/reference.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

std::optional<std::uint64_t> leading_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

// When a server that wants fewer requests says so.
std::string when(const HttpHead& head) {
  const auto wait = retry_after(head);
  return wait ? "in " + std::to_string(wait->count()) + " s" : "later";
}

}  // namespace

std::optional<std::string> HttpHead::header(const std::string& name) const {
  const auto found = headers.find(name);
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

std::optional<std::string> link_of(const HttpHead& head, const std::string& rel) {
  const std::string links = head.header("link").value_or("");
  std::size_t at = 0;
  for (;;) {
    const std::size_t open = links.find('<', at);
    const std::size_t close = links.find('>', open);
    if (open == std::string::npos || close == std::string::npos) return std::nullopt;
    const std::string parameters = links.substr(close + 1, links.find('<', close) - close - 1);
    if (parameters.find("rel=\"" + rel + "\"") != std::string::npos) {
      return links.substr(open + 1, close - open - 1);
    }
    at = close + 1;
  }
}

void require_success(const HttpReply& reply, const std::string& url) {
  if (!reply.failure.empty()) throw Error(ErrorKind::network, about(url, reply.failure));
  const int status = reply.status();
  if (status >= 200 && status < 300) return;
  const std::string shown = "'" + escape_for_terminal(without_query(url)) + "'";
  switch (status) {
    case 401:
    case 403:
      throw Error(ErrorKind::network, shown + " may not be read (HTTP " + std::to_string(status) +
                                          "); it may need a login or consent on its page");
    case 404:
    case 410:
      throw Error(ErrorKind::not_found, shown + " does not exist (HTTP " + std::to_string(status) +
                                            "); check the address");
    case 429:
      throw Error(ErrorKind::network, shown + " asks for fewer requests (HTTP 429); try again " +
                                          when(reply.hops.back()));
    default:
      throw Error(ErrorKind::network,
                  shown + " failed (HTTP " + std::to_string(status) + ")" +
                      (status >= 500 ? "; try again later" : "; check the address"));
  }
}

std::optional<RateLimit> rate_limit(const HttpHead& head) {
  const std::string text = head.header("ratelimit").value_or("");
  const std::size_t left = text.find("r=");
  const std::size_t reset = text.find("t=");
  if (left == std::string::npos || reset == std::string::npos) return std::nullopt;
  const auto count = leading_number(std::string_view(text).substr(left + 2));
  const auto seconds = leading_number(std::string_view(text).substr(reset + 2));
  if (!count || !seconds || *seconds > 86'400) return std::nullopt;
  return RateLimit{*count, std::chrono::seconds(*seconds)};
}

std::optional<std::chrono::seconds> retry_after(const HttpHead& head) {
  if (const auto value = head.header("retry-after")) {
    if (const auto wait = parse_retry_after(*value)) return wait;
  }
  const auto limit = rate_limit(head);
  if (!limit || limit->left > 0) return std::nullopt;
  return limit->reset + std::chrono::seconds(1);
}

std::optional<std::uint64_t> content_length(const HttpHead& head) {
  return leading_number(head.header("content-length").value_or(""));
}

std::optional<ContentRange> content_range(const HttpHead& head) {
  constexpr std::string_view kUnit = "bytes ";
  const std::string value = head.header("content-range").value_or("");
  const std::string_view text = value;
  if (!text.starts_with(kUnit)) return std::nullopt;
  const std::size_t dash = text.find('-');
  const std::size_t slash = text.find('/');
  const auto first = leading_number(text.substr(kUnit.size()));
  if (!first || dash == std::string_view::npos || slash == std::string_view::npos) {
    return std::nullopt;
  }
  return ContentRange{*first, leading_number(text.substr(slash + 1))};
}

std::string validator_of(const HttpHead& head) {
  const auto tag = head.header("etag");
  if (tag && !tag->starts_with("W/")) return *tag;
  return head.header("last-modified").value_or("");
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Redirect redirect_of(const HttpHead& head) {
  const std::string shown = without_query(head.url);
  const auto location = head.header("location");
  if (!location)
    return {"", "'" + shown + "' redirects without saying where to; use another address"};
  const auto target = resolve_location(head.url, *location);
  const auto url = target ? parse_url(*target) : std::nullopt;
  if (!url || url->has_credentials) {
    return {"", "'" + shown + "' redirects to what is no web address; use another address"};
  }
  const auto from = parse_url(head.url);
  const bool from_loopback = from && is_loopback_host(from->host) && from->scheme == "http";
  if (url->scheme == "http" && !(from_loopback && is_loopback_host(url->host))) {
    return {"", "'" + shown + "' redirects to an unencrypted address on " + url->place() +
                    ", which is not followed; use another address"};
  }
  return {*target, ""};
}

}  // namespace litezoo::fetcher
