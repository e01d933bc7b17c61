#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/kernels/kernel.h"

// Checked reading of the axes, sizes and shapes that operators take from options and tensors.
// Everything here throws as Node::corrupt and Node::unsupported do.

namespace litezoo::runtime {

// Bytes of one element. Unsupported for strings, resources and sub-byte types.
std::size_t element_bytes(const Node& node, const RuntimeTensor& tensor);

// An axis in [0, rank) from one that may count from the end.
std::size_t checked_axis(const Node& node, std::int64_t axis, std::size_t rank);

// The values of a small integer tensor (INT8 to INT64), at most `most` of them.
// Requires Node::value_known.
std::vector<std::int64_t> integer_values(const Node& node, const RuntimeTensor& tensor,
                                         std::size_t most = 1024);

// The one value of such a tensor.
std::int64_t integer_value(const Node& node, const RuntimeTensor& tensor);

// The values as a shape; corrupt when one does not fit a dimension.
Shape shape_from(const Node& node, std::span<const std::int64_t> values);

// A dimension from arithmetic in 64 bits; corrupt when negative or past 2^31 - 1.
std::int32_t checked_dimension(const Node& node, std::int64_t value);

// The product of the dimensions [begin, end).
std::size_t count_between(const Shape& shape, std::size_t begin, std::size_t end);

// Corrupt unless both have one type.
void expect_same_type(const Node& node, const RuntimeTensor& a, const RuntimeTensor& b);

// The shape both broadcast to, aligned at the last dimension; corrupt when they do not fit.
Shape broadcast_shape(const Node& node, std::span<const std::int32_t> a,
                      std::span<const std::int32_t> b);

}  // namespace litezoo::runtime
