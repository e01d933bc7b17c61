#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "runtime/xnnpack/lowering.h"
#include "tests/runtime/cpu_targets.h"
#include "tests/runtime/one_operator.h"

using namespace litezoo;
using test::difference;
using test::kF32;
using test::kS8;
using test::kU8;
using test::OneOperator;
using test::quantized;
using test::quantized_by;

namespace {

using Shape = std::vector<std::int32_t>;

struct Case {
  const char* name;
  std::function<OneOperator()> make;
};

const Quantization kIn8 = quantized(0.02F, 3);
const Quantization kOut8 = quantized(0.05F, -5);
const Quantization kInU8 = quantized(0.02F, 120);
const Quantization kOutU8 = quantized(0.05F, 130);

Conv2DOptions conv(Padding padding, std::int32_t stride, std::int32_t dilation,
                   ActivationFunction activation = ActivationFunction::NONE) {
  return {padding, stride, stride, activation, dilation, dilation, kF32};
}

DepthwiseConv2DOptions depthwise(Padding padding, std::int32_t stride, std::int32_t multiplier) {
  return {padding, stride, stride, multiplier, ActivationFunction::RELU6, 1, 1};
}

Pool2DOptions pool(Padding padding, std::int32_t stride, std::int32_t size) {
  return {padding, stride, stride, size, size, ActivationFunction::NONE};
}

std::vector<Case> weighted_cases() {
  using enum BuiltinOperator;
  std::vector<float> scales = {0.01F, 0.02F, 0.005F, 0.03F};
  return {
      {"conv, SAME, stride 2",
       [] {
         return std::move(OneOperator(CONV_2D)
                              .in(kF32, {1, 7, 9, 3})
                              .weights(kF32, {4, 3, 3, 3})
                              .weights(kF32, {4})
                              .out(kF32)
                              .with(conv(Padding::SAME, 2, 1, ActivationFunction::RELU)));
       }},
      {"conv, VALID, dilated, without bias",
       [] {
         return std::move(OneOperator(CONV_2D)
                              .in(kF32, {2, 9, 9, 2})
                              .weights(kF32, {4, 3, 3, 2})
                              .out(kF32)
                              .with(conv(Padding::VALID, 1, 2)));
       }},
      {"conv, grouped",
       [] {
         return std::move(OneOperator(CONV_2D)
                              .in(kF32, {1, 5, 5, 4})
                              .weights(kF32, {4, 3, 3, 2})
                              .weights(kF32, {4})
                              .out(kF32)
                              .with(conv(Padding::SAME, 1, 1)));
       }},
      {"conv, int8, a scale a channel",
       [scales] {
         return std::move(OneOperator(CONV_2D)
                              .in(kS8, {1, 6, 6, 3}, kIn8)
                              .weights(kS8, {4, 3, 3, 3}, quantized_by(0, scales))
                              .weights(TensorType::INT32, {4})
                              .out(kS8, kOut8)
                              .with(conv(Padding::SAME, 1, 1)));
       }},
      {"conv, uint8",
       [] {
         return std::move(OneOperator(CONV_2D)
                              .in(kU8, {1, 6, 6, 3}, kInU8)
                              .weights(kU8, {4, 1, 1, 3}, quantized(0.01F, 77))
                              .weights(TensorType::INT32, {4})
                              .out(kU8, kOutU8)
                              .with(conv(Padding::VALID, 1, 1)));
       }},
      {"depthwise",
       [] {
         return std::move(OneOperator(DEPTHWISE_CONV_2D)
                              .in(kF32, {1, 8, 6, 5})
                              .weights(kF32, {1, 3, 3, 5})
                              .weights(kF32, {5})
                              .out(kF32)
                              .with(depthwise(Padding::SAME, 1, 1)));
       }},
      {"depthwise, int8, multiplier 2",
       [scales] {
         return std::move(OneOperator(DEPTHWISE_CONV_2D)
                              .in(kS8, {1, 6, 8, 2}, kIn8)
                              .weights(kS8, {1, 3, 3, 4}, quantized_by(3, scales))
                              .weights(TensorType::INT32, {4})
                              .out(kS8, kOut8)
                              .with(depthwise(Padding::VALID, 2, 2)));
       }},
      {"fully connected",
       [] {
         return std::move(OneOperator(FULLY_CONNECTED)
                              .in(kF32, {2, 3, 5})
                              .weights(kF32, {4, 5})
                              .weights(kF32, {4})
                              .out(kF32)
                              .with(FullyConnectedOptions{}));
       }},
      {"fully connected, keeping dimensions, int8, a scale a channel",
       [scales] {
         FullyConnectedOptions options;
         options.keep_num_dims = true;
         return std::move(OneOperator(FULLY_CONNECTED)
                              .in(kS8, {2, 3, 5}, kIn8)
                              .weights(kS8, {4, 5}, quantized_by(0, scales))
                              .weights(TensorType::INT32, {4})
                              .out(kS8, kOut8)
                              .with(options));
       }},
      {"fully connected, uint8",
       [] {
         return std::move(OneOperator(FULLY_CONNECTED)
                              .in(kU8, {3, 5}, kInU8)
                              .weights(kU8, {4, 5}, quantized(0.01F, 100))
                              .weights(TensorType::INT32, {4})
                              .out(kU8, kOutU8)
                              .with(FullyConnectedOptions{}));
       }},
      {"transposed conv, SAME",
       [] {
         TransposeConvOptions options;
         options.stride_h = options.stride_w = 2;
         return std::move(OneOperator(TRANSPOSE_CONV)
                              .numbers({4}, {1, 8, 6, 4})
                              .weights(kF32, {4, 3, 3, 2})
                              .in(kF32, {1, 4, 3, 2})
                              .out(kF32)
                              .with(options));
       }},
      {"transposed conv, VALID, with bias",
       [] {
         TransposeConvOptions options;
         options.padding = Padding::VALID;
         options.stride_h = options.stride_w = 2;
         return std::move(OneOperator(TRANSPOSE_CONV)
                              .numbers({4}, {1, 9, 7, 4})
                              .weights(kF32, {4, 3, 3, 2})
                              .in(kF32, {1, 4, 3, 2})
                              .weights(kF32, {4})
                              .out(kF32)
                              .with(options));
       }},
  };
}

std::vector<Case> pool_and_shape_cases() {
  using enum BuiltinOperator;
  return {
      {"average pool",
       [] {
         return std::move(OneOperator(AVERAGE_POOL_2D)
                              .in(kF32, {1, 7, 7, 3})
                              .out(kF32)
                              .with(pool(Padding::SAME, 2, 3)));
       }},
      {"max pool, uint8",
       [] {
         return std::move(OneOperator(MAX_POOL_2D)
                              .in(kU8, {1, 7, 7, 3}, kInU8)
                              .out(kU8, kInU8)
                              .with(pool(Padding::VALID, 2, 2)));
       }},
      {"pad, int8",
       [] {
         return std::move(OneOperator(PAD)
                              .in(kS8, {1, 3, 4, 2}, kIn8)
                              .numbers({4, 2}, {0, 0, 1, 2, 0, 1, 0, 0})
                              .out(kS8, kIn8));
       }},
      {"mean over height and width",
       [] {
         return std::move(OneOperator(MEAN)
                              .in(kF32, {2, 5, 4, 3})
                              .numbers({2}, {1, 2})
                              .out(kF32)
                              .with(ReducerOptions{false}));
       }},
      {"mean, int8, keeping dimensions",
       [] {
         return std::move(OneOperator(MEAN)
                              .in(kS8, {1, 5, 4, 3}, kIn8)
                              .numbers({2}, {1, 2})
                              .out(kS8, kOut8)
                              .with(ReducerOptions{true}));
       }},
      {"bilinear resize, half pixel centres",
       [] {
         return std::move(OneOperator(RESIZE_BILINEAR)
                              .in(kF32, {1, 4, 5, 3})
                              .numbers({2}, {7, 9})
                              .out(kF32)
                              .with(ResizeBilinearOptions{false, true}));
       }},
      {"bilinear resize, TensorFlow 1",
       [] {
         return std::move(OneOperator(RESIZE_BILINEAR)
                              .in(kF32, {1, 4, 5, 3})
                              .numbers({2}, {7, 9})
                              .out(kF32)
                              .with(ResizeBilinearOptions{false, false}));
       }},
      {"depth to space",
       [] {
         return std::move(OneOperator(DEPTH_TO_SPACE)
                              .in(kF32, {1, 2, 3, 8})
                              .out(kF32)
                              .with(BlockSizeOptions{2}));
       }},
      {"prelu",
       [] {
         return std::move(
             OneOperator(PRELU).in(kF32, {1, 3, 3, 5}).weights(kF32, {1, 1, 5}).out(kF32));
       }},
      {"quantize",
       [] {
         return std::move(OneOperator(QUANTIZE).in(kF32, {3, 7}).out(kS8, kIn8));
       }},
      {"dequantize",
       [] {
         return std::move(OneOperator(DEQUANTIZE).in(kU8, {3, 7}, kInU8).out(kF32));
       }},
      {"logistic, int8",
       [] {
         return std::move(
             OneOperator(LOGISTIC).in(kS8, {3, 7}, kIn8).out(kS8, quantized(1.0F / 256, -128)));
       }},
      {"leaky relu",
       [] {
         return std::move(
             OneOperator(LEAKY_RELU).in(kF32, {3, 7}).out(kF32).with(LeakyReluOptions{0.3F}));
       }},
  };
}

void check_agreement(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto lowered = [&] {
      const test::WithoutTargets plain(test::kDotProductTargets);
      return c.make().run(true);
    }();
    CHECK(lowered.plan.partitions == 1);
    CHECK(lowered.plan.fallback_nodes == 0);
    const auto own = c.make().run(false);
    CHECK(own.plan.partitions == 0);
    const bool is_float = lowered.outputs.at(0).type == kF32;
    CHECK(difference(lowered, own) <= (is_float ? 5.0 : 1.0));
  }
}

}  // namespace

