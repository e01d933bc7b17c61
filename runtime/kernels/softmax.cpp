#include "runtime/kernels/softmax.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "runtime/kernels/element_types.h"
#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/lookup.h"
#include "runtime/kernels/vector_math.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

// Calls body(in, out, rows, length) for slices along the last dimension that follow each other.
template <typename In, typename Out, typename Body>
Evaluate for_rows(Node& node, const Body& body) {
  const Shape& shape = node.input(0).shape;
  const auto length = shape.empty() ? std::size_t{1} : static_cast<std::size_t>(shape.back());
  node.set_shape(0, shape);
  return [body, length](const Node& run) {
    const In* in = run.input(0).values<In>();
    Out* out = run.output(0).mutable_values<Out>();
    const std::size_t size = run.input(0).size();
    if (size == 0) return;
    run.threads().parallel_for(size / length, std::max<std::size_t>(kElementsPerThread / length, 1),
                               [&](std::size_t begin, std::size_t end) {
                                 body(in + begin * length, out + begin * length, end - begin,
                                      length);
                               });
  };
}

// Calls row(in, out, length) for each slice along the last dimension.
template <typename In, typename Out, typename Row>
Evaluate for_last_dimension(Node& node, const Row& row) {
  return for_rows<In, Out>(node,
                           [row](const In* in, Out* out, std::size_t rows, std::size_t length) {
                             for (std::size_t i = 0; i < rows; ++i) {
                               row(in + i * length, out + i * length, length);
                             }
                           });
}

// exp(-step * k) for k steps below the largest value of a row.
using ExpTable = std::array<float, 256>;
ExpTable exp_table(float step) {
  ExpTable table{};
  for (std::size_t k = 0; k < table.size(); ++k) {
    table[k] = std::exp(-step * static_cast<float>(k));
  }
  return table;
}

template <typename In>
float sum_of_exps(const ExpTable& table, const In* in, std::size_t length, std::int32_t largest) {
  float sum = 0.0F;
  for (std::size_t i = 0; i < length; ++i) {
    sum += table[static_cast<std::size_t>(largest - in[i])];
  }
  return sum;
}

template <typename In, typename Out>
Evaluate byte_softmax(Node& node, float beta) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const auto range = quantized_type_range(node, out.type);
  return for_last_dimension<In, Out>(
      node, [table = exp_table(in.scale() * beta), scale = out.scale(), zero = out.zero_point(),
             range](const In* x, Out* y, std::size_t length) {
        const std::int32_t largest = *std::max_element(x, x + length);
        const float factor = 1.0F / (sum_of_exps(table, x, length, largest) * scale);
        for (std::size_t i = 0; i < length; ++i) {
          const float steps = std::round(table[static_cast<std::size_t>(largest - x[i])] * factor);
          const float value = std::min(steps, 65536.0F) + static_cast<float>(zero);
          y[i] = static_cast<Out>(
              std::clamp(value, static_cast<float>(range.min), static_cast<float>(range.max)));
        }
      });
}

// INT16 in fixed point with two tables, exactly as TensorFlow Lite computes it.
class Int16Softmax {
 public:
  Int16Softmax(float input_scale, float beta)
      : to_table_(quantize_multiplier(static_cast<double>(input_scale * beta) / (10.0 / 65535.0))),
        exp_(step_table(10.0 / 65535.0 * -65535.0, 0.0, 2.0 / 65535.0,
                        [](double x) { return std::exp(x); })),
        reciprocal_(step_table(0.0, 1.0 / 65535.0 * 65535.0, 2.0 / 65535.0,
                               [](double x) { return 1.0 / (1.0 + x); })) {}

  void operator()(const std::int16_t* x, std::int16_t* y, std::size_t length) const {
    const std::int32_t largest = *std::max_element(x, x + length);
    std::int32_t sum = 0;  // in 2^-15
    for (std::size_t i = 0; i < length; ++i) {
      // The table covers exp(-10) to exp(0).
      const std::int64_t at = multiply(x[i] - largest, to_table_);
      y[i] = interpolate(exp_, saturated(at + 32767));
      sum += y[i];
    }
    // 1 / sum as 1 / (1 + f) * 2^-shift
    const int zeros = std::countl_zero(static_cast<std::uint32_t>(sum));
    const auto shifted = static_cast<std::int32_t>(
        ((static_cast<std::int64_t>(sum) << (zeros - 1)) + (1 << 13)) >> 14);
    const std::int64_t inverse =
        interpolate(reciprocal_, saturated(shifted - (1 << 15) - (1 << 16)));
    const int shift = 31 - zeros;
    for (std::size_t i = 0; i < length; ++i) {
      const std::int64_t rounding = std::int64_t{1} << (shift - 1);
      y[i] = static_cast<std::int16_t>(
          std::clamp<std::int64_t>((y[i] * inverse + rounding) >> shift, 0, 32767));
    }
  }

