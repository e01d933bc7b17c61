#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/graph.h"
#include "base/tensor_type.h"

namespace litezoo::cli {

// real = (stored - zero) * scale, for a tensor with one scale; activations have no other. Without
// one real and stored are the same.
struct Affine {
  double scale = 1, zero = 0;
};
Affine affine_of(const Tensor& tensor);

// The real numbers that a tensor's bytes stand for; empty for types that are no numbers.
std::vector<double> real_values(TensorType type, std::span<const std::byte> data,
                                const Tensor& tensor);

// The reverse, rounded and cut to what the type can hold; a NaN is 0 for integers.
std::vector<std::byte> stored_values(TensorType type, std::span<const double> values,
                                     const Tensor& tensor);

}  // namespace litezoo::cli
