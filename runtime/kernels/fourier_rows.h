#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

namespace litezoo::runtime {

// The discrete Fourier transforms of several rows of real numbers at once, a row in each lane of a
// vector. Vectorised for the CPU it runs on; one thread.
inline constexpr std::size_t kFourierRows = 8;

// What RealFourier knows of a length.
struct FourierRoots {
  std::size_t half = 0;  // of the length; a power of two, at least 4
  const std::uint32_t* places = nullptr;
  const double *stage_real = nullptr, *stage_imaginary = nullptr;
  const std::complex<double>* bins = nullptr;
};

struct FourierRows {
  std::size_t rows = 0;  // 1 to kFourierRows
  const float* from = nullptr;
  std::size_t width = 0;              // values of a row, at most the length; the rest are zeros
  std::size_t from_stride = 0;        // from row to row
  std::complex<float>* to = nullptr;  // half + 1 of a row, one row after the other
};

constexpr std::size_t fourier_rows_work(std::size_t half) noexcept {
  return (2 * half + kFourierRows + 1) * kFourierRows;
}
// `work` has room for fourier_rows_work() numbers. False, with nothing done, on CPUs without
// vectors of doubles.
bool transform_rows(const FourierRoots& roots, const FourierRows& rows, double* work);

}  // namespace litezoo::runtime
