#include "tests/builder/random_weights.h"

#include <cmath>

namespace litezoo::builder {

std::vector<float> RandomWeights::draw(std::size_t count, std::size_t fan_in) {
  // The sum of four uniform numbers below 2^16 has a variance of 4 * 2^32 / 12.
  const double deviation = std::sqrt(4.0 / 12.0) * 65536.0;
  const double scale = std::sqrt(2.0 / static_cast<double>(fan_in)) / deviation;
  std::vector<float> weights(count);
  for (float& weight : weights) {
    // Vigna's splitmix64: https://prng.di.unimi.it/splitmix64.c
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t bits = state_;
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBULL;
    bits ^= bits >> 31U;
    std::int64_t sum = -2 * 65536 + 2;
    for (unsigned shift = 0; shift < 64; shift += 16) {
      sum += static_cast<std::int64_t>((bits >> shift) & 0xFFFFU);
    }
    weight = static_cast<float>(static_cast<double>(sum) * scale);
  }
  return weights;
}

}  // namespace litezoo::builder
