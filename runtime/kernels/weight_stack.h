#pragma once

#include <cstdint>
#include <vector>

#include "runtime/kernels/gemm.h"
#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// The weights of recurrent operators: several matrices (rows = outputs, columns = depth) side by
// side, multiplied with FLOAT32 rows in one product. FLOAT32 weights, or hybrid ones (INT8, INT4,
// and UINT8 read as signed), for which rows are quantised as the built-in kernels do.
class WeightStack {
 public:
  WeightStack() = default;
  // `inputs`: the node's inputs that hold the matrices. Throws Error naming the node for matrices
  // of another depth or of mixed types.
  WeightStack(const Node& node, std::vector<std::size_t> inputs, std::size_t depth,
              bool asymmetric);

  std::size_t columns() const noexcept { return columns_; }
  bool empty() const noexcept { return columns_ == 0; }

  // Reads weights that are not constant; call at the start of each run.
  void refresh(const Node& node);

  // y += x * weights; x: rows x depth, y: rows x columns.
  void add(const ThreadPool& threads, const float* x, std::size_t rows, float* y);

 private:
  void read(const Node& node);
  void add_hybrid(const ThreadPool& threads, const float* x, std::size_t rows, float* y);
  // What add_hybrid() does with the quantised rows.
  void add_panels(PanelRange panels, std::size_t rows, float* y) const;

  std::vector<std::size_t> inputs_;
  std::size_t depth_ = 0, columns_ = 0;
  bool hybrid_ = false, asymmetric_ = false, constant_ = true;
  PackedMatrix<float> floats_;
  PackedMatrix<std::int8_t> bytes_;
  std::vector<float> scales_;  // hybrid: one a column
  std::vector<std::int16_t> quantized_;
  std::vector<float> row_scales_;
};

}  // namespace litezoo::runtime
