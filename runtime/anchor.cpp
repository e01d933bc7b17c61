#include "runtime/anchor.h"

#include <array>
#include <cstddef>

namespace litezoo::runtime {
namespace {

constexpr std::size_t kSize = 64;  // three matrices of 16 kB: in the first-level cache or nearly
constexpr int kRounds = 100;
using Matrix = std::array<float, kSize * kSize>;

void multiply(const Matrix& a, const Matrix& b, Matrix& c) {
  for (std::size_t i = 0; i < kSize; ++i) {
    for (std::size_t k = 0; k < kSize; ++k) {
      const float factor = a[i * kSize + k];
      for (std::size_t j = 0; j < kSize; ++j) c[i * kSize + j] += factor * b[k * kSize + j];
    }
  }
}

}  // namespace

Nanoseconds time_anchor() {
  Matrix a{};
  Matrix b{};
  Matrix c{};
  a.fill(1e-3F);
  b.fill(1e-3F);
  const auto start = std::chrono::steady_clock::now();
  for (int round = 0; round < kRounds; ++round) multiply(a, b, c);
  const auto stop = std::chrono::steady_clock::now();
  volatile float result = c[7];  // the work must not be optimised away
  static_cast<void>(result);
  return stop - start;
}

}  // namespace litezoo::runtime
