#include "runtime/kernels/reduce_window.h"

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "runtime/kernels/dims.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

// One axis; steps are in elements of the input.
struct WindowAxis {
  std::size_t out = 1, window = 1;
  std::size_t stride = 1, dilation = 1;
};

struct WindowPlan {
  std::vector<WindowAxis> axes;  // never empty
  std::size_t rows = 1;          // outputs without the last axis
  std::size_t window = 1;        // elements of one
};

// The offset of position `at` of a grid, counted with the last axis first.
template <typename Count, typename Step>
std::size_t grid_offset(std::span<const WindowAxis> axes, std::size_t at, Count count, Step step) {
  std::size_t offset = 0;
  for (std::size_t i = axes.size(); i-- > 0;) {
    offset += at % (axes[i].*count) * (axes[i].*step);
    at /= axes[i].*count;
  }
  return offset;
}

WindowPlan make_plan(Node& node, const Shape& input, std::span<const WindowStep> steps) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  WindowPlan plan;
  Shape shape;
  std::uint64_t work = 1;
  for (std::size_t i = 0; i < input.size(); ++i) {
    for (const std::int64_t n : {steps[i].window, steps[i].stride, steps[i].dilation}) {
      if (n < 1 || n > kMost) node.corrupt("its window makes no sense");
    }
    const std::int64_t reach = (steps[i].window - 1) * steps[i].dilation + 1;
    const std::int64_t room = input[i] - reach;
    shape.push_back(room < 0 ? 0 : checked_dimension(node, room / steps[i].stride + 1));
    const std::size_t step = count_between(input, i + 1, input.size());
    plan.axes.push_back({static_cast<std::size_t>(shape.back()),
                         static_cast<std::size_t>(steps[i].window),
                         static_cast<std::size_t>(steps[i].stride) * step,
                         static_cast<std::size_t>(steps[i].dilation) * step});
    for (const std::size_t factor : {plan.axes.back().out, plan.axes.back().window}) {
      work = checked_multiply(work, std::uint64_t{factor})
                 .value_or(std::numeric_limits<std::uint64_t>::max());
    }
  }
  node.set_shape(0, shape);
  if (element_count(shape) > 0 && work / 1000 > node.max_loop_iterations()) {
    node.unsupported("its windows have more elements than can be reduced in reasonable time");
  }
  if (plan.axes.empty()) plan.axes.emplace_back();
  for (const WindowAxis& axis : plan.axes) {
    plan.rows *= axis.out;
    plan.window = element_count(shape) > 0 ? plan.window * axis.window : 0;
  }
  plan.rows /= std::max<std::size_t>(plan.axes.back().out, 1);
  return plan;
}

// Nothing while a list is not known.
std::optional<std::vector<WindowStep>> read_steps(const Node& node) {
  const std::size_t rank = node.input(0).shape.size();
  for (std::size_t i = 2; i < 5; ++i) {
    if (!node.value_known(i)) return std::nullopt;
    if (node.input(i).rank() != 1 || node.input(i).size() != rank) {
      node.corrupt("a list of its window has not one entry an axis");
    }
  }
  const auto windows = integer_values(node, node.input(2));
  const auto strides = integer_values(node, node.input(3));
  const auto dilations = integer_values(node, node.input(4));
  std::vector<WindowStep> steps;
  for (std::size_t i = 0; i < rank; ++i) steps.push_back({windows[i], strides[i], dilations[i]});
  return steps;
}

