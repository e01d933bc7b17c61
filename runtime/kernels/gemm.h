#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// The matrix product all linear layers share: C += A * B, where B is packed once (constant weights
// while preparing) into panels of kPanelColumns columns. Vectorised for the CPU it runs on; one
// thread: callers split rows or panels among threads.

namespace litezoo::runtime {

inline constexpr std::size_t kPanelColumns = 16;

// B, depth x columns. Integer elements lie in pairs along the depth (the depth is filled up to an
// even number with zeros), so A's rows must be readable up to an even length, whatever is there.
template <typename T>
struct PackedMatrix {
  std::size_t columns = 0, depth = 0;
  std::vector<T> panels;

  std::size_t panel_count() const noexcept { return (columns + kPanelColumns - 1) / kPanelColumns; }
  std::size_t packed_depth() const noexcept;
};

// Where element (row k, column n) of B lies: source[k * depth_stride + n * column_stride].
struct MatrixLayout {
  std::size_t columns = 0, depth = 0;
  std::size_t column_stride = 0, depth_stride = 1;
};

PackedMatrix<float> pack(const float* source, const MatrixLayout& layout);
PackedMatrix<std::int8_t> pack(const std::int8_t* source, const MatrixLayout& layout);
PackedMatrix<std::int16_t> pack(const std::int16_t* source, const MatrixLayout& layout);
// The same into a matrix that exists, for weights that change from run to run.
void pack_into(PackedMatrix<float>& packed, const float* source, const MatrixLayout& layout);
void pack_into(PackedMatrix<std::int8_t>& packed, const std::int8_t* source,
               const MatrixLayout& layout);
void pack_into(PackedMatrix<std::int16_t>& packed, const std::int16_t* source,
               const MatrixLayout& layout);

template <typename T>
struct RowBlock {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t stride = 0;  // elements from one row to the next
};

struct PanelRange {
  std::size_t begin = 0, end = 0;
};

// c += a * b for the columns of the panels in range; c's first column is the first of those.
// Integer sums wrap around at 32 bits.
void multiply_add(const RowBlock<const float>& a, const PackedMatrix<float>& b, PanelRange range,
                  const RowBlock<float>& c);
void multiply_add(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int8_t>& b,
                  PanelRange range, const RowBlock<std::int32_t>& c);
void multiply_add(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int16_t>& b,
                  PanelRange range, const RowBlock<std::int32_t>& c);
// 64-bit sums for 16-bit activations: exact for any depth.
void multiply_add(const RowBlock<const std::int16_t>& a, const PackedMatrix<std::int8_t>& b,
                  PanelRange range, const RowBlock<std::int64_t>& c);

// One tap of a depthwise convolution: a run of input channels and the weights they meet.
template <typename X, typename W>
struct Tap {
  const X* x = nullptr;
  const W* w = nullptr;
};

// sums[c] += sum over taps of (x[c] - zero_point) * w[c], c < channels.
void multiply_add_taps(std::span<const Tap<float, float>> taps, std::size_t channels, float* sums);
void multiply_add_taps(std::span<const Tap<std::int8_t, std::int16_t>> taps, std::size_t channels,
                       std::int32_t zero_point, std::int32_t* sums);
void multiply_add_taps(std::span<const Tap<std::uint8_t, std::int16_t>> taps, std::size_t channels,
                       std::int32_t zero_point, std::int32_t* sums);
void multiply_add_taps(std::span<const Tap<std::int16_t, std::int16_t>> taps, std::size_t channels,
                       std::int32_t zero_point, std::int32_t* sums);

template <>
inline std::size_t PackedMatrix<float>::packed_depth() const noexcept {
  return depth;
}
template <typename T>
std::size_t PackedMatrix<T>::packed_depth() const noexcept {
  return (depth + 1) / 2 * 2;
}

}  // namespace litezoo::runtime