TEST_CASE("XNNPACK and our kernels agree on operators with weights") {
  check_agreement(weighted_cases());
}

TEST_CASE("XNNPACK and our kernels agree on pools, shapes and conversions") {
  check_agreement(pool_and_shape_cases());
}

TEST_CASE("XNNPACK and our kernels agree on binary operators") {
  using enum BuiltinOperator;
  struct Shapes {
    Shape a, b;
  };
  const Shapes shapes[] = {
      {{2, 3, 4}, {2, 3, 4}}, {{2, 3, 4}, {4}}, {{1}, {2, 3}}, {{2, 1, 3}, {4, 1}}};
  for (const BuiltinOperator code : {ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM, SQUARED_DIFFERENCE}) {
    for (const Shapes& s : shapes) {
      for (const TensorType type : {kF32, kS8, kU8}) {
        if (type != kF32 && code != ADD && code != SUB && code != MUL) continue;
        CAPTURE(builtin_operator_name(code));
        CAPTURE(tensor_type_name(type));
        const Quantization in = type == kF32 ? Quantization{} : type == kS8 ? kIn8 : kInU8;
        const Quantization out = type == kF32 ? Quantization{} : type == kS8 ? kOut8 : kOutU8;
        OperatorOptions options;
        if (code == ADD || code == SUB) options = AddOptions{};
        // Our kernel clamps floats, where XNNPACK would go over them twice.
        const auto clamp = type == kF32 ? ActivationFunction::NONE : ActivationFunction::RELU6;
        if (code == MUL || code == DIV) options = ActivationOptions{clamp};
        const auto run = [&](bool delegate) {
          OneOperator op(code);
          op.in(type, s.a, in).in(type, s.b, in).out(type, out).with(options);
          return op.run(delegate);
        };
        const auto lowered = run(true);
        CHECK(lowered.plan.partitions == 1);
        CHECK(difference(lowered, run(false)) <= (type == kF32 ? 5.0 : 1.0));
      }
    }
  }
}

