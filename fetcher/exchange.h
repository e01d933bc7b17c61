#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "fetcher/http.h"
#include "fetcher/throttle.h"
#include "fetcher/transport.h"

struct curl_slist;

namespace litezoo::fetcher {

struct FreeEasy {
  void operator()(void* curl) const noexcept;
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept;
};
using EasyHandle = std::unique_ptr<void, FreeEasy>;  // libcurl's CURL
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

// One request on its way through its redirects: what libcurl's callbacks see.
struct Exchange {
  using Clock = std::chrono::steady_clock;

  RequestId id = 0;
  HttpRequest request;
  HttpSink sink;
  std::function<void(HttpResult)> done;
  Throttle* throttle = nullptr;

  std::string origin;     // of the address being asked
  std::string authority;  // the origin that may see the credentials
  HttpReply reply;
  EasyHandle curl;
  HeaderList headers;
  std::array<char, 256> detail{};  // CURL_ERROR_SIZE

  // Of the current hop:
  HttpHead head;
  std::string body;
  std::uint64_t received = 0;
  std::size_t header_bytes = 0;
  bool head_given = false;
  bool fresh = false;  // pieces went to the sink since its last pause
  Clock::time_point last_byte;
  std::exception_ptr thrown;

  void begin_hop(const std::string& url);
  // Ready to send the request: after the TLS handshake, and at once on a connection kept open.
  bool connected() const noexcept;
  bool success() const noexcept { return head.status >= 200 && head.status < 300; }

  // One line of the answer's head. Throws Error(network) when they do not end.
  void on_header(std::string_view line);
  // A piece of its body: to the sink, or kept when it tells of a failure. Throws what the sink
  // throws, Error(corrupt) beyond the request's limit.
  void on_body(std::span<const std::byte> bytes);
  // To the sink, before the first byte of a success.
  void give_head();
  // Tells the sink that no more is there for the moment, when it got something.
  void pause();
};

// Calls the function, keeping what it throws: exceptions must not pass through libcurl.
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

}  // namespace litezoo::fetcher
