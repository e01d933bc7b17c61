#pragma once

#include <complex>
#include <cstdint>
#include <type_traits>

#include "base/float16.h"
#include "runtime/kernels/dims.h"
#include "runtime/kernels/kernel.h"

// From a tensor's type to the C++ type of its elements.

namespace litezoo::runtime {

template <TensorType type>
struct ElementOf;
template <>
struct ElementOf<TensorType::FLOAT32> : std::type_identity<float> {};
template <>
struct ElementOf<TensorType::FLOAT16> : std::type_identity<Half> {};
template <>
struct ElementOf<TensorType::BFLOAT16> : std::type_identity<BFloat16> {};
template <>
struct ElementOf<TensorType::FLOAT64> : std::type_identity<double> {};
template <>
struct ElementOf<TensorType::INT8> : std::type_identity<std::int8_t> {};
template <>
struct ElementOf<TensorType::INT16> : std::type_identity<std::int16_t> {};
template <>
struct ElementOf<TensorType::INT32> : std::type_identity<std::int32_t> {};
template <>
struct ElementOf<TensorType::INT64> : std::type_identity<std::int64_t> {};
template <>
struct ElementOf<TensorType::UINT8> : std::type_identity<std::uint8_t> {};
template <>
struct ElementOf<TensorType::UINT16> : std::type_identity<std::uint16_t> {};
template <>
struct ElementOf<TensorType::UINT32> : std::type_identity<std::uint32_t> {};
template <>
struct ElementOf<TensorType::UINT64> : std::type_identity<std::uint64_t> {};
template <>
struct ElementOf<TensorType::COMPLEX64> : std::type_identity<std::complex<float>> {};
// A byte of a file that is neither 0 nor 1 must not be read as a bool.
template <>
struct ElementOf<TensorType::BOOL> : std::type_identity<std::uint8_t> {};

// Calls make(std::type_identity<T>{}) with the element type of `tensor` and returns what it
// returns. Throws Error(unsupported) naming the node unless the type is one of `types`.
template <TensorType... types, typename Make>
Evaluate for_element_type(const Node& node, const RuntimeTensor& tensor, const Make& make) {
  Evaluate result;
  bool found = false;
  const auto try_type = [&]<TensorType type>() {
    if (found || tensor.type != type) return;
    found = true;
    result = make(std::type_identity<typename ElementOf<type>::type>{});
  };
  (try_type.template operator()<types>(), ...);
  if (!found) node.expect_type(tensor, {types...});
  return result;
}

}  // namespace litezoo::runtime
