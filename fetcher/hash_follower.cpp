#include "fetcher/hash_follower.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kStep = std::uint64_t{1} << 20;

}  // namespace

HashFollower::HashFollower(const GrowingFile& file, std::vector<Digester> digesters)
    : file_(file), digesters_(std::move(digesters)) {}

HashFollower::~HashFollower() {
  if (!thread_.joinable()) return;
  stopped_ = true;
  {
    const std::scoped_lock lock(mutex_);
    last_ = true;
  }
  more_.notify_one();
  thread_.join();
}

void HashFollower::advance(std::uint64_t available) {
  if (available < told_ + kStep) return;
  told_ = available;
  {
    const std::scoped_lock lock(mutex_);
    available_ = available;
  }
  more_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { follow(); });
}

void HashFollower::follow() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  try {
    for (;;) {
      std::uint64_t end = 0;
      {
        std::unique_lock lock(mutex_);
        more_.wait(lock, [this] { return last_ || available_ > hashed_; });
        if (stopped_ || available_ == hashed_) return;
        end = available_;
      }
      hash_up_to(end);
    }
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
  }
}

void HashFollower::hash_up_to(std::uint64_t end) {
  std::vector<std::byte> buffer(std::min(end - hashed_, kStep / 4));
  while (hashed_ < end && !stopped_) {
    const auto piece = std::span(buffer).first(std::min<std::size_t>(buffer.size(), end - hashed_));
    file_.read_at(hashed_, piece);
    for (Digester& digester : digesters_) digester.update(piece);
    hashed_ += piece.size();
  }
}

std::vector<Digest> HashFollower::finish(std::uint64_t size) {
  if (thread_.joinable()) {
    {
      const std::scoped_lock lock(mutex_);
      available_ = std::max(available_, size);
      last_ = true;
    }
    more_.notify_one();
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
  }
  if (hashed_ < size) hash_up_to(size);
  std::vector<Digest> digests;
  for (Digester& digester : digesters_) digests.push_back({digester.kind(), digester.finish()});
  return digests;
}

}  // namespace litezoo::fetcher
