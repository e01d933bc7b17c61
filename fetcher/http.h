#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace litezoo::fetcher {

enum class HttpMethod { get, head };

// Redirects to follow: all, or only those that stay on the first host, port and scheme. The answer
// that leads away is then the last hop, and no failure.
enum class Redirects { all, same_origin };

struct HttpRequest {
  std::string url;
  HttpMethod method = HttpMethod::get;
  Redirects redirects = Redirects::all;
  std::vector<std::string> headers;  // "Name: value"; sent on every hop
  std::string authorization;         // "Bearer ...": sent only to the origin of `url`; never shown
  std::string ca_file;               // besides the system's; empty = CURL_CA_BUNDLE, SSL_CERT_FILE
  bool compressed = false;           // let the server compress: for API replies, never for files
  Bytes size_limit{std::uint64_t{1} << 33};  // of the body
};

// The head of one answer. Header names are in lower case; repeated ones are joined by ", ".
struct HttpHead {
  int status = 0;
  std::string url;
  std::map<std::string, std::string> headers;
  std::optional<std::string> header(const std::string& name) const;
};

// What became of a request. The body of a 2xx went to the sink.
struct HttpReply {
  std::vector<HttpHead> hops;  // every answer, redirects first; empty when no server answered
  std::string body;            // the first 64 kB of an answer other than 2xx
  // One line, safe to show, when the exchange did not come to its end; empty when it did.
  std::string failure;
  bool unreachable = false;  // the connection was never made
  int status() const noexcept { return hops.empty() ? 0 : hops.back().status; }
};

// Called from the transport's own thread, one call at a time; what they throw ends the request.
struct HttpSink {
  std::function<void(const HttpHead&)> head;  // once, before the first byte of a 2xx
  std::function<void(std::span<const std::byte>)> body;
  std::function<void()> pause;  // after pieces, when no more are there for the moment
};

// Without the blanks and line ends around it: a header's or a configuration file's value.
std::string trimmed(std::string_view text);

// The address of a Link header's entry with that rel; nothing when there is none.
std::optional<std::string> link_of(const HttpHead& head, const std::string& rel);

// Throws Error(network), or Error(not_found) for 404 and 410, unless the reply is a whole 2xx.
void require_success(const HttpReply& reply, const std::string& url);

// Seconds a 429 or 503 asks to wait: Retry-After in both forms, else RateLimit's t.
std::optional<std::chrono::seconds> retry_after(const HttpHead& head);

// What a RateLimit header says is left until the window ends.
struct RateLimit {
  std::uint64_t left = 0;
  std::chrono::seconds reset{};
};
std::optional<RateLimit> rate_limit(const HttpHead& head);

// Content-Length's value.
std::optional<std::uint64_t> content_length(const HttpHead& head);

// Content-Range's "bytes first-last/total"; total is absent for '*'.
struct ContentRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> total;
};
std::optional<ContentRange> content_range(const HttpHead& head);

// The tag for If-Range: a strong ETag, else Last-Modified; weak tags do not promise equal bytes.
std::string validator_of(const HttpHead& head);

// True for the statuses that lead elsewhere.
bool is_redirect(int status) noexcept;

// The address a redirect leads to, or one line on why it is not followed: only to https, or from
// loopback to loopback.
struct Redirect {
  std::string url;
  std::string refusal;
};
Redirect redirect_of(const HttpHead& head);

}  // namespace litezoo::fetcher
