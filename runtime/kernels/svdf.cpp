#include "runtime/kernels/svdf.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>

#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/gemm.h"
#include "runtime/kernels/lstm_float.h"
#include "runtime/kernels/weight_stack.h"
#include "runtime/kernels/weights.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kInput = 0, kFeature = 1, kTime = 2, kBias = 3, kState = 4;

struct SvdfSizes {
  std::size_t batch = 0, input = 0, filters = 0, memory = 0, rank = 1;
  std::size_t units() const { return filters / rank; }
};

SvdfSizes set_shapes(const Node& node, const SvdfOptions& options) {
  const RuntimeTensor &input = node.input(kInput), &feature = node.input(kFeature);
  const RuntimeTensor& time = node.input(kTime);
  if (input.rank() != 2 || feature.rank() != 2 || time.rank() != 2) {
    node.corrupt("its input and weights are no matrices");
  }
  SvdfSizes sizes{
      static_cast<std::size_t>(input.shape[0]), static_cast<std::size_t>(input.shape[1]),
      static_cast<std::size_t>(feature.shape[0]), static_cast<std::size_t>(time.shape[1]), 1};
  if (options.rank <= 0 || sizes.filters % static_cast<std::size_t>(options.rank) != 0) {
    node.corrupt("its filters are no multiple of its rank");
  }
  sizes.rank = static_cast<std::size_t>(options.rank);
  if (feature.shape[1] != input.shape[1] || time.shape[0] != feature.shape[0] ||
      sizes.memory == 0 ||
      node.variable_input(kState).size() != sizes.batch * sizes.filters * sizes.memory ||
      (node.has_input(kBias) && node.input(kBias).size() != sizes.units())) {
    node.corrupt("its weights, bias and state do not fit its input");
  }
  node.set_shape(0, {input.shape[0], static_cast<std::int32_t>(sizes.units())});
  return sizes;
}

// Makes room for the newest entry of every filter's memory.
template <typename T>
void forget_oldest(T* state, const SvdfSizes& sizes) {
  const std::size_t count = sizes.batch * sizes.filters * sizes.memory;
  if (count > 1) std::memmove(state, state + 1, (count - 1) * sizeof(T));
}

class FloatSvdf {
 public:
  FloatSvdf(const Node& node, const SvdfSizes& sizes, const SvdfOptions& options)
      : sizes_(sizes),
        activation_(vector_activation(node, options.fused_activation_function)),
        feature_(node, {kFeature}, sizes.input, options.asymmetric_quantize_inputs) {
    const RuntimeTensor& time = node.input(kTime);
    if (!time.constant) node.unsupported("time weights that are computed");
    if (time.type == TensorType::FLOAT32) {
      time_.assign(time.values<float>(), time.values<float>() + time.size());
      return;
    }
    node.expect_type(time, {TensorType::INT8, TensorType::UINT8});
    const float scale = channel_scales(node, time, 1).front();
    for (std::size_t i = 0; i < time.size(); ++i) {
      time_.push_back(static_cast<float>(time.values<std::int8_t>()[i]) * scale);
    }
  }

  void run(const Node& node) {
    feature_.refresh(node);
    float* state = node.variable_input(kState).mutable_values<float>();
    forget_oldest(state, sizes_);
    const std::size_t rows = sizes_.batch * sizes_.filters;
    newest_.assign(rows, 0.0F);
    feature_.add(node.threads(), node.input(kInput).values<float>(), sizes_.batch, newest_.data());
    float* y = node.output(0).mutable_values<float>();
    const float* bias = node.has_input(kBias) ? node.input(kBias).values<float>() : nullptr;
    for (std::size_t out = 0; out < sizes_.batch * sizes_.units(); ++out) {
      float sum = 0;
      for (std::size_t r = 0; r < sizes_.rank; ++r) {
        const std::size_t row = out * sizes_.rank + r;
        float* memory = state + row * sizes_.memory;
        memory[sizes_.memory - 1] = newest_[row];
        const float* weights = time_.data() + row % sizes_.filters * sizes_.memory;
        for (std::size_t m = 0; m < sizes_.memory; ++m) sum += memory[m] * weights[m];
      }
      y[out] = sum + (bias ? bias[out % sizes_.units()] : 0.0F);
    }
    activation_(y, sizes_.batch * sizes_.units());
  }

 private:
  SvdfSizes sizes_;
  VectorActivation activation_;
  WeightStack feature_;
  std::vector<float> time_, newest_;
};

