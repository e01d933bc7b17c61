#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/graph.h"

// What the tensors of operator tests hold, as real numbers and as bytes.

namespace litezoo::test {

// An element type, with a scale or without.
struct Kind {
  std::string_view name;  // "f32"; "s8q" has a scale
  TensorType type = TensorType::FLOAT32;
  float scale = 0;  // 0: none
  std::int64_t zero_point = 0;

  bool stored = false;  // it has a scale, but the operator goes by the numbers as they are stored

  bool has_scale() const noexcept { return scale > 0; }
  bool quantized() const noexcept { return scale > 0 && !stored; }
  bool real() const noexcept;   // a floating-point type
  bool whole() const noexcept;  // integers and booleans whose scale plays no part
};

// Every kind that is tried, each once.
std::span<const Kind> kinds() noexcept;
// Throws std::runtime_error when there is none of that name.
const Kind& kind(std::string_view name);

// How a tensor's real numbers are stored: all with one scale, or one scale a slice along an axis.
struct Encoding {
  TensorType type = TensorType::FLOAT32;
  std::vector<float> scales;  // empty: none
  std::int64_t zero_point = 0;
  std::int32_t axis = 0;
  std::vector<std::int32_t> shape;
  bool stored = false;  // the numbers are what is stored

  Quantization quantization() const;
  double scale(std::size_t element) const;
  double offset() const { return stored ? 0.0 : static_cast<double>(zero_point); }
  double lowest() const;   // that can be stored, by the first scale
  double highest() const;  // -"-
};

// The nearest that can be stored. STRING holds whole numbers as decimal text, COMPLEX64 four times
// the imaginary part and the real part, so that what is moved is known again.
std::vector<std::byte> encode(const Encoding& encoding, std::span<const double> reals);
std::vector<double> decode(const Encoding& encoding, std::span<const std::byte> bytes);

}  // namespace litezoo::test
