#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace litezoo::runtime {

// The discrete Fourier transform of lengths that are powers of two, without scaling.
class Fourier {
 public:
  // Requires that length is a power of two.
  explicit Fourier(std::size_t length);
  // In place; as many values as the length.
  void transform(std::span<std::complex<double>> values) const;

 private:
  std::vector<std::complex<double>> roots_;  // exp(-2 pi i k / length) for k < length / 2
};

}  // namespace litezoo::runtime
