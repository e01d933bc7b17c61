#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/hub/fault.h"

namespace litezoo::hub {

// What one address gives.
struct Resource {
  std::string content;
  std::string content_type = "application/octet-stream";
  std::map<std::string, std::string> headers;
  std::map<std::string, std::string> hub_headers;  // left out by the fault no-commit
  int status = 200;                    // 3xx and errors as they are, else as the request asks
  std::string location;                // where a 3xx status leads
  std::string required_authorization;  // 401 without exactly this; empty = open to all
  std::map<std::string, std::string> refusal_headers;  // of that 401, or of an error's status
};

// One request as it arrived.
struct SeenRequest {
  bool cdn = false;  // on the second port
  std::string method, target, range, authorization, proxy_authorization;
};

// A model hub on this machine's loopback: two ports (hub and CDN), plain files, an npm registry
// below /npm/, and faults that can be switched on. Serves from construction to destruction.
// Every function may be called while it serves.
class Hub {
 public:
  // Port 0 takes any free one. Throws Error(io).
  // `host` is 127.0.0.1 or [::1].
  explicit Hub(int port = 0, int cdn_port = 0, const std::string& host = "127.0.0.1");
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;
  ~Hub();

  std::string url() const;      // "http://127.0.0.1:PORT"
  std::string cdn_url() const;  // the second port

  // `path` starts with '/'; one with a query answers only to exactly that. Served on both ports.
  void add(const std::string& path, Resource resource);
  void add_file(const std::string& path, const std::string& content);

  void add_fault(const Fault& fault);
  void clear_faults();

  std::vector<SeenRequest> requests() const;
  std::uint64_t bytes_sent() const;  // of bodies, as far as the connections took them
  void forget_requests();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What tells the calls of one RPC method apart: a POST is answered by the resource at
// "PATH#" + rpc_key(body).
std::string rpc_key(const std::string& body);

}  // namespace litezoo::hub
