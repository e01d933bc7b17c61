#include "runtime/kernels/batch_matmul.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <type_traits>

#include "runtime/kernels/product.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

struct MatMulPlan {
  Shape batch;                                  // of the output
  std::vector<std::size_t> a_matrix, b_matrix;  // by output matrix: which of a's and b's
  std::size_t rows = 0, depth = 0, columns = 0;
  bool turn_a = false, turn_b = false;   // adj_x, adj_y
  std::size_t a_count = 0, b_count = 0;  // matrices in a and b

  bool b_is_shared() const { return b_count == 1; }
};

std::size_t product_of(std::span<const std::int32_t> shape) {
  return element_count(shape);
}

// For each matrix of the broadcast batch, the index of the one it reads.
std::vector<std::size_t> matrices(const Shape& batch, std::span<const std::int32_t> own) {
  std::vector<std::size_t> result(product_of(batch));
  for (std::size_t i = 0; i < result.size(); ++i) {
    std::size_t rest = i, index = 0, stride = 1;
    for (std::size_t d = batch.size(); d-- > 0;) {
      const std::size_t position = rest % static_cast<std::size_t>(batch[d]);
      rest /= static_cast<std::size_t>(batch[d]);
      if (d + own.size() < batch.size()) continue;
      const auto size = static_cast<std::size_t>(own[d + own.size() - batch.size()]);
      if (size > 1) index += position * stride;
      stride *= size;
    }
    result[i] = index;
  }
  return result;
}

MatMulPlan make_plan(const Node& node) {
  const auto options = node.options_or_default<BatchMatMulOptions>();
  const RuntimeTensor &a = node.input(0), &b = node.input(1);
  if (a.rank() < 2 || b.rank() < 2) node.corrupt("its inputs are no matrices");
  const std::span a_shape(a.shape), b_shape(b.shape);
  const auto a_batch = a_shape.first(a_shape.size() - 2);
  const auto b_batch = b_shape.first(b_shape.size() - 2);
  MatMulPlan plan{.turn_a = options.adj_x, .turn_b = options.adj_y};
  const auto last = [](std::span<const std::int32_t> shape, std::size_t i) {
    return static_cast<std::size_t>(shape[shape.size() - 1 - i]);
  };
  plan.rows = last(a_shape, plan.turn_a ? 0 : 1);
  plan.depth = last(a_shape, plan.turn_a ? 1 : 0);
  plan.columns = last(b_shape, plan.turn_b ? 1 : 0);
  if (last(b_shape, plan.turn_b ? 0 : 1) != plan.depth) {
    node.corrupt(fmt::format("matrices of {} columns and {} rows", plan.depth,
                             last(b_shape, plan.turn_b ? 0 : 1)));
  }
  plan.batch.resize(std::max(a_batch.size(), b_batch.size()));
  for (std::size_t i = 0; i < plan.batch.size(); ++i) {
    const std::int32_t m = i < a_batch.size() ? a_batch[a_batch.size() - 1 - i] : 1;
    const std::int32_t n = i < b_batch.size() ? b_batch[b_batch.size() - 1 - i] : 1;
    if (m != n && m != 1 && n != 1) node.corrupt("its batches cannot be broadcast");
    plan.batch[plan.batch.size() - 1 - i] = m == 1 ? n : m;
  }
  plan.a_count = product_of(a_batch);
  plan.b_count = product_of(b_batch);
  Shape shape = plan.batch;
  shape.push_back(static_cast<std::int32_t>(plan.rows));
  shape.push_back(static_cast<std::int32_t>(plan.columns));
  node.set_shape(0, std::move(shape));
  if (node.output(0).size() == 0) return plan;
  plan.a_matrix = matrices(plan.batch, a_batch);
  plan.b_matrix = matrices(plan.batch, b_batch);
  return plan;
}

template <typename T>
void turn(const T* from, std::size_t rows, std::size_t columns, T* to) {
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k) to[i * columns + k] = from[k * rows + i];
  }
}

// W: packed elements of b; float, or 16 bits where b has a zero point.
template <typename W>
class BatchMatMul {
 public:
  BatchMatMul(const Node& node, MatMulPlan plan, LinearOutput output)
      : plan_(std::move(plan)), output_(std::move(output)), packed_(plan_.b_count) {
    if (node.input(1).constant) pack_all(node);
  }

  void run_on(const Node& node) {
    if (!node.input(1).constant) pack_all(node);
    if constexpr (std::is_same_v<W, float>) {
      const float* a = node.input(0).values<float>();
      if (plan_.turn_a) a = turned(a);
      multiply<float>(node, {a, plan_.a_count * plan_.rows, plan_.depth}, nullptr);
    } else {
      read_integers(node);
      multiply<std::int16_t>(node, rows_.block(),
                             rows_.scales.empty() ? nullptr : rows_.scales.data());
    }
  }

