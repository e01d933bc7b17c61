#include "runtime/kernels/compare.h"

#include <functional>

#include "runtime/kernels/broadcast.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/lookup.h"
#include "runtime/kernels/string_tensor.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

void check(const Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  node.expect_type(node.output(0), {BOOL});
}

// A raw value in units of 2^-8, the precision at which TensorFlow Lite compares.
struct Scaled {
  std::int32_t zero_point;
  QuantizedMultiplier scale;
  std::int32_t operator()(std::int32_t raw) const {
    return multiply(wrapping_shift_left(raw - zero_point, 8), scale);
  }
};

Scaled scaled(const Node& node, const RuntimeTensor& tensor) {
  expect_quantized(node, tensor);
  return {tensor.zero_point(), quantize_multiplier(static_cast<double>(tensor.scale()))};
}

template <typename Relation>
Evaluate compare_quantized(Node& node, const Relation& relation) {
  return for_element_type<INT8, UINT8, INT16>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) {
        return broadcast_binary<T, T, std::uint8_t>(
            node, [relation, a = scaled(node, node.input(0)), b = scaled(node, node.input(1))](
                      T x, T y) { return static_cast<std::uint8_t>(relation(a(x), b(y))); });
      });
}

template <typename Relation>
Evaluate compare_raw(Node& node, const Relation& relation) {
  return for_element_type<FLOAT32, FLOAT16, INT8, UINT8, INT16, INT32, INT64>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) {
        return broadcast_binary<T, T, std::uint8_t>(node, [relation](T x, T y) {
          if constexpr (std::is_same_v<T, Half>) {
            return static_cast<std::uint8_t>(
                relation(static_cast<float>(x), static_cast<float>(y)));
          } else {
            return static_cast<std::uint8_t>(relation(x, y));
          }
        });
      });
}

bool is_scaled(const RuntimeTensor& tensor) {
  return is_quantized_type(tensor.type) && !tensor.quantization().empty();
}

// 16-bit numbers of which one is asked to be larger are compared as they are, whatever their
// scales: TensorFlow Lite does.
template <typename Relation>
Evaluate compare_order(Node& node, const Relation& relation) {
  check(node);
  const bool scaled = is_scaled(node.input(0)) && node.input(0).type != INT16;
  return scaled ? compare_quantized(node, relation) : compare_raw(node, relation);
}

Evaluate compare_strings(Node& node, bool wants_equal) {
  const Shape* const shapes[] = {&node.input(0).shape, &node.input(1).shape};
  const Broadcast plan(node, shapes);
  node.set_shape(0, plan.shape());
  return [plan, wants_equal](const Node& run) {
    const StringTensor a = read_strings(run, run.input(0));
    const StringTensor b = read_strings(run, run.input(1));
    auto* out = run.output(0).mutable_values<std::uint8_t>();
    plan.for_rows(0, plan.size(), [&](const Broadcast::Row& row) {
      for (std::size_t i = 0; i < row.count; ++i) {
        const bool equal =
            a[row.input[0] + (plan.steps(0) ? i : 0)] == b[row.input[1] + (plan.steps(1) ? i : 0)];
        out[row.output + i] = static_cast<std::uint8_t>(equal == wants_equal);
      }
    });
  };
}

template <typename Relation>
Evaluate compare_anything(Node& node, const Relation& relation, bool wants_equal) {
  check(node);
  if (node.input(0).type == STRING) return compare_strings(node, wants_equal);
  if (is_scaled(node.input(0))) return compare_quantized(node, relation);
  if (node.input(0).type != BOOL) return compare_raw(node, relation);
  return broadcast_binary<std::uint8_t, std::uint8_t, std::uint8_t>(
      node, [wants_equal](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(((a != 0) == (b != 0)) == wants_equal);
      });
}

}  // namespace

Evaluate prepare_greater(Node& node) {
  return compare_order(node, std::greater<>());
}

Evaluate prepare_greater_equal(Node& node) {
  return compare_order(node, std::greater_equal<>());
}

Evaluate prepare_less(Node& node) {
  return compare_order(node, std::less<>());
}

Evaluate prepare_less_equal(Node& node) {
  return compare_order(node, std::less_equal<>());
}

Evaluate prepare_equal(Node& node) {
  return compare_anything(
      node, [](auto a, auto b) { return a == b; }, true);
}

Evaluate prepare_not_equal(Node& node) {
  return compare_anything(
      node, [](auto a, auto b) { return a != b; }, false);
}

}  // namespace litezoo::runtime
