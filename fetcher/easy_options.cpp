#include "fetcher/easy_options.h"

#include <curl/curl.h>

#include <cstdlib>

#include "base/error.h"
#include "fetcher/reference.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

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

const char* environment_ca_file() {
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return nullptr;
}

void add_header(HeaderList& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (grown == nullptr) throw Error(ErrorKind::internal, "out of memory for request headers");
  static_cast<void>(list.release());
  list.reset(grown);
}

HeaderList headers_for(const Exchange& exchange) {
  HeaderList headers;
  for (const std::string& line : exchange.request.headers) add_header(headers, line);
  if (!exchange.request.compressed) add_header(headers, "Accept-Encoding: identity");
  const bool own = exchange.origin == exchange.authority;
  if (!exchange.request.authorization.empty() && own && !withholds_credentials(exchange)) {
    add_header(headers, "Authorization: " + exchange.request.authorization);
  }
  return headers;
}

}  // namespace

bool withholds_credentials(const Exchange& exchange) {
  if (exchange.request.authorization.empty() || exchange.origin != exchange.authority) return false;
  const auto url = parse_url(exchange.head.url);
  return !url || (url->scheme != "https" && !is_loopback_host(url->host));
}

void set_up(Exchange& exchange, const std::string& user_agent, const TransportSettings& settings) {
  CURL* curl = exchange.curl.get();
  const HttpRequest& request = exchange.request;
  exchange.headers = headers_for(exchange);
  curl_easy_reset(curl);
  const auto set = [curl](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
  set(CURLOPT_URL, exchange.head.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // A second request waits to learn whether it can share the first one's connection.
  if (exchange.head.url.starts_with("https:")) set(CURLOPT_PIPEWAIT, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, user_agent.c_str());
  set(CURLOPT_HTTPHEADER, exchange.headers.get());
  set(CURLOPT_ERRORBUFFER, exchange.detail.data());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  set(CURLOPT_BUFFERSIZE, exchange.throttle->piece_size());
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
  set(CURLOPT_PRIVATE, static_cast<void*>(&exchange));
}

}  // namespace litezoo::fetcher