 private:
  static std::int16_t saturated(std::int64_t value) {
    return static_cast<std::int16_t>(std::clamp<std::int64_t>(value, -32768, 32767));
  }
  QuantizedMultiplier to_table_;
  StepTable exp_, reciprocal_;
};

Evaluate float_softmax(Node& node, float beta) {
  return for_rows<float, float>(
      node, [beta](const float* x, float* y, std::size_t rows, std::size_t length) {
        softmax_of(x, rows, length, beta, y);
      });
}

template <typename T>
Evaluate byte_log_softmax(Node& node) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const auto range = quantized_type_range(node, out.type);
  return for_last_dimension<T, T>(
      node, [table = exp_table(in.scale()), scale_in = in.scale(), scale_out = out.scale(),
             zero = out.zero_point(), range](const T* x, T* y, std::size_t length) {
        const std::int32_t largest = *std::max_element(x, x + length);
        const float log_sum = std::log(sum_of_exps(table, x, length, largest));
        const float scale = scale_in / scale_out;
        const float offset = (scale_in * static_cast<float>(largest) + log_sum) / scale_out;
        for (std::size_t i = 0; i < length; ++i) {
          const float value =
              std::rint(scale * static_cast<float>(x[i]) - offset) + static_cast<float>(zero);
          y[i] = static_cast<T>(
              std::clamp(value, static_cast<float>(range.min), static_cast<float>(range.max)));
        }
      });
}

void check(const Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
}

void check_quantized(const Node& node) {
  expect_quantized(node, node.input(0));
  expect_quantized(node, node.output(0));
}

}  // namespace

Evaluate prepare_softmax(Node& node) {
  check(node);
  const float beta = node.options_or_default<SoftmaxOptions>().beta;
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  if (!std::isfinite(beta) || beta < 0.0F) node.corrupt("beta is not a positive number");
  if (in.type == FLOAT32) {
    expect_same_type(node, in, out);
    return float_softmax(node, beta);
  }
  check_quantized(node);
  if (in.type == INT16) {
    expect_same_type(node, in, out);
    // Beyond 32767 full exponentials the sum would leave its 32 bits.
    if (in.rank() > 0 && in.shape.back() > 65535) node.unsupported("more than 65535 INT16 classes");
    if (in.zero_point() != 0 || out.zero_point() != 0) {
      node.unsupported("an INT16 tensor with a zero point is not supported here");
    }
    return for_last_dimension<std::int16_t, std::int16_t>(node, Int16Softmax(in.scale(), beta));
  }
  return for_element_type<INT8, UINT8>(node, in, [&]<typename In>(std::type_identity<In>) {
    if (out.type == INT16) return byte_softmax<In, std::int16_t>(node, beta);
    expect_same_type(node, in, out);
    return byte_softmax<In, In>(node, beta);
  });
}

Evaluate prepare_log_softmax(Node& node) {
  check(node);
  expect_same_type(node, node.input(0), node.output(0));
  if (node.input(0).type != FLOAT32) {
    check_quantized(node);
    return for_element_type<INT8, UINT8>(
        node, node.input(0),
        [&]<typename T>(std::type_identity<T>) { return byte_log_softmax<T>(node); });
  }
  return for_last_dimension<float, float>(node, [](const float* x, float* y, std::size_t length) {
    const float largest = *std::max_element(x, x + length);
    float sum = 0.0F;
    for (std::size_t i = 0; i < length; ++i) sum += std::exp(x[i] - largest);
    const float log_sum = std::log(sum);
    for (std::size_t i = 0; i < length; ++i) y[i] = x[i] - largest - log_sum;
  });
}

}  // namespace litezoo::runtime
