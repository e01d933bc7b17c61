#pragma once

#include <array>
#include <cstdint>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Operators that draw random numbers. With a seed they give TensorFlow's numbers, and go on where
// the last run of the session stopped; without one (both seeds 0) they differ from time to time.
Evaluate prepare_random_uniform(Node& node);
Evaluate prepare_random_standard_normal(Node& node);
Evaluate prepare_multinomial(Node& node);

// The counter-based generator Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3").
class Philox {
 public:
  using Block = std::array<std::uint32_t, 4>;
  Philox(std::uint64_t key, std::uint64_t high_counter);
  Philox(std::array<std::uint32_t, 2> key, Block counter) : key_(key), counter_(counter) {}
  Block operator()();
  void skip(std::uint64_t blocks);
  const Block& counter() const noexcept { return counter_; }

 private:
  std::array<std::uint32_t, 2> key_;
  Block counter_;
};

}  // namespace litezoo::runtime
