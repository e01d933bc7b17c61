#include "runtime/kernels/arithmetic.h"

#include <algorithm>
#include <cmath>

#include "runtime/kernels/broadcast.h"
#include "runtime/kernels/element_types.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/fixed_point_math.h"
#include "runtime/kernels/float_binary.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

template <typename T>
T clamp(T value, ActivationRange<T> range) {
  return std::min(std::max(value, range.min), range.max);  // in this order a NaN stays
}

ActivationFunction activation_of(const Node& node) {
  if (const auto* add = std::get_if<AddOptions>(&node.op().options)) {
    return add->fused_activation_function;
  }
  return node.options_or_default<ActivationOptions>().fused_activation_function;
}

bool is_quantized(const RuntimeTensor& tensor) {
  return tensor.type == INT8 || tensor.type == UINT8 ||
         (tensor.type == INT16 && !tensor.quantization().empty());
}

void expect_all_quantized(const Node& node) {
  const RuntimeTensor* const tensors[] = {&node.input(0), &node.input(1), &node.output(0)};
  for (const RuntimeTensor* tensor : tensors) {
    expect_quantized(node, *tensor);
    if (tensor->type == INT16 && tensor->zero_point() != 0) {
      node.unsupported("an INT16 tensor with a zero point is not supported here");
    }
  }
}

// Operations by name, so that one loop builder serves all four.
struct Add {
  static constexpr FloatBinary kFloat = FloatBinary::add;
  template <typename T>
  static T apply(T a, T b) {
    return wrapping_add(a, b);
  }
};
struct Subtract {
  static constexpr FloatBinary kFloat = FloatBinary::subtract;
  template <typename T>
  static T apply(T a, T b) {
    return wrapping_subtract(a, b);
  }
};
struct Multiply {
  static constexpr FloatBinary kFloat = FloatBinary::multiply;
  template <typename T>
  static T apply(T a, T b) {
    return wrapping_multiply(a, b);
  }
};
struct Divide {
  static constexpr FloatBinary kFloat = FloatBinary::divide;
  template <typename T>
  static T apply(T a, T b) {
    return wrapping_divide(a, b);
  }
};

template <typename Operation, typename T>
Evaluate plain_loop(Node& node) {
  const ActivationFunction activation = activation_of(node);
  if constexpr (std::is_integral_v<T>) {
    const auto range = integer_activation_range<T>(node, activation);
    return broadcast_binary<T, T, T>(
        node, [range](T a, T b) { return clamp(Operation::apply(a, b), range); });
  } else {
    const auto range = float_activation_range(node, activation);
    if constexpr (std::is_same_v<T, float>) {
      return prepare_float_binary(node, Operation::kFloat, range.min, range.max);
    }
    return broadcast_binary<T, T, T>(node, [range](T a, T b) {
      return T(clamp(Operation::apply(static_cast<float>(a), static_cast<float>(b)), range));
    });
  }
}

template <typename Operation>
Evaluate plain(Node& node) {
  return for_element_type<FLOAT32, FLOAT16, INT16, INT32, INT64, UINT32>(
      node, node.input(0),
      [&]<typename T>(std::type_identity<T>) { return plain_loop<Operation, T>(node); });
}

// Sums of quantised values: both inputs go to twice the larger scale with `left_shift` bits of
// headroom, are added, and go to the output's scale.
template <typename T>
struct QuantizedSum {
  std::int32_t offset_a, offset_b, offset_out;
  QuantizedMultiplier factor_a, factor_b, factor_out;
  int left_shift;
  bool subtract;
  ActivationRange<std::int32_t> range;

  T operator()(T a, T b) const {
    const std::int32_t left = multiply(wrapping_shift_left(a + offset_a, left_shift), factor_a);
    const std::int32_t right = multiply(wrapping_shift_left(b + offset_b, left_shift), factor_b);
    const std::int32_t sum = subtract ? left - right : left + right;
    return static_cast<T>(clamp(wrapping_add(multiply(sum, factor_out), offset_out), range));
  }
};

