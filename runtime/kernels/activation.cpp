#include "runtime/kernels/activation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/kernels/broadcast.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/fixed_point_math.h"
#include "runtime/kernels/float_binary.h"
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

template <typename Op>
Evaluate map_floats(Node& node, const Op& op) {
  node.set_shape(0, node.input(0).shape);
  return for_element_type<FLOAT32, FLOAT16, BFLOAT16>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) {
        return map_elements<T, T>([op](T x) { return T(op(static_cast<float>(x))); });
      });
}

// A real function; quantised tensors take it through a table.
template <typename Op>
Evaluate map_real(Node& node, const Op& op) {
  check(node);
  if (is_quantized_type(node.input(0).type)) return quantized_lookup(node, op);
  return map_floats(node, op);
}

// The same with a function of many FLOAT32 at once.
template <typename Op>
Evaluate map_real(Node& node, const Op& op,
                  void (*many)(const float* x, std::size_t count, float* y)) {
  Evaluate evaluate = map_real(node, op);
  return node.input(0).type == FLOAT32 ? map_many(many) : std::move(evaluate);
}

// The factor from one tensor's steps to another's.
QuantizedMultiplier rescale(const RuntimeTensor& from, const RuntimeTensor& to) {
  return quantize_multiplier(static_cast<double>(from.scale() / to.scale()));
}

Evaluate clamp_between(Node& node, float low, float high) {
  check(node);
  if (!is_quantized_type(node.input(0).type)) {
    return map_floats(node, [=](float x) { return std::min(std::max(x, low), high); });
  }
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  expect_quantized(node, in);
  expect_quantized(node, out);
  const auto bound = [&out](float real) {
    const float steps = std::round(real / out.scale());
    return out.zero_point() + static_cast<std::int32_t>(std::clamp(steps, -65536.0F, 65536.0F));
  };
  return map_quantized(
      node, [factor = rescale(in, out), zero_in = in.zero_point(), zero_out = out.zero_point(),
             least = bound(low), most = bound(high)](std::int32_t raw) {
        const std::int32_t value = wrapping_add(multiply(raw - zero_in, factor), zero_out);
        return std::min(std::max(value, least), most);
      });
}

// INT16 functions read their input as Q3, that is with a scale of 2^-12. Another scale is brought
// there by a multiplication and a shift; then three quarters of a step of 1/24 in x are 2^9 units.
struct Q3Scale {
  std::int32_t multiplier;
  int shift;
  std::int32_t operator()(std::int32_t raw) const {
    const std::int64_t rounding = shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
    return static_cast<std::int32_t>((std::int64_t{raw} * multiplier + rounding) >> shift);
  }
};

Q3Scale q3_scale(float scale) {
  double multiplier = static_cast<double>(scale) * 4096.0 * 3.0;
  int shift = 0;
  for (; multiplier <= 32767.0 / 2.0 && shift <= 30; ++shift) multiplier *= 2.0;
  return {static_cast<std::int32_t>(std::min(multiplier, 65535.0)), shift};
}

// TensorFlow Lite's table of sigmoid(i / 24) * 2^16; its entries lean upwards where the curve is
// bent most, so it cannot be computed.
constexpr std::uint16_t kSigmoid[256] = {
    32768, 33451, 34133, 34813, 35493, 36169, 36843, 37513, 38180, 38841, 39498, 40149, 40794,
    41432, 42064, 42688, 43304, 43912, 44511, 45102, 45683, 46255, 46817, 47369, 47911, 48443,
    48964, 49475, 49975, 50464, 50942, 51409, 51865, 52311, 52745, 53169, 53581, 53983, 54374,
    54755, 55125, 55485, 55834, 56174, 56503, 56823, 57133, 57433, 57724, 58007, 58280, 58544,
    58800, 59048, 59288, 59519, 59743, 59959, 60168, 60370, 60565, 60753, 60935, 61110, 61279,
    61441, 61599, 61750, 61896, 62036, 62172, 62302, 62428, 62549, 62666, 62778, 62886, 62990,
    63090, 63186, 63279, 63368, 63454, 63536, 63615, 63691, 63765, 63835, 63903, 63968, 64030,
    64090, 64148, 64204, 64257, 64308, 64357, 64405, 64450, 64494, 64536, 64576, 64614, 64652,
    64687, 64721, 64754, 64786, 64816, 64845, 64873, 64900, 64926, 64950, 64974, 64997, 65019,
    65039, 65060, 65079, 65097, 65115, 65132, 65149, 65164, 65179, 65194, 65208, 65221, 65234,
    65246, 65258, 65269, 65280, 65291, 65301, 65310, 65319, 65328, 65337, 65345, 65352, 65360,
    65367, 65374, 65381, 65387, 65393, 65399, 65404, 65410, 65415, 65420, 65425, 65429, 65433,
    65438, 65442, 65445, 65449, 65453, 65456, 65459, 65462, 65465, 65468, 65471, 65474, 65476,
    65479, 65481, 65483, 65485, 65488, 65489, 65491, 65493, 65495, 65497, 65498, 65500, 65501,
    65503, 65504, 65505, 65507, 65508, 65509, 65510, 65511, 65512, 65513, 65514, 65515, 65516,
    65517, 65517, 65518, 65519, 65520, 65520, 65521, 65522, 65522, 65523, 65523, 65524, 65524,
    65525, 65525, 65526, 65526, 65526, 65527, 65527, 65528, 65528, 65528, 65529, 65529, 65529,
    65529, 65530, 65530, 65530, 65530, 65531, 65531, 65531, 65531, 65531, 65532, 65532, 65532,
    65532, 65532, 65532, 65533, 65533, 65533, 65533, 65533, 65533, 65533, 65533, 65534, 65534,
    65534, 65534, 65534, 65534, 65534, 65534, 65534, 65534, 65535};

