#include "runtime/kernels/cast.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

template <typename T>
inline constexpr bool kIsShortFloat = std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

template <typename To, typename From>
To saturated(From value) {
  // The highest integer rounds up to a power of two, which is already out of range.
  constexpr auto low = static_cast<From>(std::numeric_limits<To>::min());
  constexpr auto high = static_cast<From>(std::numeric_limits<To>::max());
  if (std::isnan(value)) return To{0};
  if (value <= low) return std::numeric_limits<To>::min();
  return value >= high ? std::numeric_limits<To>::max() : static_cast<To>(value);
}

template <typename To, typename From>
To converted(From value) {
  if constexpr (kIsShortFloat<From>) {
    return converted<To>(static_cast<float>(value));
  } else if constexpr (std::is_same_v<From, std::complex<float>>) {
    if constexpr (std::is_same_v<To, From>)
      return value;
    else
      return converted<To>(value.real());
  } else if constexpr (std::is_same_v<To, std::complex<float>>) {
    return {static_cast<float>(value), 0.0F};
  } else if constexpr (kIsShortFloat<To>) {
    return To(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return saturated<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

// BOOL differs from UINT8 in what it makes of 2.
template <typename From>
Evaluate cast_to_bool() {
  return map_elements<From, std::uint8_t>(
      [](From value) { return static_cast<std::uint8_t>(value != From{} ? 1 : 0); });
}

template <typename From>
Evaluate cast_from(Node& node) {
  if (node.output(0).type == BOOL) {
    if constexpr (kIsShortFloat<From>) {
      return map_elements<From, std::uint8_t>([](From value) {
        return static_cast<std::uint8_t>(static_cast<float>(value) != 0.0F ? 1 : 0);
      });
    } else {
      return cast_to_bool<From>();
    }
  }
  return for_element_type<FLOAT32, FLOAT16, BFLOAT16, FLOAT64, INT8, INT16, INT32, INT64, UINT8,
                          UINT16, UINT32, UINT64, COMPLEX64>(
      node, node.output(0), [&]<typename To>(std::type_identity<To>) {
        return map_elements<From, To>([](From value) { return converted<To>(value); });
      });
}

std::size_t width_of(const Node& node, const RuntimeTensor& tensor) {
  const int bits = tensor_type_bits(tensor.type);
  if (bits < 8) node.expect_type(tensor, {});
  return static_cast<std::size_t>(bits) / 8;
}

}  // namespace

Evaluate prepare_cast(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const RuntimeTensor& in = node.input(0);
  node.set_shape(0, in.shape);
  if (in.type == BOOL && node.output(0).type != BOOL) {
    return for_element_type<FLOAT32, FLOAT16, BFLOAT16, FLOAT64, INT8, INT16, INT32, INT64, UINT8,
                            UINT16, UINT32, UINT64, COMPLEX64>(
        node, node.output(0), [&]<typename To>(std::type_identity<To>) {
          return map_elements<std::uint8_t, To>([](std::uint8_t value) {
            return converted<To>(static_cast<std::uint8_t>(value != 0 ? 1 : 0));
          });
        });
  }
  return for_element_type<FLOAT32, FLOAT16, BFLOAT16, FLOAT64, INT8, INT16, INT32, INT64, UINT8,
                          UINT16, UINT32, UINT64, COMPLEX64, BOOL>(
      node, in, [&]<typename From>(std::type_identity<From>) { return cast_from<From>(node); });
}

Evaluate prepare_bitcast(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const std::size_t from = width_of(node, in);
  const std::size_t to = width_of(node, out);
  Shape shape = in.shape;
  if (from > to) shape.push_back(static_cast<std::int32_t>(from / to));
  if (from < to) {
    if (shape.empty() || static_cast<std::size_t>(shape.back()) * from != to) {
      node.corrupt("the last dimension does not make one element of the wider type");
    }
    shape.pop_back();
  }
  node.set_shape(0, std::move(shape));
  return [](const Node& run) {
    const RuntimeTensor& input = run.input(0);
    if (run.output(0).data != input.data && input.bytes > 0) {
      std::memcpy(run.output(0).data, input.data, input.bytes);
    }
  };
}

}  // namespace litezoo::runtime
