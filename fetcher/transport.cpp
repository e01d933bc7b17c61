#include "fetcher/transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <utility>

#include "base/error.h"
#include "base/handle.h"
#include "base/text.h"
#include "fetcher/http_date.h"
#include "fetcher/reference.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kErrorBody = std::size_t{64} << 10;
constexpr std::size_t kHeaderLimit = std::size_t{256} << 10;

struct AppendList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, AppendList>;

void add_header(HeaderList& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (grown == nullptr) throw Error(ErrorKind::internal, "out of memory for request headers");
  static_cast<void>(list.release());
  list.reset(grown);
}

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

// One request on one connection: what the C callbacks see.
struct Exchange {
  const HttpRequest* request = nullptr;
  const HttpSink* sink = nullptr;
  const TransportSettings* settings = nullptr;
  HttpHead head;
  std::string body;
  std::uint64_t received = 0;
  std::size_t header_bytes = 0;
  bool head_given = false;
  bool stalled = false;
  std::chrono::steady_clock::time_point last_byte = std::chrono::steady_clock::now();
  std::exception_ptr thrown;

  CURL* curl = nullptr;

  // Ready to send the request: after the TLS handshake, and at once on a connection kept open.
  bool connected() const noexcept {
    curl_off_t ready_after = 0;
    curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &ready_after);
    return ready_after > 0;
  }

  bool success() const noexcept { return head.status >= 200 && head.status < 300; }

  // libcurl's own low-speed check averages over seconds, so a burst would hide a stall from it.
  bool has_stalled(bool connected) {
    if (!connected) last_byte = std::chrono::steady_clock::now();
    stalled = std::chrono::steady_clock::now() - last_byte > settings->stall_timeout;
    return stalled;
  }

  void on_header(std::string_view line) {
    last_byte = std::chrono::steady_clock::now();
    header_bytes += line.size();
    if (header_bytes > kHeaderLimit) {
      throw Error(ErrorKind::network, "'" + without_query(head.url) + "' sends endless headers");
    }
    if (line.starts_with("HTTP/")) {
      // An interim 1xx answer, or a proxy's, may come before the real one.
      const std::size_t space = line.find(' ');
      head.status = space == std::string_view::npos ? 0 : std::atoi(line.data() + space + 1);
      head.headers.clear();
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string& value = head.headers[to_lower(line.substr(0, colon))];
    if (!value.empty()) value += ", ";
    value += trimmed(line.substr(colon + 1));
  }

  void give_head() {
    if (head_given || !success()) return;
    head_given = true;
    const auto length = head.header("content-length");
    if (length && std::strtoull(length->c_str(), nullptr, 10) > request->size_limit.count) {
      throw_too_long();
    }
    if (sink->head) sink->head(head);
  }

  void on_body(std::span<const std::byte> bytes) {
    last_byte = std::chrono::steady_clock::now();
    if (!success()) {
      const std::size_t room = kErrorBody - std::min(kErrorBody, body.size());
      body.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
      return;
    }
    give_head();
    received += bytes.size();
    if (received > request->size_limit.count) throw_too_long();
    if (sink->body) sink->body(bytes);
  }

  [[noreturn]] void throw_too_long() const {
    throw Error(ErrorKind::corrupt, "'" + without_query(head.url) + "' gives more than the " +
                                        to_text(request->size_limit) + " allowed");
  }
};

template <typename Function>
bool guarded(Exchange& exchange, const Function& function) noexcept {
  try {
    function();
    return true;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return false;
  }
}

std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(data, size * count);
  return guarded(exchange, [&] { exchange.on_header(line); }) ? size * count : 0;
}

std::size_t write_callback(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const auto bytes = std::as_bytes(std::span(data, size * count));
  return guarded(exchange, [&] { exchange.on_body(bytes); }) ? size * count : 0;
}

