#pragma once

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// Between all plain types (BOOL, integers of 8 to 64 bits, floats of 16 to 64 bits, COMPLEX64) and
// from INT4, UINT4 and INT2. A float outside an integer type's range gives its nearest bound, a NaN
// 0; integers are cut to the lower bits; a complex number loses its imaginary part.
Evaluate prepare_cast(Node& node);

// The same bytes under another type. Between types of different widths a last dimension appears
// or vanishes.
Evaluate prepare_bitcast(Node& node);

}  // namespace litezoo::runtime
