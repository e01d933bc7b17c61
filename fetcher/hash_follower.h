#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "fetcher/buffer.h"
#include "fetcher/digest.h"
#include "fetcher/partial.h"

namespace litezoo::fetcher {

// Digests of a file that is still being written, taken behind the writer: on a thread of its own
// once there is much to do, so that the transfer need not wait for it. What the writer hands over
// is hashed from there while the thread keeps up; the rest, and what came before or out of order,
// from what the system still has of the file in memory.
class HashFollower {
 public:
  // The file must outlive it.
  HashFollower(const GrowingFile& file, std::vector<Digester> digesters);
  HashFollower(const HashFollower&) = delete;
  HashFollower& operator=(const HashFollower&) = delete;
  ~HashFollower();

  // What was just written at `offset`, where the complete part of the file ended. Waits when there
  // is much to hash. Gives memory for what comes next, of what was taken before, if any is free.
  Buffer take(std::uint64_t offset, Buffer bytes);
  // The file is complete up to here. Both from one thread at a time.
  void advance(std::uint64_t available);
  // The digests of the first `size` bytes, in the order of the digesters. Throws Error(io). The
  // object is spent afterwards.
  std::vector<Digest> finish(std::uint64_t size);

 private:
  struct HandedOver {
    std::uint64_t offset = 0;
    Buffer bytes;
  };

  void follow();
  void hash_up_to(std::uint64_t end);
  void hash_handed(HandedOver piece);
  void hash_part(std::size_t size);
  void update(std::span<const std::byte> bytes);

  const GrowingFile& file_;
  std::vector<Digester> digesters_;
  std::atomic<std::uint64_t> hashed_ = 0;  // changed by the thread, once there is one
  std::vector<std::byte> copy_;
  std::uint64_t told_ = 0;

  std::mutex mutex_;  // guards what follows
  std::condition_variable more_, room_;
  std::uint64_t available_ = 0;
  std::deque<HandedOver> pieces_;  // handed over and not hashed, in order
  std::vector<Buffer> spare_;
  bool last_ = false;
  std::exception_ptr failure_;

  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace litezoo::fetcher
