#include "runtime/kernels/squares.h"

#include <algorithm>

#include "runtime/kernels/reduction.h"
#include "runtime/kernels/vector_math.h"

namespace litezoo::runtime {
namespace {

// Each output of elements that lie together.
bool reduces_rows(const Reduction& reduction) {
  const auto& dimensions = reduction.dimensions;
  return dimensions.back().reduced && dimensions.size() <= 2;
}

void add_rows(const Node& node, const Reduction& reduction) {
  const float* x = node.input(0).values<float>();
  float* y = node.output(0).mutable_values<float>();
  const std::size_t length = reduction.per_output;
  const std::size_t grain = std::max<std::size_t>(kElementsPerThread / length, 1);
  node.threads().parallel_for(reduction.out_size, grain, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) y[i] = sum_of_squares(x + i * length, length);
  });
}

void add_others(const float* x, float* y, std::span<const Reduction::Dimension> dimensions) {
  const Reduction::Dimension& first = dimensions.front();
  for (std::size_t i = 0; i < first.extent; ++i) {
    const float* from = x + i * first.in_stride;
    float* to = y + i * first.out_stride;
    if (dimensions.size() > 1) {
      add_others(from, to, dimensions.subspan(1));
    } else {
      *to += *from * *from;
    }
  }
}

}  // namespace

Evaluate prepare_sum_of_squares(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_type(node.input(0), {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  const auto reduction = prepare_reduction(node);
  if (!reduction) return kDeferred;
  const bool mean = node.op().code == BuiltinOperator::MEAN;
  return [reduction = *reduction, mean](const Node& running) {
    float* y = running.output(0).mutable_values<float>();
    if (reduction.in_size > 0 && reduces_rows(reduction)) {
      add_rows(running, reduction);
    } else {
      std::fill_n(y, reduction.out_size, 0.0F);
      if (reduction.in_size > 0) {
        add_others(running.input(0).values<float>(), y, reduction.dimensions);
      }
    }
    if (!mean) return;
    for (std::size_t i = 0; i < reduction.out_size; ++i) {
      y[i] /= static_cast<float>(reduction.per_output);
    }
  };
}

}  // namespace litezoo::runtime
