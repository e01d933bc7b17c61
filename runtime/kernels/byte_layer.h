#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "runtime/kernels/byte_products.h"
#include "runtime/kernels/linear_output.h"
#include "runtime/kernels/per_thread.h"

namespace litezoo::runtime {

// A layer of the kinds int8 and uint8 for CPUs with dot products of bytes: weights packed once, and
// rows of bytes that are multiplied where they lie.

// How a filter is cut. A weight lies at
// column * column_stride + segment * segment_stride + depth * depth_stride.
struct ByteLayerPlan {
  std::size_t columns = 0, segments = 1, depth = 0;
  std::size_t column_stride = 0, segment_stride = 0, depth_stride = 1;
  std::size_t copied = 0;  // bytes of a row that may have to be put together
};

// What one thread needs to say where rows lie.
struct ByteRows {
  std::vector<const std::byte*> segments;  // those of one row after the other
  std::vector<std::byte> copied;           // plan.copied a row, and room to read on
};

// Whether such a layer may be made: the CPU has dot products, the kind is int8 or uint8, weights
// and bias are constant, zero points fit into bytes, and rows have not too many segments.
bool suits_byte_layer(const LinearTensors& tensors, const ByteLayerPlan& plan) noexcept;

// What it keeps, at most SIZE_MAX.
std::size_t byte_layer_bytes(const ByteLayerPlan& plan, std::size_t threads) noexcept;

class ByteLayer {
 public:
  // Requires that it suits.
  ByteLayer(const Node& node, const LinearTensors& tensors, const ByteLayerPlan& plan,
            const LinearOutput& output);

  // Says where the segments of `count` rows from `first` on lie. Must not throw.
  using FindRows = std::function<void(std::size_t first, std::size_t count, ByteRows& rows)>;
  // Writes rows x columns.
  void run(const ThreadPool& threads, std::size_t rows, std::byte* y, const FindRows& find);

 private:
  ByteMatrix weights_;
  ByteOutput output_;
  std::size_t most_rows_;  // at once
  PerThread<ByteRows> rows_;
};

}  // namespace litezoo::runtime
