#include "runtime/kernels/reduce.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "runtime/kernels/element_types.h"
#include "runtime/kernels/fixed_point.h"
#include "runtime/kernels/integer.h"
#include "runtime/kernels/lookup.h"
#include "runtime/kernels/reduction.h"

namespace litezoo::runtime {
namespace {

using enum TensorType;

bool is_quantized(const RuntimeTensor& tensor) {
  return is_quantized_type(tensor.type) && !tensor.quantization().empty();
}

// Accumulates in the output itself.
template <typename T, typename Combine>
Evaluate fold_in_place(const Reduction& reduction, T initial, const Combine& combine) {
  return [reduction, initial, combine](const Node& node) {
    T* out = node.output(0).mutable_values<T>();
    std::fill(out, out + reduction.out_size, initial);
    fold_all(node, reduction, node.input(0).values<T>(), out, combine);
  };
}

template <TensorType... types, typename Make>
Evaluate reduce(Node& node, const Make& make) {
  expect_same_type(node, node.input(0), node.output(0));
  const auto reduction = prepare_reduction(node);
  if (!reduction) return kDeferred;
  return for_element_type<types...>(node, node.input(0), [&]<typename T>(std::type_identity<T>) {
    return make.template operator()<T>(*reduction);
  });
}

template <typename T, typename Accumulator, typename Finish>
Evaluate fold_aside(const Reduction& reduction, Accumulator initial, const Finish& finish) {
  return [=](const Node& node) {
    std::vector<Accumulator> sums(reduction.out_size, initial);
    fold_all(node, reduction, node.input(0).values<T>(), sums.data(),
             [](Accumulator sum, T x) { return static_cast<Accumulator>(sum + x); });
    std::transform(sums.begin(), sums.end(), node.output(0).mutable_values<T>(), finish);
  };
}

// The factor of a sum divided by `count` as well, as TensorFlow Lite does it.
QuantizedMultiplier divided(QuantizedMultiplier factor, std::size_t count) {
  int shift = 63 - std::countl_zero(static_cast<std::uint64_t>(count));
  shift = std::clamp(std::min(shift, 31 + factor.shift), 0, 32);
  const auto multiplier =
      (static_cast<std::int64_t>(factor.multiplier) << shift) / static_cast<std::int64_t>(count);
  return {static_cast<std::int32_t>(multiplier), factor.shift - shift};
}

template <typename T>
Evaluate quantized_sum(const Node& node, const Reduction& reduction, bool mean) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  auto factor =
      quantize_multiplier(static_cast<double>(in.scale()) / static_cast<double>(out.scale()));
  const std::size_t count = reduction.per_output;
  if (mean && count > 0) factor = divided(factor, count);
  const auto range = quantized_type_range(node, in.type);
  const auto offset = static_cast<std::int64_t>(count) * in.zero_point();
  return fold_aside<T, std::int64_t>(
      reduction, 0, [=, zero_out = out.zero_point()](std::int64_t sum) {
        const auto steps = static_cast<std::int32_t>(sum - offset);
        return static_cast<T>(
            std::clamp(wrapping_add(multiply(steps, factor), zero_out), range.min, range.max));
      });
}

Evaluate quantized_sum(Node& node, bool mean) {
  expect_quantized(node, node.input(0));
  expect_quantized(node, node.output(0));
  return reduce<INT8, UINT8, INT16>(node, [&]<typename T>(const Reduction& reduction) {
    return quantized_sum<T>(node, reduction, mean);
  });
}

template <typename T>
Evaluate float_mean(const Reduction& reduction) {
  return [reduction](const Node& node) {
    T* out = node.output(0).mutable_values<T>();
    std::fill(out, out + reduction.out_size, T{0});
    fold_all(node, reduction, node.input(0).values<T>(), out, [](T sum, T x) { return sum + x; });
    const T count = static_cast<T>(reduction.per_output);
    for (std::size_t i = 0; i < reduction.out_size; ++i) out[i] /= count;
  };
}

template <typename T>
Evaluate integer_mean(const Reduction& reduction) {
  const auto count = static_cast<std::int64_t>(std::max<std::size_t>(reduction.per_output, 1));
  return fold_aside<T, std::int64_t>(
      reduction, 0, [count](std::int64_t sum) { return static_cast<T>(sum / count); });
}

// Each factor is scaled by itself, so that the product keeps its size; the first one is not.
template <typename T>
Evaluate quantized_product(const Node& node, const Reduction& reduction) {
  const RuntimeTensor &in = node.input(0), &out = node.output(0);
  const auto root =
      std::pow(static_cast<double>(out.scale()),
               1.0 / static_cast<double>(std::max<std::size_t>(reduction.per_output, 1)));
  const auto factor = quantize_multiplier(static_cast<double>(in.scale()) / root);
  const auto range = quantized_type_range(node, in.type);
  return [=, zero_in = in.zero_point(), zero_out = out.zero_point()](const Node& run) {
    constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();
    std::vector<std::int64_t> products(reduction.out_size, none);
    fold_all(run, reduction, run.input(0).values<T>(), products.data(),
             [=](std::int64_t product, T x) -> std::int64_t {
               if (product == none) return x - zero_in;
               return multiply(product * (x - zero_in), factor);
             });
    T* result = run.output(0).mutable_values<T>();
    for (const std::int64_t product : products) {
      const std::int32_t steps = product == none ? 1 : multiply(product, factor);
      *result++ = static_cast<T>(std::clamp(wrapping_add(steps, zero_out), range.min, range.max));
    }
  };
}

}  // namespace