int progress_callback(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& exchange = *static_cast<Exchange*>(user);
  const bool go_on = guarded(exchange, [&] {
    const auto& cancelled = exchange.settings->cancelled;
    if (cancelled && cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
  });
  const bool connected = exchange.connected();
  return go_on && !exchange.has_stalled(connected) ? 0 : 1;
}

const char* environment_ca_file() {
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return nullptr;
}

bool is_unreachable(CURLcode code) noexcept {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
         code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
}

// One line for a failed transfer: the host, what happened, what to do.
std::string explain(CURLcode code, const char* detail, const std::string& place,
                    const TransportSettings& settings, bool connected) {
  const std::string reach = "cannot reach " + place + ": ";
  const std::string cause =
      *detail != '\0' ? escape_for_terminal(detail) : curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return reach + "its name is not known; check the network or the proxy settings";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return reach + "the proxy's name is not known; check https_proxy";
    case CURLE_COULDNT_CONNECT:
      return reach + "the connection was refused or found no way; check the network";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return reach + "its certificate is not trusted (" + cause +
             "); for a proxy of your own set CURL_CA_BUNDLE";
    case CURLE_OPERATION_TIMEDOUT:
      if (!connected) {
        return reach + "no connection within " +
               to_text(std::chrono::nanoseconds(settings.connect_timeout)) + "; check the network";
      }
      return place + " stopped sending for " +
             to_text(std::chrono::nanoseconds(settings.stall_timeout)) + "; try again later";
    default:
      return "the transfer from " + place + " broke off: " + cause;
  }
}

}  // namespace

