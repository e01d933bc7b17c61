#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "fetcher/digest.h"
#include "fetcher/partial.h"

namespace litezoo::fetcher {

// Digests of a file that is still being written, taken behind the writer from what the system still
// has in memory: on a thread of its own once there is much to do, so that the transfer need not
// wait for it.
class HashFollower {
 public:
  // The file must outlive it.
  HashFollower(const GrowingFile& file, std::vector<Digester> digesters);
  HashFollower(const HashFollower&) = delete;
  HashFollower& operator=(const HashFollower&) = delete;
  ~HashFollower();

  // The file is complete up to here. From one thread at a time.
  void advance(std::uint64_t available);
  // The digests of the first `size` bytes, in the order of the digesters. Throws Error(io). The
  // object is spent afterwards.
  std::vector<Digest> finish(std::uint64_t size);

 private:
  void follow();
  void hash_up_to(std::uint64_t end);

  const GrowingFile& file_;
  std::vector<Digester> digesters_;
  std::uint64_t hashed_ = 0;  // the thread's, once there is one
  std::vector<std::byte> copy_;
  std::uint64_t told_ = 0;

  std::mutex mutex_;  // guards what follows
  std::condition_variable more_;
  std::uint64_t available_ = 0;
  bool last_ = false;
  std::exception_ptr failure_;

  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace litezoo::fetcher
