#pragma once

#include "runtime/kernels/dynamic_quantization.h"
#include "runtime/kernels/gemm.h"
#include "runtime/kernels/linear_output.h"

namespace litezoo::runtime {

// A whole linear layer on rows that lie ready: y = output(a * b + bias), on all threads.
template <typename A, typename W>
struct Product {
  RowBlock<const A> a;  // integers: less their zero point, rows readable up to an even length
  const PackedMatrix<W>* b = nullptr;
  const LinearOutput* output = nullptr;
  const std::byte* bias = nullptr;
  std::byte* y = nullptr;             // rows x b's columns
  const float* row_scales = nullptr;  // hybrid: one a row
};

// INT16 outputs sum in 64 bits, other integers in 32.
void run(const ThreadPool& threads, const Product<float, float>& product);
void run(const ThreadPool& threads, const Product<std::int16_t, std::int8_t>& product);
void run(const ThreadPool& threads, const Product<std::int16_t, std::int16_t>& product);

// The rows of a FLOAT32, INT8, UINT8 or INT16 tensor as a product takes them.
struct IntegerRows {
  std::vector<std::int16_t> values;
  std::vector<float> scales;  // hybrid: one a row
  std::size_t rows = 0, stride = 0;
  RowBlock<const std::int16_t> block() const { return {values.data(), rows, stride}; }
};
// FLOAT32 is quantised row by row. Memory of `to` is reused.
void read_rows(const ThreadPool& threads, const RuntimeTensor& tensor, std::size_t rows,
               IntegerRows& to, QuantizeRow quantize = quantize_asymmetric);

}  // namespace litezoo::runtime
