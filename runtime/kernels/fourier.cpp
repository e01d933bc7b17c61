#include "runtime/kernels/fourier.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "runtime/kernels/fourier_stage.h"

namespace litezoo::runtime {
namespace {

using Complex = std::complex<double>;

Complex root_of_unity(std::size_t k, std::size_t length) {
  return std::polar(1.0,
                    -2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length));
}

// By hand: operator* of std::complex looks for infinities.
Complex product(Complex a, Complex b) {
  return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

// The first two stages, whose roots are 1 and -i: nothing to multiply.
void combine_fours(std::size_t length, double* real, double* imaginary) {
  for (std::size_t i = 0; i < length; i += 4) {
    double* a = real + i;
    double* b = imaginary + i;
    const double s0 = a[0] + a[1], d0 = a[0] - a[1], s1 = a[2] + a[3], d1 = a[2] - a[3];
    const double t0 = b[0] + b[1], e0 = b[0] - b[1], t1 = b[2] + b[3], e1 = b[2] - b[3];
    a[0] = s0 + s1, a[1] = d0 + e1, a[2] = s0 - s1, a[3] = d0 - e1;
    b[0] = t0 + t1, b[1] = e0 - d1, b[2] = t0 - t1, b[3] = e0 + d1;
  }
}

}  // namespace

Fourier::Fourier(std::size_t length) : places_(length) {
  for (std::size_t i = 1; i < length; ++i) {
    places_[i] = places_[i / 2] / 2 | (i % 2 != 0 ? static_cast<std::uint32_t>(length / 2) : 0U);
  }
  for (std::size_t half = 1; half < length; half *= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      const Complex root = root_of_unity(k, 2 * half);
      real_.push_back(root.real());
      imaginary_.push_back(root.imag());
    }
  }
}

void Fourier::transform(double* real, double* imaginary) const {
  if (length() == 2) {
    const double other = real[1], other_imaginary = imaginary[1];
    real[1] = real[0] - other, real[0] += other;
    imaginary[1] = imaginary[0] - other_imaginary, imaginary[0] += other_imaginary;
  }
  if (length() < 4) return;
  combine_fours(length(), real, imaginary);
  // The roots of the stages before a stage are one fewer than half of its own width.
  for (std::size_t half = 4; half < length(); half *= 2) {
    combine(
        {length(), half, real_.data() + half - 1, imaginary_.data() + half - 1, real, imaginary});
  }
}

RealFourier::RealFourier(std::size_t length)
    : length_(length), half_(std::max<std::size_t>(length / 2, 1)) {
  for (std::size_t k = 0; k <= length / 2; ++k) roots_.push_back(root_of_unity(k, length));
}

void RealFourier::transform(std::span<const double> values, std::span<std::complex<double>> bins,
                            std::vector<double>& work) const {
  if (length_ == 1) {
    bins[0] = values.empty() ? 0.0 : values[0];
    return;
  }
  const std::size_t half = half_.length();
  work.assign(2 * half, 0.0);
  double* const real = work.data();
  double* const imaginary = work.data() + half;
  for (std::size_t i = 0; i < values.size(); ++i) {
    double* const part = i % 2 == 0 ? real : imaginary;
    part[half_.place(i / 2)] = values[i];
  }
  half_.transform(real, imaginary);
  for (std::size_t k = 0; k <= half; ++k) {
    const std::size_t at = k % half, mirrored = (half - k) % half;
    const Complex z{real[at], imaginary[at]}, other{real[mirrored], -imaginary[mirrored]};
    const Complex even = 0.5 * (z + other), odd = 0.5 * (z - other);
    bins[k] = even + product(roots_[k], {odd.imag(), -odd.real()});
  }
}

}  // namespace litezoo::runtime