std::int16_t table_logistic(std::int32_t x) {
  const auto magnitude = static_cast<std::uint32_t>(std::abs(x));
  const std::uint32_t index = magnitude >> 9U;
  std::uint32_t result = 0x7FFFU << 10U;
  if (index < 255) {
    const std::uint32_t base = kSigmoid[index];
    result = (base << 9U) + (magnitude & 0x1FFU) * (kSigmoid[index + 1] - base);
  }
  result = x >= 0 ? result + (1U << 9U) : (1U << 25U) - result + (1U << 9U) - 1;
  return static_cast<std::int16_t>(result >> 10U);
}

// tanh(x) = 2 * sigmoid(2 * x) - 1
std::int16_t table_tanh(std::int32_t x) {
  const auto magnitude = static_cast<std::uint32_t>(std::abs(x));
  const std::uint32_t index = magnitude >> 8U;
  std::int32_t result = 0xFFFF << 8;
  if (index < 255) {
    const std::int32_t base = kSigmoid[index];
    result =
        (base << 8) + static_cast<std::int32_t>(magnitude & 0xFFU) * (kSigmoid[index + 1] - base);
  }
  result = x >= 0 ? result - (1 << 23) + (1 << 7) : -result + (1 << 23) + (1 << 7) - 1;
  return static_cast<std::int16_t>(result >> 8);
}

void check_q15_output(const Node& node) {
  check(node);
  expect_quantized(node, node.input(0));
  expect_quantized(node, node.output(0));
  if (node.input(0).zero_point() != 0 || node.output(0).zero_point() != 0 ||
      std::abs(std::log2(node.output(0).scale()) + 15.0F) >= 1e-3F) {
    node.unsupported("an INT16 function needs zero points of 0 and an output scale of 2^-15");
  }
}

// Input scale 2^-12 * 2^n for 0 <= n <= most.
std::optional<int> q3_exponent(float scale, int most) {
  const float exponent = std::log2(scale) + 12.0F;
  const float rounded = std::round(exponent);
  if (std::abs(exponent - rounded) >= 1e-3F || rounded < 0 || rounded > static_cast<float>(most)) {
    return std::nullopt;
  }
  return static_cast<int>(rounded);
}

Evaluate logistic_int16(Node& node) {
  check_q15_output(node);
  node.set_shape(0, node.input(0).shape);
  const float scale = node.input(0).scale();
  if (q3_exponent(scale, 0)) {
    return map_elements<std::int16_t, std::int16_t>(
        [](std::int16_t x) { return fixed::logistic<3>(x); });
  }
  return map_elements<std::int16_t, std::int16_t>(
      [to_q3 = q3_scale(scale)](std::int16_t x) { return table_logistic(to_q3(x)); });
}

Evaluate tanh_int16(Node& node) {
  check_q15_output(node);
  node.set_shape(0, node.input(0).shape);
  const float scale = node.input(0).scale();
  if (const auto exponent = q3_exponent(scale, 1)) {
    return map_elements<std::int16_t, std::int16_t>([exponent = *exponent](std::int16_t x) {
      return fixed::tanh<3>(fixed::detail::shift_left(x, exponent));
    });
  }
  return map_elements<std::int16_t, std::int16_t>(
      [to_q3 = q3_scale(scale)](std::int16_t x) { return table_tanh(to_q3(x)); });
}

