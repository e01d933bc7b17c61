#include <algorithm>

#include "runtime/kernels/binary.h"
#include "runtime/kernels/broadcast.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/integer.h"
#include "runtime/kernels/stablehlo.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

// Numbers as they are stored: unlike ADD and MUL these know nothing of scales and zero points.
template <typename Op>
Evaluate raw_binary(Node& node, const Op& op) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  expect_same_type(node, node.input(0), node.output(0));
  return for_element_type<FLOAT32, FLOAT16, BFLOAT16, FLOAT64, INT8, UINT8, INT16, UINT16, INT32,
                          UINT32, INT64, UINT64>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) {
        return broadcast_binary<T, T, T>(node, [op](T a, T b) {
          if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
            return T(op(static_cast<float>(a), static_cast<float>(b)));
          } else {
            return op(a, b);
          }
        });
      });
}

}  // namespace

Evaluate prepare_stablehlo_add(Node& node) {
  if (node.input(0).type == BOOL) return prepare_logical_or(node);
  return raw_binary(node, [](auto a, auto b) { return wrapping_add(a, b); });
}

Evaluate prepare_stablehlo_multiply(Node& node) {
  if (node.input(0).type == BOOL) return prepare_logical_and(node);
  return raw_binary(node, [](auto a, auto b) { return wrapping_multiply(a, b); });
}

Evaluate prepare_stablehlo_maximum(Node& node) {
  if (node.input(0).type == BOOL) return prepare_logical_or(node);
  return raw_binary(node, [](auto a, auto b) { return std::max(a, b); });
}

Evaluate prepare_stablehlo_minimum(Node& node) {
  if (node.input(0).type == BOOL) return prepare_logical_and(node);
  return raw_binary(node, [](auto a, auto b) { return std::min(a, b); });
}

Evaluate prepare_stablehlo_and(Node& node) {
  if (node.input(0).type == BOOL) return prepare_logical_and(node);
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  expect_same_type(node, node.input(0), node.output(0));
  return for_element_type<INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, UINT64>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) {
        return broadcast_binary<T, T, T>(node, [](T a, T b) { return static_cast<T>(a & b); });
      });
}

}  // namespace litezoo::runtime