TEST_CASE("XNNPACK and our kernels agree on float functions") {
  using enum BuiltinOperator;
  for (const BuiltinOperator code : {ABS, CEIL, ELU, FLOOR, HARD_SWISH, LOGISTIC, NEG, RELU, RELU6,
                                     RELU_N1_TO_1, ROUND, SQUARE}) {
    CAPTURE(builtin_operator_name(code));
    OneOperator lowered(code), own(code);
    lowered.in(kF32, {3, 37}).out(kF32);
    own.in(kF32, {3, 37}).out(kF32);
    const auto result = lowered.run(true);
    // Some releases are slower at ELU than our kernel.
    if (code != ELU) CHECK(result.plan.partitions == 1);
    CHECK(difference(result, own.run(false)) <= 5.0);
  }
}

TEST_CASE("XNNPACK never sees what it cannot check") {
  using enum BuiltinOperator;
  struct Refused {
    const char* name;
    std::function<OneOperator()> make;
  };
  const auto conv_with = [](const Conv2DOptions& options) {
    return std::move(OneOperator(CONV_2D)
                         .in(kF32, {1, 4, 4, 2})
                         .weights(kF32, {4, 3, 3, 2})
                         .weights(kF32, {4})
                         .out(kF32)
                         .with(options));
  };
  const Refused cases[] = {
      {"no stride", [&] { return conv_with(conv(Padding::SAME, 0, 1)); }},
      {"a negative dilation", [&] { return conv_with(conv(Padding::SAME, 1, -1)); }},
      {"a window beyond the image", [&] { return conv_with(conv(Padding::VALID, 1, 9)); }},
      {"a zero point beyond the type",
       [] {
         return std::move(OneOperator(LOGISTIC)
                              .in(kS8, {4}, quantized(0.1F, 4000))
                              .out(kS8, quantized(1.0F / 256, -128)));
       }},
      {"a scale that is not a number",
       [] { return std::move(OneOperator(DEQUANTIZE).in(kS8, {4}, quantized(NAN, 0)).out(kF32)); }},
      {"a stretched bias",
       [] {
         return std::move(OneOperator(FULLY_CONNECTED)
                              .in(kF32, {1, 4})
                              .weights(kF32, {4, 4})
                              .weights(kF32, {2})
                              .out(kF32)
                              .with(FullyConnectedOptions{}));
       }},
  };
  for (const Refused& c : cases) {
    CAPTURE(c.name);
    std::uint32_t partitions = 0;
    try {
      partitions = c.make().run(true).plan.partitions;
    } catch (const Error& error) {
      CHECK((error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::unsupported));
    }
    CHECK(partitions == 0);
  }
}
