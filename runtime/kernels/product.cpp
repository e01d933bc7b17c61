#include "runtime/kernels/product.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <type_traits>

#include "runtime/kernels/dynamic_quantization.h"
#include "runtime/kernels/line_products.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kMostRows = 32, kLeastRows = 8;
constexpr std::size_t kTileSums = 4096;  // stay in the first cache
constexpr std::size_t kMostPanels = 32;  // of one task; keeps its weights in the second cache
static_assert(kLeastRows * kMostPanels * kPanelColumns <= kTileSums);

std::size_t element_bytes(LinearKind kind) {
  if (kind == LinearKind::int16) return 2;
  return kind == LinearKind::int8 || kind == LinearKind::uint8 ? 1 : 4;
}

// The part of a layer one task does: some rows of some panels.
struct Task {
  std::size_t first_row, rows;
  PanelRange panels;
};

template <typename Sum, typename A, typename W>
void run_task(const Product<A, W>& product, const Task& task, std::array<Sum, kTileSums>& sums) {
  const PackedMatrix<W>& b = *product.b;
  const std::size_t column = task.panels.begin * kPanelColumns;
  const std::size_t width = std::min(task.panels.end * kPanelColumns, b.columns) - column;
  for (std::size_t r = 0; r < task.rows; ++r) {
    product.output->begin(product.bias, column, width, sums.data() + r * width);
  }
  multiply_add(RowBlock<const A>{product.a.data + task.first_row * product.a.stride, task.rows,
                                 product.a.stride},
               b, task.panels, RowBlock<Sum>{sums.data(), task.rows, width});
  const std::size_t bytes = element_bytes(product.output->kind());
  for (std::size_t r = 0; r < task.rows; ++r) {
    const std::size_t row = task.first_row + r;
    product.output->finish({.bias = product.bias,
                            .first = column,
                            .count = width,
                            .input_scale = product.row_scales ? product.row_scales[row] : 1.0F,
                            .output = product.y + (row * b.columns + column) * bytes},
                           sums.data() + r * width);
  }
}

template <typename Sum, typename A, typename W>
void run_tasks(const ThreadPool& threads, const Product<A, W>& product) {
  const std::size_t panels = product.b->panel_count();
  if (product.a.rows == 0 || panels == 0) return;
  const std::size_t widest = std::min(panels, kMostPanels) * kPanelColumns;
  const std::size_t tile = std::clamp(kTileSums / widest, kLeastRows, kMostRows);
  const std::size_t row_tiles = (product.a.rows + tile - 1) / tile;
  // Few rows: cut the panels finer, so that every thread has some.
  const std::size_t wanted = row_tiles >= threads.size() ? 1 : threads.size();
  const std::size_t step = std::clamp<std::size_t>((panels + wanted - 1) / wanted, 1, kMostPanels);
  const std::size_t blocks = (panels + step - 1) / step;
  threads.parallel_for(row_tiles * blocks, 1, [&](std::size_t begin, std::size_t end) {
    std::array<Sum, kTileSums> sums;
    for (std::size_t i = begin; i < end; ++i) {
      const std::size_t row = i % row_tiles * tile, panel = i / row_tiles * step;
      run_task(product,
               {row, std::min(tile, product.a.rows - row), {panel, std::min(panel + step, panels)}},
               sums);
    }
  });
}

template <typename X>
void subtract_zero_point(const X* from, std::size_t count, std::int32_t zero_point,
                         std::int16_t* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::int16_t>(from[i] - zero_point);
}

// All of the weights stay in the second cache while every few rows meet them.
constexpr std::size_t kMostLineWeights = std::size_t{1} << 16U;
constexpr std::size_t kLeastLineRows = 8;

void run_as_line(const ThreadPool& threads, const Product<float, float>& product) {
  const PackedMatrix<float>& b = *product.b;
  std::vector<float> bias(b.panel_count() * kPanelColumns);
  product.output->begin(product.bias, 0, b.columns, bias.data());
  const auto range = product.output->float_range();
  threads.parallel_for(product.a.rows, kLeastLineRows, [&](std::size_t begin, std::size_t end) {
    const float* row = product.a.data + begin * product.a.stride;
    float* y = reinterpret_cast<float*>(product.y) + begin * b.columns;
    multiply_line(DenseLine{.input = {{&row, 1}, product.a.stride},
                            .positions = end - begin,
                            .depth = b.depth,
                            .weights = &b,
                            .bias = bias.data(),
                            .output = {range.min, range.max, y}});
  });
}

}  // namespace

void run(const ThreadPool& threads, const Product<float, float>& product) {
  if (product.a.rows >= kLeastLineRows && product.b->panels.size() <= kMostLineWeights) {
    run_as_line(threads, product);
  } else {
    run_tasks<float>(threads, product);
  }
}

void run(const ThreadPool& threads, const Product<std::int16_t, std::int8_t>& product) {
  if (product.output->kind() == LinearKind::int16) {
    run_tasks<std::int64_t>(threads, product);
  } else {
    run_tasks<std::int32_t>(threads, product);
  }
}

void run(const ThreadPool& threads, const Product<std::int16_t, std::int16_t>& product) {
  run_tasks<std::int32_t>(threads, product);
}

void read_rows(const ThreadPool& threads, const RuntimeTensor& tensor, std::size_t rows,
               IntegerRows& to, QuantizeRow quantize) {
  const std::size_t depth = rows == 0 ? 0 : tensor.size() / rows;
  to.rows = rows;
  to.stride = (depth + 1) / 2 * 2;
  to.values.resize(rows * to.stride);
  const bool hybrid = tensor.type == TensorType::FLOAT32;
  to.scales.resize(hybrid ? rows : 0);
  const std::size_t grain = std::max<std::size_t>(1, 16384 / std::max<std::size_t>(1, depth));
  threads.parallel_for(rows, grain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      std::int16_t* out = to.values.data() + row * to.stride;
      const std::size_t at = row * depth;
      if (hybrid) {
        to.scales[row] = quantize({tensor.values<float>() + at, depth}, out).scale;
      } else if (tensor.type == TensorType::INT8) {
        subtract_zero_point(tensor.values<std::int8_t>() + at, depth, tensor.zero_point(), out);
      } else if (tensor.type == TensorType::UINT8) {
        subtract_zero_point(tensor.values<std::uint8_t>() + at, depth, tensor.zero_point(), out);
      } else {
        std::memcpy(out, tensor.values<std::int16_t>() + at, depth * sizeof(std::int16_t));
      }
    }
  });
}

}  // namespace litezoo::runtime
