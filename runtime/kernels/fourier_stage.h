#pragma once

#include <cstddef>

namespace litezoo::runtime {

// One stage of a Fourier transform in place: elements `half` apart within each group of 2 * half
// are combined by the roots of unity, as many as `half`, which is 4 or a higher power of two.
// Vectorised for the CPU it runs on; one thread.
struct FourierStage {
  std::size_t length = 0, half = 0;
  const double *root_real = nullptr, *root_imaginary = nullptr;
  double *real = nullptr, *imaginary = nullptr;
};
void combine(const FourierStage& stage);

}  // namespace litezoo::runtime
