#include "runtime/kernels/fourier.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace litezoo::runtime {

Fourier::Fourier(std::size_t length) : roots_(length / 2) {
  for (std::size_t k = 0; k < roots_.size(); ++k) {
    roots_[k] = std::polar(
        1.0, -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length));
  }
}

void Fourier::transform(std::span<std::complex<double>> values) const {
  const std::size_t length = values.size();
  for (std::size_t i = 1, mirrored = 0; i < length; ++i) {
    std::size_t bit = length / 2;
    for (; (mirrored & bit) != 0; bit /= 2) mirrored ^= bit;
    mirrored |= bit;
    if (i < mirrored) std::swap(values[i], values[mirrored]);
  }
  for (std::size_t half = 1; half < length; half *= 2) {
    const std::size_t step = roots_.size() / half;
    for (std::size_t begin = 0; begin < length; begin += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const std::complex<double> root = roots_[k * step];
        std::complex<double>& a = values[begin + k];
        std::complex<double>& b = values[begin + k + half];
        // By hand: operator* of std::complex looks for infinities.
        const std::complex<double> turned{b.real() * root.real() - b.imag() * root.imag(),
                                          b.real() * root.imag() + b.imag() * root.real()};
        b = a - turned;
        a += turned;
      }
    }
  }
}

}  // namespace litezoo::runtime
