#include "runtime/kernels/select.h"

#include <algorithm>

#include "runtime/kernels/broadcast.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

// Values are only moved: an unsigned integer of their width stands for them.
template <typename Word>
Evaluate select_loop(const Broadcast& plan) {
  return [plan](const Node& node) {
    const auto* condition = node.input(0).values<std::uint8_t>();
    const Word* x = node.input(1).values<Word>();
    const Word* y = node.input(2).values<Word>();
    Word* out = node.output(0).mutable_values<Word>();
    const auto select_row = [&](const Broadcast::Row& row) {
      const std::size_t c_step = plan.steps(0) ? 1 : 0;
      const std::size_t x_step = plan.steps(1) ? 1 : 0;
      const std::size_t y_step = plan.steps(2) ? 1 : 0;
      for (std::size_t i = 0; i < row.count; ++i) {
        out[row.output + i] = condition[row.input[0] + i * c_step] != 0
                                  ? x[row.input[1] + i * x_step]
                                  : y[row.input[2] + i * y_step];
      }
    };
    node.threads().parallel_for(
        plan.size(), kElementsPerThread,
        [&](std::size_t begin, std::size_t end) { plan.for_rows(begin, end, select_row); });
  };
}

Evaluate select(Node& node, const Shape& condition) {
  const Shape* const shapes[] = {&condition, &node.input(1).shape, &node.input(2).shape};
  const Broadcast plan(node, shapes);
  node.set_shape(0, plan.shape());
  switch (tensor_type_bits(node.input(1).type)) {
    case 8:
      return select_loop<std::uint8_t>(plan);
    case 16:
      return select_loop<std::uint16_t>(plan);
    case 32:
      return select_loop<std::uint32_t>(plan);
    case 64:
      return select_loop<std::uint64_t>(plan);
    default:
      node.expect_type(node.input(1), {});
      return {};
  }
}

void check(const Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(1);
  node.expect_type(node.input(0), {BOOL});
  expect_same_type(node, node.input(1), node.input(2));
  expect_same_type(node, node.input(1), node.output(0));
}

template <typename T>
Evaluate sum_all(Node& node) {
  for (std::size_t k = 1; k < node.input_count(); ++k) {
    expect_same_type(node, node.input(0), node.input(k));
    if (node.input(k).shape != node.input(0).shape) node.corrupt("its inputs differ in shape");
  }
  node.set_shape(0, node.input(0).shape);
  return [](const Node& run) {
    T* out = run.output(0).mutable_values<T>();
    const std::size_t count = run.output(0).size();
    const T* first = run.input(0).values<T>();
    if (out != first) std::copy(first, first + count, out);
    for (std::size_t k = 1; k < run.input_count(); ++k) {
      const T* next = run.input(k).values<T>();
      for (std::size_t i = 0; i < count; ++i) out[i] = wrapping_add(out[i], next[i]);
    }
  };
}

}  // namespace

Evaluate prepare_select(Node& node) {
  check(node);
  Shape condition = node.input(0).shape;
  const Shape& shape = node.input(1).shape;
  if (node.input(2).shape != shape) node.corrupt("its two choices differ in shape");
  if (condition != shape && condition.size() == 1 && !shape.empty()) {
    condition.resize(shape.size(), 1);
  }
  Evaluate evaluate = select(node, condition);
  if (node.output(0).shape != shape) node.corrupt("the condition's shape does not fit");
  return evaluate;
}

Evaluate prepare_select_v2(Node& node) {
  check(node);
  return select(node, node.input(0).shape);
}

Evaluate prepare_add_n(Node& node) {
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.output(0));
  return for_element_type<FLOAT32, INT32>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) { return sum_all<T>(node); });
}

}  // namespace litezoo::runtime
