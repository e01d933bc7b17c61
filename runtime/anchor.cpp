#include "runtime/anchor.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/statistics.h"

namespace litezoo::runtime {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSize = 64;  // three matrices of 16 kB: in the first-level cache or nearly
constexpr int kRounds = 100;
constexpr std::size_t kStream = std::size_t{4} << 20U;
constexpr int kCopies = 8;
// The median of three, so that an interruption of the anchor itself is not taken for a slow
// machine.
constexpr std::size_t kTimes = 3;
using Matrix = std::array<float, kSize * kSize>;

void multiply(const Matrix& a, const Matrix& b, Matrix& c) {
  for (std::size_t i = 0; i < kSize; ++i) {
    for (std::size_t k = 0; k < kSize; ++k) {
      const float factor = a[i * kSize + k];
      for (std::size_t j = 0; j < kSize; ++j) c[i * kSize + j] += factor * b[k * kSize + j];
    }
  }
}

Nanoseconds time_arithmetic() {
  Matrix a{};
  Matrix b{};
  Matrix c{};
  a.fill(1e-3F);
  b.fill(1e-3F);
  const auto start = Clock::now();
  for (int round = 0; round < kRounds; ++round) multiply(a, b, c);
  const auto stop = Clock::now();
  volatile float result = c[7];  // the work must not be optimised away
  static_cast<void>(result);
  return stop - start;
}

}  // namespace

Anchor::Anchor() : from_(kStream, std::byte{1}), to_(kStream, std::byte{2}) {}

Nanoseconds Anchor::time_stream() {
  const auto start = Clock::now();
  for (int i = 0; i < kCopies; ++i) {
    std::memcpy(to_.data(), from_.data(), kStream);
    std::swap(from_, to_);
  }
  return Clock::now() - start;
}

AnchorTime Anchor::time() {
  std::array<Nanoseconds, kTimes> arithmetic{};
  std::array<Nanoseconds, kTimes> stream{};
  for (std::size_t i = 0; i < kTimes; ++i) {
    arithmetic[i] = time_arithmetic();
    stream[i] = time_stream();
  }
  return {quantile(arithmetic, 0.5), quantile(stream, 0.5)};
}

}  // namespace litezoo::runtime