 private:
  template <typename T>
  const T* turned(const T* a) {
    if constexpr (std::is_same_v<T, float>) {
      turned_.resize(plan_.a_count * plan_.rows * plan_.depth);
      const std::size_t matrix = plan_.rows * plan_.depth;
      for (std::size_t i = 0; i < plan_.a_count; ++i) {
        turn(a + i * matrix, plan_.rows, plan_.depth, turned_.data() + i * matrix);
      }
      return turned_.data();
    }
    return a;
  }

  // a with its rows along the depth.
  void read_integers(const Node& node) {
    const RuntimeTensor& a = node.input(0);
    const std::size_t rows = plan_.a_count * plan_.rows;
    if (!plan_.turn_a) {
      read_rows(node.threads(), a, rows, rows_);
      return;
    }
    const auto bytes = static_cast<std::size_t>(tensor_type_bits(a.type)) / 8;
    bytes_.resize(a.bytes);
    const std::size_t matrix = plan_.rows * plan_.depth;
    for (std::size_t i = 0; i < plan_.a_count; ++i) {
      const std::byte* from = a.data + i * matrix * bytes;
      std::byte* to = bytes_.data() + i * matrix * bytes;
      if (bytes == 1) turn(from, plan_.rows, plan_.depth, to);
      if (bytes == 2) {
        turn(reinterpret_cast<const std::int16_t*>(from), plan_.rows, plan_.depth,
             reinterpret_cast<std::int16_t*>(to));
      }
      if (bytes == 4) {
        turn(reinterpret_cast<const float*>(from), plan_.rows, plan_.depth,
             reinterpret_cast<float*>(to));
      }
    }
    RuntimeTensor view = a;
    view.data = bytes_.data();
    read_rows(node.threads(), view, rows, rows_);
  }

  void pack_all(const Node& node) {
    const RuntimeTensor& b = node.input(1);
    if constexpr (std::is_same_v<W, float>) {
      pack_matrices(node.threads(), b.values<float>());
    } else if constexpr (std::is_same_v<W, std::int16_t>) {
      pack_matrices(node.threads(), unpack_int16(node, b).data());
    } else if (b.type == TensorType::INT8) {
      pack_matrices(node.threads(), b.values<std::int8_t>());
    } else {
      pack_matrices(node.threads(), unpack_int8(node, b).data());
    }
  }

  void pack_matrices(const ThreadPool& threads, const W* b) {
    const MatrixLayout layout{plan_.columns, plan_.depth, plan_.turn_b ? plan_.depth : 1,
                              plan_.turn_b ? 1 : plan_.columns};
    threads.parallel_for(plan_.b_count, 1, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        pack_into(packed_[i], b + i * plan_.columns * plan_.depth, layout);
      }
    });
  }

  template <typename A>
  void multiply(const Node& node, const RowBlock<const A>& a, const float* scales) {
    const auto y_bytes = static_cast<std::size_t>(tensor_type_bits(node.output(0).type)) / 8;
    std::byte* y = node.output(0).data;
    if (plan_.b_is_shared() && plan_.a_count == plan_.a_matrix.size()) {
      run(node.threads(), Product<A, W>{a, packed_.data(), &output_, nullptr, y, scales});
      return;
    }
    for (std::size_t i = 0; i < plan_.a_matrix.size(); ++i) {
      const std::size_t first = plan_.a_matrix[i] * plan_.rows;
      run(node.threads(), Product<A, W>{{a.data + first * a.stride, plan_.rows, a.stride},
                                        &packed_[plan_.b_matrix[i]],
                                        &output_,
                                        nullptr,
                                        y + i * plan_.rows * plan_.columns * y_bytes,
                                        scales ? scales + first : nullptr});
    }
  }

  MatMulPlan plan_;
  LinearOutput output_;
  std::vector<PackedMatrix<W>> packed_;
  std::vector<float> turned_;
  std::vector<std::byte> bytes_;
  IntegerRows rows_;
};

template <typename W>
Evaluate make(const Node& node, MatMulPlan plan, LinearOutput output) {
  auto product = std::make_shared<BatchMatMul<W>>(node, std::move(plan), std::move(output));
  return [product](const Node& running) { product->run_on(running); };
}

// Matrices one after the other, each with its rows along the depth; `turned` keeps them.
template <typename T>
const T* along_depth(const T* matrices, std::size_t count, std::size_t rows, std::size_t depth,
                     bool is_turned, std::vector<T>& turned) {
  if (!is_turned) return matrices;
  turned.resize(count * rows * depth);
  for (std::size_t i = 0; i < count; ++i) {
    turn(matrices + i * rows * depth, rows, depth, turned.data() + i * rows * depth);
  }
  return turned.data();
}

