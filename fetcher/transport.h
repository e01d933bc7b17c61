#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>

#include "base/units.h"
#include "fetcher/http.h"

namespace litezoo::fetcher {

struct TransportSettings {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(5);
  // Given up when not a byte arrives for so long.
  std::chrono::milliseconds stall_timeout = std::chrono::seconds(20);
  int max_redirects = 10;
  std::size_t most_requests = 24;           // at a time; the others wait for their turn
  std::size_t most_requests_of_a_host = 8;  // host, port and scheme
  Bytes bytes_per_second;                   // of all requests together; 0 = no limit
  // Asked about ten times a second, from the transport's thread; true ends every request:
  // Error(interrupted).
  std::function<bool()> cancelled;
  std::function<void(const std::string&)> note;  // one line to show; from the transport's thread
};

// What became of a request, or what its sink threw.
struct HttpResult {
  HttpReply reply;
  std::exception_ptr thrown;
};

using RequestId = std::uint64_t;

// HTTP(S) over libcurl's multi interface: one thread of its own, one pool of connections, many
// requests at once, HTTP/2 where a server speaks it. Follows redirects itself: to https, or http
// on loopback, and without credentials when host, port or scheme change, or over plain http to
// another machine, which is noted once a host. A host that could not be
// reached is not tried again by the same object, so that failing over costs its time-out once.
// Every function may be called from any thread.
class Transport {
 public:
  explicit Transport(TransportSettings settings);
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  ~Transport();  // every request must be done or abandoned

  // `sink` and `done` are called from the transport's thread, `done` once and last.
  RequestId start(HttpRequest request, HttpSink sink, std::function<void(HttpResult)> done);

  // Ends the request; when this returns, none of its functions runs any more. Not from the
  // transport's thread.
  void abandon(RequestId id);

  // Starts and waits. Failures of the network are in the reply. Throws what the sink throws,
  // Error(interrupted), and Error(corrupt) when the body is longer than the limit.
  HttpReply send(const HttpRequest& request, const HttpSink& sink);

  // Bytes of files that all requests together have brought.
  std::uint64_t received() const noexcept;

 private:
  struct Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace litezoo::fetcher
