#pragma once

#include <atomic>
#include <cstddef>
#include <deque>

namespace litezoo::runtime {

// Something for each thread, made before there are threads at work, because nothing may fail then.
template <typename T>
class PerThread {
 public:
  template <typename Make>
  PerThread(std::size_t threads, const Make& make) {
    for (std::size_t i = 0; i < threads; ++i) ones_.push_back(make());
  }

  // Before each parallel_for.
  void hand_in() noexcept { taken_ = 0; }
  // One that no other thread has taken since hand_in(); for as many threads as there are.
  T& take() noexcept { return ones_[taken_++]; }

 private:
  std::deque<T> ones_;
  std::atomic<std::size_t> taken_{0};
};

}  // namespace litezoo::runtime
