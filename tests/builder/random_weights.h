#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace litezoo::builder {

// Weights that keep a layer's output in range: bell-shaped around 0, with a variance of
// 2 / fan_in. The bits come from integers and each value is rounded once, so that every machine
// gives the same values.
class RandomWeights {
 public:
  explicit RandomWeights(std::uint32_t seed) : state_(seed * 0x9E3779B97F4A7C15ULL + 1) {}
  std::vector<float> draw(std::size_t count, std::size_t fan_in);

 private:
  std::uint64_t state_;
};

}  // namespace litezoo::builder
