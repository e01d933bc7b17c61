#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {

// What looking at a file on a server has cost.
struct ReadCost {
  std::size_t requests = 0;
  Bytes received;
};

// A file on a server, or a part of it, from its start to as far as it is read: bytes that nobody
// asks for stay on the server, but for what is on the way. A request that breaks off is gone on
// with, of the same version. From one thread.
class RemoteStream {
 public:
  // [from, to) of a file that another request has seen the size and version of.
  struct Part {
    std::uint64_t from = 0, to = 0, file_size = 0;
    std::string validator;
  };
  // Both must outlive it. Nothing is asked before the first next().
  RemoteStream(Session& session, const Place& place, const std::optional<Part>& part = {});
  RemoteStream(const RemoteStream&) = delete;
  RemoteStream& operator=(const RemoteStream&) = delete;
  ~RemoteStream();  // breaks the request off

  // The next bytes, valid until the next call; empty at the end. Throws Error(network, not_found,
  // corrupt or interrupted); at the place's next address where one has no file.
  std::span<const std::byte> next();

  // The whole file's, once next() gave something; nothing when its server does not say.
  std::optional<std::uint64_t> file_size() const;
  ReadCost cost() const;

 private:
  using Lock = std::unique_lock<std::mutex>;

  void ask();
  void on_head(const HttpHead& head);
  void on_body(std::span<const std::byte> bytes);
  bool is_complete() const;
  void settle();
  void go_on(const HttpReply& reply);
  const std::string& url() const { return place_.urls.at(address_); }

  Session& session_;
  const Place& place_;
  std::string shown_;
  std::size_t address_ = 0;  // of the place's
  int failures_ = 0;         // in a row, without much between them
  std::uint64_t counted_ = 0;
  bool part_only_ = false;
  std::vector<std::byte> current_;  // what next() gave

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_, room_;
  std::deque<std::vector<std::byte>> pieces_;
  std::size_t waiting_ = 0;  // bytes of them
  std::uint64_t at_ = 0;     // before it, all has come
  std::optional<std::uint64_t> to_;
  std::optional<std::uint64_t> size_;
  std::string validator_;
  ReadCost cost_;
  RequestId id_ = 0;
  bool running_ = false;
  bool deaf_ = false;  // nobody reads any more
  std::optional<HttpResult> ended_;
};

}  // namespace litezoo::fetcher