// T: of the state and the time weights.
template <typename T>
class IntegerSvdf {
 public:
  IntegerSvdf(const Node& node, const SvdfSizes& sizes)
      : sizes_(sizes),
        input_zero_(node.input(kInput).zero_point()),
        output_zero_(node.output(0).zero_point()) {
    const auto scale = [&](const RuntimeTensor& tensor) {
      expect_quantized(node, tensor);
      return tensor.scale();
    };
    const RuntimeTensor &feature = node.input(kFeature), &time = node.input(kTime);
    if (!feature.constant) node.unsupported("weights that are computed");
    const float state = scale(node.input(kState));
    to_state_ = quantize_multiplier(
        static_cast<double>(scale(node.input(kInput)) * scale(feature) / state));
    to_output_ =
        quantize_multiplier(static_cast<double>(state * scale(time) / scale(node.output(0))));
    packed_ = pack(feature.values<std::int8_t>(), {sizes.filters, sizes.input, sizes.input, 1});
  }

  void run(const Node& node) {
    T* state = node.variable_input(kState).mutable_values<T>();
    forget_oldest(state, sizes_);
    for (std::size_t b = 0; b < sizes_.batch; ++b) remember(node, b, state);
    const T* time = node.input(kTime).values<T>();
    const auto* bias = node.has_input(kBias) ? node.input(kBias).values<std::int32_t>() : nullptr;
    auto* y = node.output(0).mutable_values<std::int8_t>();
    for (std::size_t out = 0; out < sizes_.batch * sizes_.units(); ++out) {
      std::int64_t sum = bias ? bias[out % sizes_.units()] : 0;
      for (std::size_t r = 0; r < sizes_.rank; ++r) {
        const std::size_t row = out * sizes_.rank + r;
        const T* memory = state + row * sizes_.memory;
        const T* weights = time + row % sizes_.filters * sizes_.memory;
        for (std::size_t m = 0; m < sizes_.memory; ++m) sum += memory[m] * weights[m];
      }
      const std::int64_t scaled = multiply(static_cast<std::int32_t>(sum), to_output_);
      y[out] = static_cast<std::int8_t>(std::clamp<std::int64_t>(scaled + output_zero_, -128, 127));
    }
  }

 private:
  void remember(const Node& node, std::size_t b, T* state) {
    const auto* x = node.input(kInput).values<std::int8_t>() + b * sizes_.input;
    row_.assign((sizes_.input + 1) / 2 * 2, 0);
    for (std::size_t i = 0; i < sizes_.input; ++i) {
      row_[i] = static_cast<std::int16_t>(x[i] - input_zero_);
    }
    sums_.assign(sizes_.filters, 0);
    multiply_add(RowBlock<const std::int16_t>{row_.data(), 1, row_.size()}, packed_,
                 {0, packed_.panel_count()},
                 RowBlock<std::int32_t>{sums_.data(), 1, sizes_.filters});
    constexpr std::int32_t kLow = std::numeric_limits<T>::min();
    constexpr std::int32_t kHigh = std::numeric_limits<T>::max();
    for (std::size_t f = 0; f < sizes_.filters; ++f) {
      state[(b * sizes_.filters + f + 1) * sizes_.memory - 1] =
          static_cast<T>(std::clamp(multiply(sums_[f], to_state_), kLow, kHigh));
    }
  }

  SvdfSizes sizes_;
  std::int32_t input_zero_, output_zero_;
  QuantizedMultiplier to_state_, to_output_;
  PackedMatrix<std::int8_t> packed_;
  std::vector<std::int16_t> row_;
  std::vector<std::int32_t> sums_;
};

template <typename Layer, typename... Arguments>
Evaluate make(Arguments&&... arguments) {
  auto layer = std::make_shared<Layer>(std::forward<Arguments>(arguments)...);
  return [layer](const Node& node) { layer->run(node); };
}

}  // namespace

Evaluate prepare_svdf(Node& node) {
  node.expect_inputs(5, 5);
  node.expect_outputs(1);
  const auto& options = node.options<SvdfOptions>();
  const SvdfSizes sizes = set_shapes(node, options);
  const TensorType input = node.input(kInput).type;
  node.expect_type(node.input(kInput), {TensorType::FLOAT32, TensorType::INT8});
  node.expect_type(node.output(0), {input});
  if (input == TensorType::FLOAT32) {
    node.expect_type(node.input(kState), {TensorType::FLOAT32});
    if (node.has_input(kBias)) node.expect_type(node.input(kBias), {TensorType::FLOAT32});
    return make<FloatSvdf>(node, sizes, options);
  }
  node.expect_type(node.input(kFeature), {TensorType::INT8});
  node.expect_type(node.input(kState), {TensorType::INT16, TensorType::INT8});
  node.expect_type(node.input(kTime), {node.input(kState).type});
  if (node.has_input(kBias)) node.expect_type(node.input(kBias), {TensorType::INT32});
  if (node.input(kState).type == TensorType::INT8)
    return make<IntegerSvdf<std::int8_t>>(node, sizes);
  return make<IntegerSvdf<std::int16_t>>(node, sizes);
}

}  // namespace litezoo::runtime