// The plain loop, for the rare combinations. finish turns a sum into an output.
template <typename A, typename B, typename Y, typename Finish>
Evaluate plain_loop(MatMulPlan plan, Finish finish) {
  return [plan = std::move(plan), finish](const Node& node) {
    std::vector<A> a_turned;
    std::vector<B> b_turned;
    const A* a = along_depth(node.input(0).values<A>(), plan.a_count, plan.rows, plan.depth,
                             plan.turn_a, a_turned);
    const B* b = along_depth(node.input(1).values<B>(), plan.b_count, plan.columns, plan.depth,
                             !plan.turn_b, b_turned);
    Y* y = node.output(0).mutable_values<Y>();
    node.threads().parallel_for(
        plan.a_matrix.size() * plan.rows, 1, [&](std::size_t begin, std::size_t end) {
          for (std::size_t i = begin; i < end; ++i) {
            const std::size_t m = i / plan.rows;
            const A* left = a + (plan.a_matrix[m] * plan.rows + i % plan.rows) * plan.depth;
            const B* right = b + plan.b_matrix[m] * plan.depth * plan.columns;
            for (std::size_t n = 0; n < plan.columns; ++n, right += plan.depth) {
              std::int64_t sum = 0;
              for (std::size_t k = 0; k < plan.depth; ++k) sum += std::int64_t{left[k]} * right[k];
              y[i * plan.columns + n] = finish(sum);
            }
          }
        });
  };
}

Evaluate prepare_int16_pair(const Node& node, MatMulPlan plan) {
  const RuntimeTensor &a = node.input(0), &b = node.input(1), &y = node.output(0);
  node.expect_type(y, {TensorType::INT16});
  for (const RuntimeTensor* tensor : {&a, &b, static_cast<const RuntimeTensor*>(&y)}) {
    expect_quantized(node, *tensor);
    if (tensor->zero_point() != 0) node.corrupt("its 16-bit tensors have a zero point");
  }
  const QuantizedMultiplier factor = quantize_multiplier(
      static_cast<double>(a.scale() * b.scale()) / static_cast<double>(y.scale()));
  return plain_loop<std::int16_t, std::int16_t, std::int16_t>(
      std::move(plan), [factor](std::int64_t sum) {
        return static_cast<std::int16_t>(
            std::clamp<std::int32_t>(multiply(sum, factor), -32768, 32767));
      });
}

// What TensorFlow Lite's kernel makes of a matrix with a scale for each slice: it knows only a
// scale of the whole tensor, takes 0 where there are several, and gives the zero point throughout.
Evaluate give_zero(const Node& node) {
  const RuntimeTensor& y = node.output(0);
  node.expect_type(y, {node.input(0).type});
  expect_quantized(node, y);
  // A 16-bit zero point is 0, so bytes will do.
  const auto zero =
      y.type == TensorType::INT8 ? static_cast<std::byte>(y.zero_point()) : std::byte{0};
  return [zero](const Node& running) {
    std::fill_n(running.output(0).data, running.output(0).bytes, zero);
  };
}

}  // namespace

Evaluate prepare_batch_matmul(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  MatMulPlan plan = make_plan(node);
  if (node.output(0).size() == 0) return [](const Node&) {};
  const RuntimeTensor &a = node.input(0), &b = node.input(1);
  if (a.type == TensorType::INT16 && b.type == TensorType::INT16) {
    return prepare_int16_pair(node, std::move(plan));
  }
  if (a.type == TensorType::INT8 && b.type == TensorType::INT8 &&
      node.output(0).type == TensorType::INT32) {
    return plain_loop<std::int8_t, std::int8_t, std::int32_t>(
        std::move(plan), [](std::int64_t sum) { return static_cast<std::int32_t>(sum); });
  }
  const bool is_quantized = a.type == TensorType::INT8 || a.type == TensorType::INT16;
  if (is_quantized && a.quantization().scale.size() > 1) {
    node.expect_type(b, {TensorType::INT8, TensorType::INT4, TensorType::INT2});
    return give_zero(node);
  }
  LinearOutput output(node, {.input = &a,
                             .weights = &b,
                             .bias = nullptr,
                             .output = &node.output(0),
                             .channels = plan.columns,
                             .activation = ActivationFunction::NONE,
                             .quantized_bias_type = TensorType::INT64,
                             .single_precision_scales = true});
  switch (output.kind()) {
    case LinearKind::float32:
      return make<float>(node, std::move(plan), std::move(output));
    case LinearKind::int16:
      if (b.quantization().scale.size() > 1) return give_zero(node);
      return make<std::int8_t>(node, std::move(plan), std::move(output));
    case LinearKind::int8:
      if (b.type == TensorType::INT8 && b.zero_point() != 0) {
        return make<std::int16_t>(node, std::move(plan), std::move(output));
      }
      return make<std::int8_t>(node, std::move(plan), std::move(output));
    case LinearKind::hybrid:
      node.expect_type(b, {TensorType::INT8, TensorType::INT4});
      return make<std::int8_t>(node, std::move(plan), std::move(output));
    case LinearKind::uint8:
      break;
  }
  node.unsupported("its types are not supported");
}

}  // namespace litezoo::runtime
