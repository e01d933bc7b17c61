#pragma once

#include <cstdint>
#include <vector>

#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// INT8, INT4 or INT2: weights of a hybrid layer, or of an 8- or 16-bit one.
constexpr bool is_small_integer(TensorType type) noexcept {
  return type == TensorType::INT8 || type == TensorType::INT4 || type == TensorType::INT2;
}

// Elements of an INT8, INT4, INT2, UINT8, UINT4 tensor as small integers, sub-byte ones unpacked;
// UINT8 and UINT4 less the tensor's zero point. Throws Error(unsupported) naming the node for
// another type.
std::vector<std::int8_t> unpack_int8(const Node& node, const RuntimeTensor& weights);
std::vector<std::int16_t> unpack_int16(const Node& node, const RuntimeTensor& weights);

// INT4 or INT2 bytes to one element a byte, low bits first, sign extended. `out` has room for
// `count` elements.
void unpack_small(TensorType type, const std::uint8_t* packed, std::size_t count,
                  std::int8_t* out) noexcept;

// One scale a channel: a per-tensor scale is repeated. Throws Error(corrupt) naming the node when
// the tensor has another number of scales, or one that is negative or not finite.
std::vector<float> channel_scales(const Node& node, const RuntimeTensor& weights,
                                  std::size_t channels);

}  // namespace litezoo::runtime