template <typename T>
Evaluate quantized_sum(Node& node, bool subtract) {
  const RuntimeTensor &a = node.input(0), &b = node.input(1), &out = node.output(0);
  const int left_shift = out.type == INT16 ? 15 : 20;
  const double twice_larger = 2.0 * static_cast<double>(std::max(a.scale(), b.scale()));
  return broadcast_binary<T, T, T>(
      node, QuantizedSum<T>{
                .offset_a = -a.zero_point(),
                .offset_b = -b.zero_point(),
                .offset_out = out.zero_point(),
                .factor_a = quantize_multiplier(static_cast<double>(a.scale()) / twice_larger),
                .factor_b = quantize_multiplier(static_cast<double>(b.scale()) / twice_larger),
                .factor_out = quantize_multiplier(
                    twice_larger / std::ldexp(static_cast<double>(out.scale()), left_shift)),
                .left_shift = left_shift,
                .subtract = subtract,
                .range = quantized_activation_range(node, activation_of(node), out)});
}

// log2 of a scale that is a power of two (to a thousandth, as TensorFlow Lite tests it).
std::optional<int> exact_log2(float scale) {
  const float exponent = std::log2(scale);
  const float rounded = std::round(exponent);
  if (std::abs(exponent - rounded) >= 1e-3F) return std::nullopt;
  return static_cast<int>(rounded);
}

// INT16 with power-of-two scales, as LSTM cells use it: a shift instead of a multiplication.
// Nothing when the node is not of this kind.
Evaluate power_of_two_sum(Node& node, bool subtract) {
  if (!node.options_or_default<AddOptions>().pot_scale_int16) return {};
  const RuntimeTensor& out = node.output(0);
  const auto log_a = exact_log2(node.input(0).scale());
  const auto log_b = exact_log2(node.input(1).scale());
  const auto log_out = exact_log2(out.scale());
  if (!log_a || !log_b || !log_out) return {};
  const int shift_a = *log_out - *log_a;
  const int shift_b = *log_out - *log_b;
  if (shift_a < 0 || shift_b < 0 || (shift_a > 0 && shift_b > 0)) {
    node.unsupported("power-of-two scales where neither input has the output's");
  }
  const auto range = quantized_activation_range(node, activation_of(node), out);
  return broadcast_binary<std::int16_t, std::int16_t, std::int16_t>(
      node, [=](std::int16_t a, std::int16_t b) {
        const std::int32_t left = rounding_divide_by_power_of_two(a, std::min(shift_a, 31));
        const std::int32_t right = rounding_divide_by_power_of_two(b, std::min(shift_b, 31));
        return static_cast<std::int16_t>(clamp(subtract ? left - right : left + right, range));
      });
}

// TensorFlow Lite gives a sum the type of its inputs, whatever the file says of the output.
void take_type_of_inputs(const Node& node) {
  RuntimeTensor& output = node.output(0);
  if (tensor_type_bits(output.type) == 0) expect_same_type(node, node.input(0), output);
  output.type = node.input(0).type;
}

template <typename Operation>
Evaluate sum(Node& node, bool subtract) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  take_type_of_inputs(node);
  if (!is_quantized(node.input(0))) return plain<Operation>(node);
  expect_all_quantized(node);
  if (node.input(0).type == INT16) {
    if (Evaluate shifts = power_of_two_sum(node, subtract)) return shifts;
  }
  return for_element_type<INT8, UINT8, INT16>(
      node, node.input(0),
      [&]<typename T>(std::type_identity<T>) { return quantized_sum<T>(node, subtract); });
}

template <typename T>
Evaluate quantized_product(Node& node) {
  const RuntimeTensor &a = node.input(0), &b = node.input(1), &out = node.output(0);
  const auto range = quantized_activation_range(node, activation_of(node), out);
  const auto factor = quantize_multiplier(static_cast<double>(a.scale() * b.scale() / out.scale()));
  return broadcast_binary<T, T, T>(node, [=, offset_a = a.zero_point(), offset_b = b.zero_point(),
                                          offset_out = out.zero_point()](T left, T right) {
    const std::int32_t product = (left - offset_a) * (right - offset_b);
    return static_cast<T>(clamp(wrapping_add(multiply(product, factor), offset_out), range));
  });
}

// INT16 x INT16 in Q0.15 to an 8-bit output in Q0.7, as LSTM cells use it.
template <typename Out>
Evaluate narrowing_product(Node& node) {
  const RuntimeTensor& out = node.output(0);
  const auto range = quantized_activation_range(node, activation_of(node), out);
  return broadcast_binary<std::int16_t, std::int16_t, Out>(
      node, [range, offset = out.zero_point()](std::int16_t a, std::int16_t b) {
        const std::int32_t product = saturating_rounding_doubling_high_multiply(a, b);
        return static_cast<Out>(clamp(rounding_divide_by_power_of_two(product, 8) + offset, range));
      });
}

