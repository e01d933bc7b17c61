#include "fetcher/throttle.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{512} << 10;

}  // namespace

Throttle::Throttle(Bytes bytes_per_second, std::function<bool()> cancelled)
    : rate_(bytes_per_second.count), cancelled_(std::move(cancelled)) {}

long Throttle::piece_size() const noexcept {
  if (rate_ == 0) return static_cast<long>(kPiece);
  return static_cast<long>(std::clamp<std::uint64_t>(rate_ / 10, 1024, kPiece));
}

void Throttle::spend(std::size_t bytes) {
  spent_ += bytes;
  if (rate_ == 0) return;
  const auto now = Clock::now();
  const auto cost = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate_)));
  // What was not used is not saved up beyond a moment.
  due_ = std::max(due_, now - std::chrono::milliseconds(100)) + cost;
  while (Clock::now() < due_ && !(cancelled_ && cancelled_())) {
    std::this_thread::sleep_for(
        std::min<Clock::duration>(due_ - Clock::now(), std::chrono::milliseconds(50)));
  }
}

}  // namespace litezoo::fetcher