std::optional<std::string> HttpHead::header(const std::string& name) const {
  const auto found = headers.find(name);
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

struct Transport::Curl {
  std::unique_ptr<CURL, Deleter<curl_easy_cleanup>> handle;
  std::string user_agent;
};

Transport::Transport(TransportSettings settings)
    : settings_(std::move(settings)), curl_(std::make_unique<Curl>()) {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_->handle.reset(curl_easy_init());
  if (kStarted != CURLE_OK || !curl_->handle) {
    throw Error(ErrorKind::internal, "cannot start libcurl");
  }
  curl_->user_agent = "litezoo/" LITEZOO_VERSION " libcurl/";
  curl_->user_agent += curl_version_info(CURLVERSION_NOW)->version;
}

Transport::~Transport() = default;

namespace {

struct Outcome {
  CURLcode code = CURLE_OK;
  std::string detail;
  bool connected = false;
};

// Performs one request without following redirects.
Outcome perform(CURL* curl, const std::string& user_agent, const TransportSettings& settings,
                const HeaderList& headers, Exchange& exchange) {
  std::array<char, CURL_ERROR_SIZE> detail{};
  const HttpRequest& request = *exchange.request;
  curl_easy_reset(curl);
  const auto set = [curl](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
  set(CURLOPT_URL, exchange.head.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, user_agent.c_str());
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_ERRORBUFFER, detail.data());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  set(CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(settings.low_speed.count));
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(settings.stall_timeout.count()));
  set(CURLOPT_BUFFERSIZE, 256L << 10);
  if (request.method == HttpMethod::head) set(CURLOPT_NOBODY, 1L);
  if (request.compressed) set(CURLOPT_ACCEPT_ENCODING, "");
  const char* environment_ca = environment_ca_file();
  if (!request.ca_file.empty()) {
    set(CURLOPT_CAINFO, request.ca_file.c_str());
  } else if (environment_ca != nullptr) {
    set(CURLOPT_CAINFO, environment_ca);
  }
  set(CURLOPT_HEADERFUNCTION, &header_callback);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(CURLOPT_WRITEFUNCTION, &write_callback);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(CURLOPT_XFERINFOFUNCTION, &progress_callback);
  set(CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
  set(CURLOPT_NOPROGRESS, 0L);
  exchange.curl = curl;
  CURLcode code = curl_easy_perform(curl);
  if (code == CURLE_ABORTED_BY_CALLBACK && exchange.stalled) code = CURLE_OPERATION_TIMEDOUT;
  return {code, detail.data(), exchange.connected()};
}

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The address a redirect leads to, or why it is not followed.
struct Redirect {
  std::string url;
  std::string refusal;
};
Redirect redirect_of(const HttpHead& head) {
  const std::string shown = without_query(head.url);
  const auto location = head.header("location");
  if (!location) return {"", "'" + shown + "' redirects without saying where to"};
  const auto target = resolve_location(head.url, *location);
  const auto url = target ? parse_url(*target) : std::nullopt;
  if (!url || url->has_credentials) {
    return {"", "'" + shown + "' redirects to what is no web address; not followed"};
  }
  const auto from = parse_url(head.url);
  const bool from_loopback = from && is_loopback_host(from->host) && from->scheme == "http";
  if (url->scheme == "http" && !(from_loopback && is_loopback_host(url->host))) {
    return {"", "'" + shown + "' redirects to an unencrypted address on " + url->place() +
                    "; not followed"};
  }
  return {*target, ""};
}

}  // namespace

HttpReply Transport::follow(const HttpRequest& request, const HttpSink& sink) {
  HttpReply reply;
  const auto first = parse_url(request.url);
  std::string url = request.url;
  for (;;) {
    const auto parts = parse_url(url);
    if (!first || !parts) {
      reply.failure = "'" + without_query(url) + "' is not a web address";
      return reply;
    }
    if (unreachable_.contains(parts->origin())) {
      reply.unreachable = true;
      reply.failure = "cannot reach " + parts->place() + ", as before";
      return reply;
    }
    HeaderList headers;
    for (const std::string& line : request.headers) add_header(headers, line);
    if (!request.compressed) add_header(headers, "Accept-Encoding: identity");
    if (!request.authorization.empty() && parts->origin() == first->origin()) {
      add_header(headers, "Authorization: " + request.authorization);
    }
    Exchange exchange;
    exchange.request = &request;
    exchange.sink = &sink;
    exchange.settings = &settings_;
    exchange.head.url = url;
    const Outcome outcome =
        perform(curl_->handle.get(), curl_->user_agent, settings_, headers, exchange);
    if (outcome.code == CURLE_OK) guarded(exchange, [&] { exchange.give_head(); });
    if (exchange.thrown) std::rethrow_exception(exchange.thrown);
    if (exchange.head.status != 0) reply.hops.push_back(exchange.head);
    if (outcome.code != CURLE_OK) {
      reply.unreachable = is_unreachable(outcome.code) ||
                          (outcome.code == CURLE_OPERATION_TIMEDOUT && !outcome.connected);
      if (reply.unreachable) unreachable_.insert(parts->origin());
      reply.failure = explain(outcome.code, outcome.detail.c_str(), parts->place(), settings_,
                              outcome.connected);
      return reply;
    }
    reply.body = std::move(exchange.body);
    if (!is_redirect(exchange.head.status)) return reply;
    const Redirect redirect = redirect_of(exchange.head);
    const auto target = parse_url(redirect.url);
    const bool leaves = target && target->origin() != first->origin();
    if (leaves && request.redirects == Redirects::same_origin) return reply;
    reply.failure = redirect.refusal;
    if (reply.failure.empty() && static_cast<int>(reply.hops.size()) > settings_.max_redirects) {
      reply.failure = "'" + without_query(request.url) + "' redirects without end";
    }
    if (!reply.failure.empty()) return reply;
    url = redirect.url;
  }
}

HttpReply Transport::send(const HttpRequest& request, const HttpSink& sink) {
  if (settings_.cancelled && settings_.cancelled()) {
    throw Error(ErrorKind::interrupted, "interrupted");
  }
  return follow(request, sink);
}

Transport::Text Transport::get_text(const HttpRequest& request) {
  Text text;
  HttpSink sink;
  sink.body = [&text](std::span<const std::byte> bytes) {
    text.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const HttpReply reply = send(request, sink);
  require_success(reply, request.url);
  text.head = reply.hops.back();
  return text;
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
  if (!reply.failure.empty()) throw Error(ErrorKind::network, reply.failure);
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
      throw Error(ErrorKind::not_found,
                  shown + " does not exist (HTTP " + std::to_string(status) + ")");
    case 429:
      throw Error(ErrorKind::network, shown + " asks for fewer requests (HTTP 429); try later");
    default:
      throw Error(ErrorKind::network, shown + " failed (HTTP " + std::to_string(status) + ")" +
                                          (status >= 500 ? "; try again later" : ""));
  }
}

std::optional<std::chrono::seconds> retry_after(const HttpHead& head) {
  if (const auto value = head.header("retry-after")) {
    if (const auto wait = parse_retry_after(*value)) return wait;
  }
  const auto limit = head.header("ratelimit");
  const std::size_t at = limit ? limit->find("t=") : std::string::npos;
  if (at == std::string::npos || limit->find("r=0") == std::string::npos) return std::nullopt;
  return std::chrono::seconds(std::strtol(limit->c_str() + at + 2, nullptr, 10) + 1);
}

}  // namespace litezoo::fetcher
