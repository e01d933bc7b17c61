#include "fetcher/hash_follower.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <system_error>

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kStep = std::uint64_t{512} << 10;
// Handed over and not hashed yet, at most.
constexpr std::size_t kMostPieces = 8;
// To read bytes from the file again costs more than to wait for the thread, unless it is far
// behind.
constexpr std::uint64_t kClose = std::uint64_t{64} << 20;

// A part of the file as memory, so that nothing is copied. Empty where the system cannot promise
// that all of it can be read: without that, a disk's fault would be a signal.
class MappedPart {
 public:
  MappedPart(int descriptor, std::uint64_t offset, std::size_t size) {
    static const auto kPage = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t lead = offset % kPage;
    mapped_ = lead + size;
    start_ = ::mmap(nullptr, mapped_, PROT_READ, MAP_SHARED, descriptor,
                    static_cast<off_t>(offset - lead));
    if (start_ == MAP_FAILED || ::madvise(start_, mapped_, MADV_POPULATE_READ) != 0) return;
    bytes_ = {static_cast<const std::byte*>(start_) + lead, size};
  }
  MappedPart(const MappedPart&) = delete;
  MappedPart& operator=(const MappedPart&) = delete;
  ~MappedPart() {
    if (start_ != MAP_FAILED) ::munmap(start_, mapped_);
  }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  void* start_ = nullptr;
  std::size_t mapped_ = 0;
  std::span<const std::byte> bytes_;
};

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

Buffer HashFollower::take(std::uint64_t offset, Buffer bytes) {
  std::unique_lock lock(mutex_);
  if (pieces_.size() >= kMostPieces && thread_.joinable() && offset - hashed_ < kClose) {
    available_ = std::max(available_, offset);
    more_.notify_one();
    room_.wait(lock, [this] { return failure_ || pieces_.size() <= kMostPieces / 2; });
  }
  if (pieces_.size() >= kMostPieces) return bytes;
  pieces_.push_back({offset, std::move(bytes)});
  if (spare_.empty()) return {};
  Buffer spare = std::move(spare_.back());
  spare_.pop_back();
  return spare;
}

void HashFollower::advance(std::uint64_t available) {
  if (available < told_ + kStep) return;
  told_ = available;
  {
    const std::scoped_lock lock(mutex_);
    available_ = available;
  }
  more_.notify_one();
  if (thread_.joinable()) return;
  try {
    thread_ = std::thread([this] { follow(); });
  } catch (const std::system_error&) {
    return;  // no thread is to be had now: finish() hashes what is left
  }
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
        if (stopped_ || available_ <= hashed_) return;
        end = available_;
      }
      hash_up_to(end);
    }
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    failure_ = std::current_exception();
    room_.notify_one();
  }
}

void HashFollower::hash_up_to(std::uint64_t end) {
  while (hashed_ < end && !stopped_) {
    std::uint64_t stop = std::min<std::uint64_t>(end, hashed_ + kStep);
    HandedOver piece;
    {
      const std::scoped_lock lock(mutex_);
      if (!pieces_.empty() && pieces_.front().offset == hashed_) {
        piece = std::move(pieces_.front());
        pieces_.pop_front();
        if (pieces_.size() == kMostPieces / 2) room_.notify_one();
      } else if (!pieces_.empty()) {
        stop = std::min(stop, pieces_.front().offset);
      }
    }
    piece.bytes.empty() ? hash_part(static_cast<std::size_t>(stop - hashed_))
                        : hash_handed(std::move(piece));
  }
}

void HashFollower::hash_handed(HandedOver piece) {
  update(piece.bytes.bytes());
  piece.bytes.clear();
  const std::scoped_lock lock(mutex_);
  spare_.push_back(std::move(piece.bytes));
}

void HashFollower::hash_part(std::size_t size) {
  const MappedPart part(file_.descriptor(), hashed_, size);
  if (!part.bytes().empty()) return update(part.bytes());
  copy_.resize(size);
  file_.read_at(hashed_, copy_);
  update(copy_);
}

void HashFollower::update(std::span<const std::byte> bytes) {
  for (Digester& digester : digesters_) digester.update(bytes);
  hashed_ += bytes.size();
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
