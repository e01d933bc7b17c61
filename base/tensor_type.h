#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace litezoo {

// Element types with the numbering of the TensorFlow Lite schema (enum TensorType), which differs
// from the C API's.
enum class TensorType : std::int8_t {
  FLOAT32 = 0,
  FLOAT16 = 1,
  INT32 = 2,
  UINT8 = 3,
  INT64 = 4,
  STRING = 5,
  BOOL = 6,
  INT16 = 7,
  COMPLEX64 = 8,
  INT8 = 9,
  FLOAT64 = 10,
  COMPLEX128 = 11,
  UINT64 = 12,
  RESOURCE = 13,
  VARIANT = 14,
  UINT32 = 15,
  UINT16 = 16,
  INT4 = 17,
  BFLOAT16 = 18,
  INT2 = 19,
  UINT4 = 20,
  FLOAT8E4M3FN = 21,
  FLOAT8E5M2 = 22,
};

inline constexpr int kTensorTypeCount = 23;

// The schema's name, "FLOAT32"; "UNKNOWN" beyond the table.
std::string_view tensor_type_name(TensorType type) noexcept;

// Bits of one element: 4 for INT4, 2 for INT2; 0 for STRING, RESOURCE, VARIANT and unknown types,
// whose size the type does not tell. Sub-byte elements are packed, low bits first.
int tensor_type_bits(TensorType type) noexcept;

// Bytes that `count` elements take, the last byte filled up. Requires tensor_type_bits(type) > 0
// and that the product fits.
std::size_t tensor_type_bytes(TensorType type, std::size_t count) noexcept;

}  // namespace litezoo