Evaluate prepare_sum(Node& node) {
  if (is_quantized(node.input(0))) return quantized_sum(node, false);
  return reduce<FLOAT32, INT32, INT64>(node, []<typename T>(const Reduction& reduction) {
    return fold_in_place<T>(reduction, T{0}, [](T sum, T x) { return wrapping_add(sum, x); });
  });
}

Evaluate prepare_mean(Node& node) {
  if (is_quantized(node.input(0))) return quantized_sum(node, true);
  return reduce<FLOAT32, INT32, INT64>(node, []<typename T>(const Reduction& reduction) {
    if constexpr (std::is_floating_point_v<T>)
      return float_mean<T>(reduction);
    else
      return integer_mean<T>(reduction);
  });
}

Evaluate prepare_reduce_max(Node& node) {
  return reduce<FLOAT32, INT8, UINT8, INT16, INT32, INT64>(
      node, []<typename T>(const Reduction& reduction) {
        return fold_in_place<T>(reduction, std::numeric_limits<T>::lowest(),
                                [](T most, T x) { return x > most ? x : most; });
      });
}

Evaluate prepare_reduce_min(Node& node) {
  return reduce<FLOAT32, INT8, UINT8, INT16, INT32, INT64>(
      node, []<typename T>(const Reduction& reduction) {
        return fold_in_place<T>(reduction, std::numeric_limits<T>::max(),
                                [](T least, T x) { return x < least ? x : least; });
      });
}

Evaluate prepare_reduce_prod(Node& node) {
  if (is_quantized(node.input(0))) {
    expect_quantized(node, node.input(0));
    expect_quantized(node, node.output(0));
    return reduce<INT8, INT16>(node, [&]<typename T>(const Reduction& reduction) {
      return quantized_product<T>(node, reduction);
    });
  }
  return reduce<FLOAT32, INT8, UINT8, INT16, INT32, INT64>(
      node, []<typename T>(const Reduction& reduction) {
        return fold_in_place<T>(reduction, T{1},
                                [](T product, T x) { return wrapping_multiply(product, x); });
      });
}

Evaluate prepare_reduce_any(Node& node) {
  return reduce<BOOL>(node, []<typename T>(const Reduction& reduction) {
    return fold_in_place<T>(reduction, T{0},
                            [](T any, T x) { return static_cast<T>(x != 0 ? 1 : any); });
  });
}

Evaluate prepare_reduce_all(Node& node) {
  return reduce<BOOL>(node, []<typename T>(const Reduction& reduction) {
    return fold_in_place<T>(reduction, T{1},
                            [](T all, T x) { return static_cast<T>(x == 0 ? 0 : all); });
  });
}

}  // namespace litezoo::runtime
