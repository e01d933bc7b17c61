#include "runtime/kernels/pool.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <type_traits>

#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/per_thread.h"
#include "runtime/kernels/window.h"

namespace litezoo::runtime {
namespace {

struct PoolPlan {
  std::size_t batch = 0, channels = 0;
  WindowAxis height, width;
  ActivationFunction activation = ActivationFunction::NONE;
};

PoolPlan make_plan(const Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const auto& options = node.options<Pool2DOptions>();
  const RuntimeTensor& input = node.input(0);
  if (input.rank() != 4) node.corrupt("its input is not of 4 dimensions");
  if (node.output(0).type != input.type) node.corrupt("its input and output differ in type");
  const PoolPlan plan{.batch = static_cast<std::size_t>(input.shape[0]),
                      .channels = static_cast<std::size_t>(input.shape[3]),
                      .height = window_axis(node, {.input = input.shape[1],
                                                   .window = options.filter_height,
                                                   .stride = options.stride_h,
                                                   .padding = options.padding}),
                      .width = window_axis(node, {.input = input.shape[2],
                                                  .window = options.filter_width,
                                                  .stride = options.stride_w,
                                                  .padding = options.padding}),
                      .activation = options.fused_activation_function};
  node.set_shape(0, {input.shape[0], plan.height.output, plan.width.output, input.shape[3]});
  return plan;
}

// The part of a window's axis that lies inside the image.
struct Reach {
  std::int32_t begin, end;
};

Reach reach(const WindowAxis& axis, std::int32_t output) {
  const std::int32_t first = output * axis.stride - axis.pad_before;
  return {std::max(first, 0), std::min(first + axis.window, axis.input)};
}

template <typename T>
ActivationRange<T> activation_range(const Node& node, ActivationFunction activation) {
  if constexpr (std::is_same_v<T, float>) {
    return float_activation_range(node, activation);
  } else {
    const auto [low, high] = quantized_activation_range(node, activation, node.output(0));
    return {static_cast<T>(low), static_cast<T>(high)};
  }
}

// Reduction: `Sum` is its accumulator; begin() its first value, add(sum, x) and
// finish(sum, count) -> T.
template <typename T, typename Reduction>
Evaluate pool(const Node& prepared, const PoolPlan& plan, Reduction reduction) {
  const ActivationRange<T> range = activation_range<T>(prepared, plan.activation);
  using Sums = std::vector<typename Reduction::Sum>;
  const auto all_sums = std::make_shared<PerThread<Sums>>(prepared.threads().size(),
                                                          [&] { return Sums(plan.channels); });
  return [plan, range, reduction, all_sums](const Node& node) {
    const T* x = node.input(0).values<T>();
    T* y = node.output(0).mutable_values<T>();
    const auto out_width = static_cast<std::size_t>(plan.width.output);
    const auto out_height = static_cast<std::size_t>(plan.height.output);
    const auto in_width = static_cast<std::size_t>(plan.width.input);
    const auto in_height = static_cast<std::size_t>(plan.height.input);
    const std::size_t channels = plan.channels;
    all_sums->hand_in();
    node.threads().parallel_for(
        plan.batch * out_height * out_width, 16, [&](std::size_t begin, std::size_t end) {
          Sums& sums = all_sums->take();
          for (std::size_t pixel = begin; pixel < end; ++pixel) {
            const Reach columns = reach(plan.width, static_cast<std::int32_t>(pixel % out_width));
            const Reach rows =
                reach(plan.height, static_cast<std::int32_t>(pixel / out_width % out_height));
            const std::size_t batch = pixel / (out_width * out_height);
            std::ranges::fill(sums, reduction.begin());
            for (std::int32_t row = rows.begin; row < rows.end; ++row) {
              const T* line =
                  x + (batch * in_height + static_cast<std::size_t>(row)) * in_width * channels;
              for (std::int32_t column = columns.begin; column < columns.end; ++column) {
                const T* from = line + static_cast<std::size_t>(column) * channels;
                for (std::size_t c = 0; c < channels; ++c) reduction.add(sums[c], from[c]);
              }
            }
            const std::int64_t count = std::int64_t{std::max(0, rows.end - rows.begin)} *
                                       std::max(0, columns.end - columns.begin);
            T* out = y + pixel * channels;
            for (std::size_t c = 0; c < channels; ++c) {
              out[c] = std::clamp(reduction.finish(sums[c], count), range.min, range.max);
            }
          }
        });
  };
}

struct FloatMean {
  using Sum = float;
  Sum begin() const { return 0.0F; }
  void add(Sum& sum, float x) const { sum += x; }
  float finish(Sum sum, std::int64_t count) const {
    return count == 0 ? 0.0F : sum / static_cast<float>(count);
  }
};

// Rounded to nearest, ties away from zero.
template <typename T>
struct IntegerMean {
  using Sum = std::int32_t;
  Sum begin() const { return 0; }
  void add(Sum& sum, T x) const { sum += x; }
  T finish(Sum sum, std::int64_t count) const {
    if (count == 0) return 0;
    const std::int64_t half = sum > 0 ? count / 2 : -(count / 2);
    return static_cast<T>((sum + half) / count);
  }
};

struct FloatMeanSquare {
  using Sum = float;
  Sum begin() const { return 0.0F; }
  void add(Sum& sum, float x) const { sum += x * x; }
  float finish(Sum sum, std::int64_t count) const {
    return count == 0 ? 0.0F : std::sqrt(sum / static_cast<float>(count));
  }
};

template <typename T>
struct Greatest {
  using Sum = T;
  Sum begin() const { return std::numeric_limits<T>::lowest(); }
  void add(Sum& sum, T x) const { sum = x > sum ? x : sum; }
  T finish(Sum sum, std::int64_t /*count*/) const { return sum; }
};

}  // namespace

Evaluate prepare_average_pool(Node& node) {
  const PoolPlan plan = make_plan(node);
  // 2^31 / 2^16: a larger window could overflow the sum.
  if (std::int64_t{plan.height.window} * plan.width.window > 32768 &&
      node.input(0).type == TensorType::INT16) {
    node.unsupported("a 16-bit window of more than 32768 elements");
  }
  switch (node.input(0).type) {
    case TensorType::FLOAT32:
      return pool<float>(node, plan, FloatMean{});
    case TensorType::INT8:
      return pool<std::int8_t>(node, plan, IntegerMean<std::int8_t>{});
    case TensorType::UINT8:
      return pool<std::uint8_t>(node, plan, IntegerMean<std::uint8_t>{});
    case TensorType::INT16:
      return pool<std::int16_t>(node, plan, IntegerMean<std::int16_t>{});
    default:
      node.expect_type(node.input(0), {TensorType::FLOAT32, TensorType::INT8});
      return {};
  }
}

Evaluate prepare_max_pool(Node& node) {
  const PoolPlan plan = make_plan(node);
  switch (node.input(0).type) {
    case TensorType::FLOAT32:
      return pool<float>(node, plan, Greatest<float>{});
    case TensorType::INT8:
      return pool<std::int8_t>(node, plan, Greatest<std::int8_t>{});
    case TensorType::UINT8:
      return pool<std::uint8_t>(node, plan, Greatest<std::uint8_t>{});
    case TensorType::INT16:
      return pool<std::int16_t>(node, plan, Greatest<std::int16_t>{});
    default:
      node.expect_type(node.input(0), {TensorType::FLOAT32, TensorType::INT8});
      return {};
  }
}

Evaluate prepare_l2_pool(Node& node) {
  const PoolPlan plan = make_plan(node);
  node.expect_type(node.input(0), {TensorType::FLOAT32});
  return pool<float>(node, plan, FloatMeanSquare{});
}

}  // namespace litezoo::runtime
