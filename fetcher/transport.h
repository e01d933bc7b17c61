#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"

namespace litezoo::fetcher {

struct TransportSettings {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  // Given up when fewer than low_speed bytes a second arrive for so long.
  std::chrono::seconds stall_timeout = std::chrono::seconds(20);
  Bytes low_speed{256};
  int max_redirects = 10;
  // Asked about once a second, and with every piece; true stops the transfer: Error(interrupted).
  std::function<bool()> cancelled;
};

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

struct HttpSink {
  std::function<void(const HttpHead&)> head;  // once, before the first byte of a 2xx
  std::function<void(std::span<const std::byte>)> body;
};

// HTTP(S) over libcurl. Follows redirects itself: to https, or http on loopback, and without
// credentials when host, port or scheme change. A host that could not be reached is not tried again
// by the same object, so that failing over costs its time-out once. One thread at a time.
class Transport {
 public:
  explicit Transport(TransportSettings settings);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport();

  // Failures of the network are in the reply. Throws what the sink throws, Error(interrupted), and
  // Error(corrupt) when the body is longer than the limit.
  HttpReply send(const HttpRequest& request, const HttpSink& sink);

  struct Text {
    std::string body;
    HttpHead head;
  };
  // The body of a 2xx. Throws Error(network), or Error(not_found) for 404 and 410.
  Text get_text(const HttpRequest& request);

 private:
  struct Curl;
  HttpReply follow(const HttpRequest& request, const HttpSink& sink);

  TransportSettings settings_;
  std::unique_ptr<Curl> curl_;
  std::set<std::string> unreachable_;  // origins
};

// The address of a Link header's entry with that rel; nothing when there is none.
std::optional<std::string> link_of(const HttpHead& head, const std::string& rel);

// Throws Error(network), or Error(not_found) for 404 and 410, unless the reply is a whole 2xx.
void require_success(const HttpReply& reply, const std::string& url);

// Seconds a 429 or 503 asks to wait: Retry-After in both forms, else RateLimit's t.
std::optional<std::chrono::seconds> retry_after(const HttpHead& head);

}  // namespace litezoo::fetcher
