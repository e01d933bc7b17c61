#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Fourier transforms and complex numbers.
Evaluate prepare_rfft2d(Node& node);  // lengths that are powers of two, as in LiteRT
Evaluate prepare_complex_abs(Node& node);
Evaluate prepare_real(Node& node);
Evaluate prepare_imag(Node& node);

}  // namespace litezoo::runtime
