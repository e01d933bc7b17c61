#include "runtime/kernels/unary.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/integer.h"
#include "runtime/kernels/lookup.h"
#include "runtime/kernels/vector_math.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

void check(const Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.output(0));
}

// op is called with floats for the 16-bit float types.
template <TensorType... types, typename Op>
Evaluate map_types(Node& node, const Op& op) {
  check(node);
  node.set_shape(0, node.input(0).shape);
  return for_element_type<types...>(node, node.input(0), [&]<typename T>(std::type_identity<T>) {
    return map_elements<T, T>([op](T x) {
      if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
        return T(op(static_cast<float>(x)));
      } else {
        return static_cast<T>(op(x));
      }
    });
  });
}

template <typename Op>
Evaluate map_floats(Node& node, const Op& op) {
  return map_types<FLOAT32, FLOAT16, BFLOAT16>(node, op);
}

Evaluate quantized_abs(Node& node) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const bool same_scale = in.scale() == out.scale();
  const auto factor = quantize_multiplier(static_cast<double>(in.scale() / out.scale()));
  return map_quantized(
      node, [=, zero_in = in.zero_point(), zero_out = out.zero_point()](std::int32_t raw) {
        const std::int32_t magnitude = std::abs(raw - zero_in);
        return wrapping_add(same_scale ? magnitude : multiply(magnitude, factor), zero_out);
      });
}

// TensorFlow Lite cuts the root off instead of rounding it.
Evaluate quantized_sqrt(Node& node) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  return map_quantized(node, [scale_in = in.scale(), scale_out = out.scale(),
                              zero_in = in.zero_point(),
                              zero_out = out.zero_point()](std::int32_t raw) {
    const float real = scale_in * static_cast<float>(std::max(raw - zero_in, 0));
    return static_cast<std::int32_t>(std::min(std::sqrt(real) / scale_out, 65536.0F)) + zero_out;
  });
}

}  // namespace

Evaluate prepare_abs(Node& node) {
  check(node);
  const RuntimeTensor& in = node.input(0);
  if (is_quantized_type(in.type) && !in.quantization().empty()) return quantized_abs(node);
  return map_types<FLOAT32, FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64>(node, [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>) {
      return x < 0 ? wrapping_subtract(decltype(x){0}, x) : x;
    } else {
      return std::abs(x);
    }
  });
}

Evaluate prepare_neg(Node& node) {
  return map_types<FLOAT32, FLOAT16, BFLOAT16, INT8, INT16, INT32, INT64>(node, [](auto x) {
    if constexpr (std::is_integral_v<decltype(x)>) {
      return wrapping_subtract(decltype(x){0}, x);
    } else {
      return -x;
    }
  });
}

Evaluate prepare_exp(Node& node) {
  check(node);
  const auto exp = [](float x) { return std::exp(x); };
  if (is_quantized_type(node.input(0).type)) return quantized_lookup(node, exp);
  Evaluate evaluate = map_floats(node, exp);
  return node.input(0).type == FLOAT32 ? map_many(exp_of) : std::move(evaluate);
}

Evaluate prepare_log(Node& node) {
  check(node);
  if (is_quantized_type(node.input(0).type)) {
    const float least = node.output(0).scale() * -65536.0F;
    return quantized_lookup(node, [least](float x) { return x > 0.0F ? std::log(x) : least; });
  }
  Evaluate evaluate = map_floats(node, [](float x) { return std::log(x); });
  return node.input(0).type == FLOAT32 ? map_many(log_of) : std::move(evaluate);
}

Evaluate prepare_sqrt(Node& node) {
  check(node);
  if (is_quantized_type(node.input(0).type)) return quantized_sqrt(node);
  return map_floats(node, [](float x) { return std::sqrt(x); });
}

Evaluate prepare_rsqrt(Node& node) {
  check(node);
  if (is_quantized_type(node.input(0).type)) {
    const float most = node.output(0).scale() * 32767.0F;
    return quantized_lookup(node,
                            [most](float x) { return x > 0.0F ? 1.0F / std::sqrt(x) : most; });
  }
  return map_floats(node, [](float x) { return 1.0F / std::sqrt(x); });
}

Evaluate prepare_square(Node& node) {
  return map_types<FLOAT32, FLOAT16, BFLOAT16, INT32, INT64>(
      node, [](auto x) { return wrapping_multiply(x, x); });
}

Evaluate prepare_sin(Node& node) {
  return map_floats(node, [](float x) { return std::sin(x); });
}

Evaluate prepare_cos(Node& node) {
  return map_floats(node, [](float x) { return std::cos(x); });
}

Evaluate prepare_ceil(Node& node) {
  return map_floats(node, [](float x) { return std::ceil(x); });
}

Evaluate prepare_floor(Node& node) {
  return map_floats(node, [](float x) { return std::floor(x); });
}

Evaluate prepare_round(Node& node) {
  return map_floats(node, [](float x) { return std::nearbyint(x); });
}

Evaluate prepare_sign(Node& node) {
  return map_types<FLOAT32, FLOAT16, BFLOAT16, FLOAT64, INT32>(node, [](auto x) {
    using T = decltype(x);
    return x > T{0} ? T{1} : x < T{0} ? static_cast<T>(-1) : T{0};
  });
}

Evaluate prepare_logical_not(Node& node) {
  return map_types<BOOL>(node, [](std::uint8_t x) { return x == 0 ? 1 : 0; });
}

Evaluate prepare_zeros_like(Node& node) {
  check(node);
  if (tensor_type_bits(node.output(0).type) == 0) {
    node.expect_type(node.output(0), {});
  }
  node.set_shape(0, node.input(0).shape);
  return [](const Node& run) {
    const RuntimeTensor& out = run.output(0);
    if (out.bytes > 0) std::memset(out.data, 0, out.bytes);
  };
}

}  // namespace litezoo::runtime
