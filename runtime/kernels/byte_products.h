#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// The inner loops of layers in 8 bits: rows of bytes times packed weights, from the bias to the
// quantised output without sums in memory. Vectorised for the CPU it runs on; one thread.

namespace litezoo::runtime {

inline constexpr std::size_t kBytePanel = 16;  // columns that lie together
inline constexpr std::size_t kByteQuad = 4;    // of neighbouring depths, which meet in one sum

// Whether this CPU adds up four products of bytes in one instruction (AVX-512 VNNI). Without it
// these loops are right but slower than those of 16 bits.
bool has_byte_dot_products() noexcept;

// Weights as signed bytes. A row of the input comes in `segments` pieces that lie anywhere, each of
// `depth` bytes, which the panels fill up to whole quads with zeros:
// panels x segments x quads x columns of a panel x kByteQuad.
struct ByteMatrix {
  std::size_t columns = 0, segments = 1, depth = 0;
  std::vector<std::int8_t> panels;

  std::size_t panel_count() const noexcept { return (columns + kBytePanel - 1) / kBytePanel; }
  std::size_t quads() const noexcept { return (depth + kByteQuad - 1) / kByteQuad; }
  std::size_t panel_bytes() const noexcept { return segments * quads() * kBytePanel * kByteQuad; }
};

// y = zero point + round(clamp(scale * (start + factor * (sum of the row) + row * weights))), where
// sums wrap around at 32 bits. Bytes of a signed row count 128 more than they say.
struct ByteOutput {
  std::vector<std::int32_t> start;  // a column, filled up to whole panels as the scales
  std::vector<float> scale;
  std::int32_t row_factor = 0;  // of unsigned rows
  float low = 0, high = 0;      // less the zero point; both within +-255
  std::int32_t zero_point = 0;
  bool is_signed = false;  // input and output are INT8, not UINT8
};

struct ByteProduct {
  // Of each row the places of its segments, one row after the other. A segment is readable to the
  // end of its last quad, and kReadOn bytes from each of its bytes on if there is a row factor.
  const std::byte* const* segments = nullptr;
  std::size_t rows = 0;  // at most kMostByteRows
  const ByteMatrix* weights = nullptr;
  std::size_t first_panel = 0, last_panel = 0;  // without the last
  const ByteOutput* output = nullptr;
  std::byte* y = nullptr;  // rows x all columns; no byte is written beyond those of the panels
};
inline constexpr std::size_t kReadOn = 64;
inline constexpr std::size_t kMostByteRows = 64;
void multiply(const ByteProduct& product);

}  // namespace litezoo::runtime
