#include "runtime/kernels/arg_reduce.h"

#include <algorithm>
#include <vector>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

// A tensor as [outer, extent, inner] around one axis.
struct AxisView {
  std::size_t outer, extent, inner;
};

AxisView axis_view(const Shape& shape, std::size_t axis) {
  return {count_between(shape, 0, axis), static_cast<std::size_t>(shape[axis]),
          count_between(shape, axis + 1, shape.size())};
}

template <typename T, typename Index, typename Better>
Evaluate arg_loop(const AxisView& view, const Better& better) {
  return [view, better](const Node& node) {
    const T* in = node.input(0).values<T>();
    Index* out = node.output(0).mutable_values<Index>();
    std::vector<T> best(view.inner);
    for (std::size_t o = 0; o < view.outer; ++o, out += view.inner) {
      std::copy(in, in + view.inner, best.begin());
      std::fill(out, out + view.inner, Index{0});
      for (std::size_t k = 0; k < view.extent; ++k, in += view.inner) {
        for (std::size_t i = 0; i < view.inner; ++i) {
          if (!better(in[i], best[i])) continue;
          best[i] = in[i];
          out[i] = static_cast<Index>(k);
        }
      }
    }
  };
}

template <typename Better>
Evaluate arg_reduce(Node& node, const Better& better) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& in = node.input(0);
  if (!node.value_known(1)) return kDeferred;
  const std::size_t axis = checked_axis(node, integer_value(node, node.input(1)), in.shape.size());
  const AxisView view = axis_view(in.shape, axis);
  Shape shape = in.shape;
  shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
  node.set_shape(0, std::move(shape));
  if (node.output(0).size() == 0) return [](const Node&) {};
  if (view.extent == 0) node.corrupt("nothing to choose from");
  return for_element_type<FLOAT32, INT8, UINT8, INT16, INT32, INT64, BOOL>(
      node, in, [&]<typename T>(std::type_identity<T>) {
        if (node.output(0).type == INT64) return arg_loop<T, std::int64_t>(view, better);
        node.expect_type(node.output(0), {INT32, INT64});
        return arg_loop<T, std::int32_t>(view, better);
      });
}

template <typename T>
void cumulative_sum(const T* in, T* out, const AxisView& view, CumsumOptions options) {
  const std::size_t slice = view.extent * view.inner;
  for (std::size_t o = 0; o < view.outer; ++o) {
    for (std::size_t i = 0; i < view.inner; ++i) {
      T sum{0};
      for (std::size_t k = 0; k < view.extent; ++k) {
        const std::size_t along = options.reverse ? view.extent - 1 - k : k;
        const std::size_t at = o * slice + along * view.inner + i;
        const T next = wrapping_add(sum, in[at]);
        out[at] = options.exclusive ? sum : next;
        sum = next;
      }
    }
  }
}

}  // namespace

Evaluate prepare_arg_max(Node& node) {
  return arg_reduce(node, [](auto a, auto b) { return a > b; });
}

Evaluate prepare_arg_min(Node& node) {
  return arg_reduce(node, [](auto a, auto b) { return a < b; });
}

Evaluate prepare_cumsum(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& in = node.input(0);
  expect_same_type(node, in, node.output(0));
  node.set_shape(0, in.shape);
  if (!node.value_known(1)) return kDeferred;
  const std::size_t axis = checked_axis(node, integer_value(node, node.input(1)), in.shape.size());
  return for_element_type<FLOAT32, INT32, INT64>(
      node, in, [&]<typename T>(std::type_identity<T>) -> Evaluate {
        return [view = axis_view(in.shape, axis),
                options = node.options_or_default<CumsumOptions>()](const Node& run) {
          cumulative_sum(run.input(0).values<T>(), run.output(0).mutable_values<T>(), view,
                         options);
        };
      });
}

}  // namespace litezoo::runtime