// x * factor where x >= 0, x * slope * factor elsewhere.
template <typename T>
Evaluate quantized_prelu(Node& node) {
  const RuntimeTensor &in = node.input(0), &alpha = node.input(1), &out = node.output(0);
  const auto range = quantized_type_range(node, out.type);
  const auto slope =
      quantize_multiplier(static_cast<double>(in.scale() * alpha.scale() / out.scale()));
  return broadcast_binary<T, T, T>(
      node, [=, same = rescale(in, out), zero_in = in.zero_point(), zero_alpha = alpha.zero_point(),
             zero_out = out.zero_point()](T x, T a) {
        const std::int32_t value = x - zero_in;
        const std::int32_t scaled = value >= 0
                                        ? multiply(value, same)
                                        : multiply(wrapping_multiply(value, a - zero_alpha), slope);
        return static_cast<T>(std::clamp(wrapping_add(scaled, zero_out), range.min, range.max));
      });
}

}  // namespace

Evaluate prepare_relu(Node& node) {
  return clamp_between(node, 0.0F, std::numeric_limits<float>::infinity());
}

Evaluate prepare_relu6(Node& node) {
  return clamp_between(node, 0.0F, 6.0F);
}

Evaluate prepare_relu_n1_to_1(Node& node) {
  return clamp_between(node, -1.0F, 1.0F);
}

Evaluate prepare_relu_0_to_1(Node& node) {
  return clamp_between(node, 0.0F, 1.0F);
}

Evaluate prepare_elu(Node& node) {
  return map_real(
      node, [](float x) { return x < 0.0F ? std::expm1(x) : x; }, elu_of);
}

Evaluate prepare_leaky_relu(Node& node) {
  check(node);
  const float alpha = node.options_or_default<LeakyReluOptions>().alpha;
  if (!is_quantized_type(node.input(0).type)) {
    return map_floats(node, [alpha](float x) { return x > 0.0F ? x : x * alpha; });
  }
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const auto slope = quantize_multiplier(static_cast<double>(in.scale() * alpha / out.scale()));
  const bool falls = slope.multiplier < 0;
  return map_quantized(node,
                       [=, steep = QuantizedMultiplier{std::abs(slope.multiplier), slope.shift},
                        same = rescale(in, out), zero_in = in.zero_point(),
                        zero_out = out.zero_point()](std::int32_t raw) {
                         const std::int32_t value = raw - zero_in;
                         if (value >= 0) return wrapping_add(multiply(value, same), zero_out);
                         // The sign goes to the value: halves are rounded upwards.
                         return wrapping_add(multiply(falls ? -value : value, steep), zero_out);
                       });
}

Evaluate prepare_hard_swish(Node& node) {
  return map_real(node,
                  [](float x) { return x * std::min(std::max(x + 3.0F, 0.0F), 6.0F) / 6.0F; });
}

Evaluate prepare_gelu(Node& node) {
  if (node.options_or_default<GeluOptions>().approximate) {
    return map_real(node, [](float x) {
      constexpr float root = 0.7978845608F;  // sqrt(2 / pi)
      return 0.5F * x * (1.0F + std::tanh(root * (x + 0.044715F * x * x * x)));
    });
  }
  return map_real(node, [](float x) { return 0.5F * x * std::erfc(x * -0.7071067812F); });
}

Evaluate prepare_logistic(Node& node) {
  if (node.input(0).type == INT16) return logistic_int16(node);
  return map_real(
      node, [](float x) { return 1.0F / (1.0F + std::exp(-x)); }, logistic_of);
}

Evaluate prepare_tanh(Node& node) {
  if (node.input(0).type == INT16) return tanh_int16(node);
  return map_real(
      node, [](float x) { return std::tanh(x); }, tanh_of);
}

Evaluate prepare_prelu(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor &in = node.input(0), &alpha = node.input(1);
  expect_same_type(node, in, alpha);
  expect_same_type(node, in, node.output(0));
  Evaluate evaluate;
  if (is_quantized_type(in.type)) {
    expect_quantized(node, in);
    expect_quantized(node, alpha);
    expect_quantized(node, node.output(0));
    evaluate = for_element_type<INT8, UINT8, INT16>(
        node, in, [&]<typename T>(std::type_identity<T>) { return quantized_prelu<T>(node); });
  } else {
    node.expect_type(in, {FLOAT32});
    evaluate = prepare_float_binary(node, FloatBinary::prelu);
  }
  if (node.output(0).shape != in.shape) node.corrupt("alpha is larger than the input");
  return evaluate;
}

}  // namespace litezoo::runtime
