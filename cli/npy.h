#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "base/tensor_type.h"

namespace litezoo::cli {

// One array of a NumPy .npy file, row-major, little-endian; strings as a STRING tensor keeps them
// (base/serialized_strings.h).
struct NpyArray {
  TensorType type = TensorType::FLOAT32;
  std::vector<std::int32_t> shape;
  std::vector<std::byte> data;
};

// Reads format versions 1 to 3
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html); byte strings as they
// are, Unicode ones in UTF-8. Throws Error(not_found
// or io), Error(corrupt) when it is not such a file, is truncated, is in Fortran order, or
// Error(usage) when it has an element type that TensorFlow Lite does not.
NpyArray read_npy(const std::filesystem::path& path);

// Whether both are the same apart from leading dimensions of 1.
bool is_same_shape(std::span<const std::int32_t> one, std::span<const std::int32_t> other) noexcept;

// Writes version 1. Types without a NumPy equivalent: BFLOAT16 is widened to float32 by the caller;
// RESOURCE and VARIANT throw Error(unsupported), as STRING does past 1 GiB: it is written as byte
// strings of the longest's length. INT4 and INT2 are written unpacked as int8.
void write_npy(const std::filesystem::path& path, TensorType type,
               std::span<const std::int32_t> shape, std::span<const std::byte> data);

}  // namespace litezoo::cli