template <typename T, typename Combine>
ReduceWindows reduce_windows(const WindowPlan& plan, const Combine& combine) {
  return [plan, combine](const ThreadPool& threads, const std::byte* source,
                         const std::byte* begin_with, std::byte* target) {
    const T* in = reinterpret_cast<const T*>(source);
    const T first = *reinterpret_cast<const T*>(begin_with);
    T* out = reinterpret_cast<T*>(target);
    const WindowAxis& last = plan.axes.back();
    if (plan.rows == 0 || last.out == 0) return;
    const std::span<const WindowAxis> outer(plan.axes.data(), plan.axes.size() - 1);
    const std::size_t work = std::max<std::size_t>(last.out * plan.window, 1);
    threads.parallel_for(
        plan.rows, std::max<std::size_t>(kElementsPerThread / work, 1),
        [&](std::size_t begin, std::size_t end) {
          for (std::size_t row = begin; row < end; ++row) {
            T* sums = out + row * last.out;
            std::fill_n(sums, last.out, first);
            const T* from = in + grid_offset(outer, row, &WindowAxis::out, &WindowAxis::stride);
            for (std::size_t k = 0; k < plan.window; ++k) {
              const T* values =
                  from + grid_offset(plan.axes, k, &WindowAxis::window, &WindowAxis::dilation);
              for (std::size_t i = 0; i < last.out; ++i) {
                sums[i] = combine(sums[i], values[i * last.stride]);
              }
            }
          }
        });
  };
}

template <typename T>
ReduceWindows reduce_numbers(const Node& node, const WindowPlan& plan,
                             ReduceWindowFunction function) {
  switch (function) {
    case ReduceWindowFunction::ADD:
      return reduce_windows<T>(plan, [](T a, T b) { return wrapping_add(a, b); });
    case ReduceWindowFunction::MUL:
      return reduce_windows<T>(plan, [](T a, T b) { return wrapping_multiply(a, b); });
    case ReduceWindowFunction::MINIMUM:
      return reduce_windows<T>(plan, [](T a, T b) { return std::min(a, b); });
    case ReduceWindowFunction::MAXIMUM:
      return reduce_windows<T>(plan, [](T a, T b) { return std::max(a, b); });
    case ReduceWindowFunction::ALL:
      return reduce_windows<T>(plan, [](T a, T b) { return a != T{0} && b != T{0} ? T{1} : T{0}; });
    case ReduceWindowFunction::ANY:
      return reduce_windows<T>(plan, [](T a, T b) { return a != T{0} || b != T{0} ? T{1} : T{0}; });
    default:
      node.unsupported("it has no function");
  }
}

ReduceWindows reduce_flags(const Node& node, const WindowPlan& plan,
                           ReduceWindowFunction function) {
  using T = std::uint8_t;
  switch (function) {
    case ReduceWindowFunction::ALL:
    case ReduceWindowFunction::MUL:
    case ReduceWindowFunction::MINIMUM:
      return reduce_windows<T>(plan, [](T a, T b) { return T{a != 0 && b != 0}; });
    case ReduceWindowFunction::ANY:
    case ReduceWindowFunction::ADD:
    case ReduceWindowFunction::MAXIMUM:
      return reduce_windows<T>(plan, [](T a, T b) { return T{a != 0 || b != 0}; });
    default:
      node.unsupported("it has no function");
  }
}

}  // namespace

ReduceWindows make_reduce_windows(Node& node, const Shape& shape, std::span<const WindowStep> steps,
                                  ReduceWindowFunction function) {
  const RuntimeTensor& input = node.input(0);
  const WindowPlan plan = make_plan(node, shape, steps);
  if (input.type == BOOL) return reduce_flags(node, plan, function);
  ReduceWindows reduce;
  for_element_type<FLOAT32, FLOAT64, INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64>(
      node, input, [&]<typename T>(std::type_identity<T>) {
        reduce = reduce_numbers<T>(node, plan, function);
        return kDeferred;
      });
  return reduce;
}

Evaluate prepare_reduce_window(Node& node) {
  node.expect_inputs(5, 5);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  expect_same_type(node, input, node.input(1));
  expect_same_type(node, input, node.output(0));
  if (node.input(1).size() != 1) node.corrupt("it needs one value to begin with");
  const auto function = node.options<ReduceWindowOptions>().reduce_function;
  const auto steps = read_steps(node);
  if (!steps) return kDeferred;
  return [reduce = make_reduce_windows(node, input.shape, *steps, function)](const Node& n) {
    reduce(n.threads(), n.input(0).data, n.input(1).data, n.output(0).data);
  };
}

}  // namespace litezoo::runtime
