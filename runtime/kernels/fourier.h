#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/kernels/fourier_rows.h"

namespace litezoo::runtime {

// The discrete Fourier transform of lengths that are powers of two, without scaling. Real and
// imaginary parts lie apart: so the loops compile to vectors.
class Fourier {
 public:
  // Requires that length is a power of two.
  explicit Fourier(std::size_t length);
  std::size_t length() const noexcept { return places_.size(); }
  // Where value i has to be put before the transform.
  std::size_t place(std::size_t i) const noexcept { return places_[i]; }
  // In place, of values that lie at their places; as many as the length.
  void transform(double* real, double* imaginary) const;
  std::span<const std::uint32_t> places() const noexcept { return places_; }
  // The roots of unity of all stages.
  std::span<const double> real() const noexcept { return real_; }
  std::span<const double> imaginary() const noexcept { return imaginary_; }

 private:
  std::vector<std::uint32_t> places_;  // the index with its bits in reverse order
  // exp(-2 pi i k / (2 half)) for k < half, for half = 1, 2, 4, ... one after the other.
  std::vector<double> real_, imaginary_;
};

// The same of real numbers, at half the work.
class RealFourier {
 public:
  // Requires that length is a power of two.
  explicit RealFourier(std::size_t length);
  std::size_t length() const noexcept { return length_; }
  std::size_t bins() const noexcept { return length_ / 2 + 1; }
  // bins() results of at most length() values; missing ones are 0. `work` is the caller's memory
  // from call to call.
  void transform(std::span<const double> values, std::span<std::complex<double>> bins,
                 std::vector<double>& work) const;
  // For transforms of several rows; valid as long as this is.
  FourierRoots roots() const noexcept {
    return {half_.length(), half_.places().data(), half_.real().data(), half_.imaginary().data(),
            roots_.data()};
  }

 private:
  std::size_t length_;
  Fourier half_;                             // of the even values + i times the odd ones
  std::vector<std::complex<double>> roots_;  // exp(-2 pi i k / length) for k <= length / 2
};

}  // namespace litezoo::runtime