Evaluate complex_product(Node& node) {
  using Complex = std::complex<float>;
  if (activation_of(node) != ActivationFunction::NONE) {
    node.unsupported("an activation of complex numbers makes no sense");
  }
  return broadcast_binary<Complex, Complex, Complex>(node,
                                                     [](Complex a, Complex b) { return a * b; });
}

template <typename T>
struct QuantizedQuotient {
  std::int32_t offset_a, offset_b, offset_out;
  QuantizedMultiplier factor;
  ActivationRange<std::int32_t> range;

  T operator()(T a, T b) const {
    std::int32_t dividend = a - offset_a;
    std::int32_t divisor = b - offset_b;
    if (divisor < 0) {
      dividend = -dividend;
      divisor = -divisor;
    }
    const auto [inverse, bits] = fixed::reciprocal(divisor);
    const int headroom = fixed::leading_sign_bits(dividend);
    const std::int32_t quotient = saturating_rounding_doubling_high_multiply(
        wrapping_shift_left(dividend, headroom), inverse);
    const int shift = std::clamp(factor.shift - bits - headroom, -31, 30);
    const std::int32_t scaled = multiply(quotient, {factor.multiplier, shift});
    return static_cast<T>(clamp(wrapping_add(scaled, offset_out), range));
  }
};

template <typename T>
Evaluate quantized_quotient(Node& node) {
  const RuntimeTensor &a = node.input(0), &b = node.input(1), &out = node.output(0);
  return broadcast_binary<T, T, T>(
      node,
      QuantizedQuotient<T>{
          .offset_a = a.zero_point(),
          .offset_b = b.zero_point(),
          .offset_out = out.zero_point(),
          .factor = quantize_multiplier(static_cast<double>(a.scale() / (b.scale() * out.scale()))),
          .range = quantized_activation_range(node, activation_of(node), out)});
}

// Refuses the run when input 1 holds `zero`.
template <typename T>
Evaluate checking_divisor(Evaluate divide, T zero) {
  return [divide = std::move(divide), zero](const Node& node) {
    const RuntimeTensor& divisor = node.input(1);
    const T* values = divisor.values<T>();
    if (std::find(values, values + divisor.size(), zero) != values + divisor.size()) {
      node.corrupt("division by zero");
    }
    divide(node);
  };
}

}  // namespace

Evaluate prepare_add(Node& node) {
  return sum<Add>(node, false);
}

Evaluate prepare_sub(Node& node) {
  return sum<Subtract>(node, true);
}

Evaluate prepare_mul(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const TensorType in = node.input(0).type;
  const TensorType out = node.output(0).type;
  expect_same_type(node, node.input(0), node.input(1));
  if (in == INT16 && out == INT8) return narrowing_product<std::int8_t>(node);
  if (in == INT16 && out == UINT8) return narrowing_product<std::uint8_t>(node);
  expect_same_type(node, node.input(0), node.output(0));
  if (in == COMPLEX64) return complex_product(node);
  if (!is_quantized(node.output(0))) return plain<Multiply>(node);
  expect_all_quantized(node);
  return for_element_type<INT8, UINT8, INT16>(
      node, node.input(0),
      [&]<typename T>(std::type_identity<T>) { return quantized_product<T>(node); });
}

Evaluate prepare_div(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  expect_same_type(node, node.input(0), node.input(1));
  expect_same_type(node, node.input(0), node.output(0));
  if (is_quantized(node.output(0))) {
    expect_all_quantized(node);
    return for_element_type<INT8, UINT8, INT16>(
        node, node.input(0), [&]<typename T>(std::type_identity<T>) {
          return checking_divisor<T>(quantized_quotient<T>(node),
                                     static_cast<T>(node.input(1).zero_point()));
        });
  }
  return for_element_type<FLOAT32, FLOAT16, INT32, INT64>(
      node, node.input(0), [&]<typename T>(std::type_identity<T>) {
        Evaluate divide = plain_loop<Divide, T>(node);
        if constexpr (std::is_integral_v<T>) return checking_divisor<T>(std::move(divide), T{0});
        return divide;
      });
}

}  // namespace litezoo::runtime
