#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/units.h"

namespace litezoo::fetcher {

// Holds what arrives to a rate by letting the thread sleep: the connections' own flow control slows
// the servers down.
class Throttle {
 public:
  // No bytes a second = no limit.
  Throttle(Bytes bytes_per_second, std::function<bool()> cancelled);

  bool limits() const noexcept { return rate_ > 0; }
  // To ask the network for at a time: few enough that a pause between two pieces stays short.
  long piece_size() const noexcept;
  // Of all that was spent; from any thread.
  std::uint64_t spent() const noexcept { return spent_; }
  // Sleeps until so many bytes were due, or the user stops.
  void spend(std::size_t bytes);

 private:
  using Clock = std::chrono::steady_clock;
  std::uint64_t rate_;
  std::atomic<std::uint64_t> spent_ = 0;
  std::function<bool()> cancelled_;
  Clock::time_point due_ = Clock::now();
};

}  // namespace litezoo::fetcher
