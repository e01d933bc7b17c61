#include "runtime/kernels/byte_products.h"

#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <vector>

#include "tests/runtime/cpu_targets.h"
#include "tests/runtime/one_operator.h"

// Layers of 8 bits give the same bytes with dot products of bytes, without, and in XNNPACK.

using namespace litezoo;
using test::kS8;
using test::kU8;
using test::OneOperator;
using test::quantized;
using test::quantized_by;
using test::WithoutTargets;

namespace {

using Shape = std::vector<std::int32_t>;

void check_same(const std::function<OneOperator()>& make) {
  std::vector<std::byte> want;
  {
    const WithoutTargets plain(test::kDotProductTargets);
    want = make().run(false).outputs.at(0).bytes;
    const auto delegated = make().run(true);
    CHECK(delegated.plan.partitions == 1);
    CHECK(delegated.outputs.at(0).bytes == want);
  }
  for (const std::uint32_t threads : {1U, 2U, 3U}) {
    CAPTURE(threads);
    runtime::SessionOptions options;
    options.delegate = false;
    options.threads = threads;
    CHECK(make().run(options).outputs.at(0).bytes == want);
  }
}

struct Layer {
  const char* name;
  Shape image;   // N, H, W, C
  Shape window;  // H, W
  std::int32_t filters, stride, dilation;
  Padding padding;
  ActivationFunction activation;
};

using Act = ActivationFunction;
constexpr auto kSame = Padding::SAME, kValid = Padding::VALID;
const Layer kLayers[] = {
    {"whole quads and panels", {1, 5, 7, 32}, {1, 1}, 48, 1, 1, kSame, Act::RELU6},
    {"single pixels of few channels", {2, 9, 9, 3}, {1, 1}, 5, 1, 1, kSame, Act::NONE},
    {"a column more than panels", {1, 4, 4, 17}, {1, 1}, 65, 1, 1, kSame, Act::NONE},
    {"a column less", {1, 4, 4, 16}, {1, 1}, 63, 1, 1, kSame, Act::RELU},
    {"more rows than at once", {1, 17, 19, 24}, {1, 1}, 96, 1, 1, kSame, Act::RELU_N1_TO_1},
    {"one pixel", {1, 1, 1, 130}, {1, 1}, 33, 1, 1, kSame, Act::NONE},
    {"single pixels with a stride", {1, 7, 9, 20}, {1, 1}, 12, 2, 1, kSame, Act::NONE},
    {"the first layer of a network", {1, 15, 13, 3}, {3, 3}, 24, 2, 1, kSame, Act::RELU6},
    {"rows of a window", {2, 8, 7, 5}, {3, 4}, 17, 1, 1, kSame, Act::NONE},
    {"a window wider than the image", {1, 6, 2, 2}, {2, 7}, 3, 1, 1, kSame, Act::NONE},
    {"a window of one row", {1, 6, 9, 7}, {1, 5}, 9, 3, 1, kSame, Act::NONE},
    {"inside only", {1, 8, 8, 4}, {3, 3}, 8, 1, 1, kValid, Act::RELU},
    {"pixels of a window", {2, 6, 5, 21}, {3, 3}, 19, 1, 1, kSame, Act::NONE},
    {"dilated", {1, 9, 8, 3}, {3, 2}, 6, 1, 2, kSame, Act::NONE},
    {"dilated, many channels", {1, 9, 8, 40}, {3, 3}, 40, 1, 3, kSame, Act::RELU},
};

OneOperator convolution(const Layer& layer, TensorType type, const Quantization& x,
                        const Quantization& w, const Quantization& y) {
  OneOperator op(BuiltinOperator::CONV_2D);
  op.in(type, layer.image, x)
      .weights(type, {layer.filters, layer.window[0], layer.window[1], layer.image[3]}, w)
      .weights(TensorType::INT32, {layer.filters})
      .out(type, y)
      .with(Conv2DOptions{layer.padding, layer.stride, layer.stride, layer.activation,
                          layer.dilation, layer.dilation, TensorType::FLOAT32});
  return op;
}

Quantization scales_of(std::int32_t channels) {
  std::vector<float> scales;
  for (std::int32_t i = 0; i < channels; ++i) {
    scales.push_back(0.004F + 0.001F * static_cast<float>(i % 7));
  }
  return quantized_by(0, std::move(scales));
}

struct ZeroPoints {
  std::int32_t x, w, y;
};
const ZeroPoints kZeroPoints[] = {{0, 0, 0},     {255, 255, 200}, {0, 255, 128},
                                  {128, 128, 3}, {97, 140, 131},  {255, 0, 77}};

}  // namespace

TEST_CASE("convolutions of bytes are the same with dot products, without, and in XNNPACK") {
  for (const Layer& layer : kLayers) {
    CAPTURE(layer.name);
    for (const ZeroPoints& zero : kZeroPoints) {
      CAPTURE(zero.x);
      CAPTURE(zero.w);
      const auto in = quantized(0.02F, zero.x), out = quantized(0.3F, zero.y);
      const auto weights = quantized(0.01F, zero.w);
      check_same([&] { return convolution(layer, kU8, in, weights, out); });
    }
    for (const std::int32_t zero_point : {-128, -7, 127}) {
      CAPTURE(zero_point);
      const auto in = quantized(0.02F, zero_point), out = quantized(0.3F, -zero_point / 2);
      check_same([&] { return convolution(layer, kS8, in, scales_of(layer.filters), out); });
      check_same([&] { return convolution(layer, kS8, in, quantized(0.01F, 0), out); });
    }
  }
}

TEST_CASE("a depthwise convolution of one channel is the same whatever multiplies it") {
  for (const Padding padding : {kSame, kValid}) {
    for (const bool is_signed : {true, false}) {
      CAPTURE(is_signed);
      const TensorType type = is_signed ? kS8 : kU8;
      const std::int32_t zero = is_signed ? -7 : 200;
      const auto make = [padding, type, zero] {
        OneOperator op(BuiltinOperator::DEPTHWISE_CONV_2D);
        op.in(type, {2, 9, 8, 1}, quantized(0.02F, zero))
            .weights(type, {1, 3, 4, 20}, quantized(0.01F, type == kU8 ? 120 : 0))
            .weights(TensorType::INT32, {20})
            .out(type, quantized(0.05F, 3))
            .with(DepthwiseConv2DOptions{padding, 2, 2, 20, Act::RELU, 1, 1});
        return op;
      };
      check_same(make);
    }
  }
}

TEST_CASE(
    "fully connected layers of bytes are the same with dot products, without, and in XNNPACK") {
  struct {
    std::int32_t rows, depth, columns;
  } const sizes[] = {{1, 1, 1},   {1, 130, 100}, {1, 64, 1001},
                     {7, 33, 47}, {70, 16, 64},  {3, 5, 16}};
  for (const auto& s : sizes) {
    CAPTURE(s.rows);
    CAPTURE(s.depth);
    CAPTURE(s.columns);
    const auto make = [&](TensorType type, std::int32_t x, const Quantization& w, std::int32_t y) {
      OneOperator op(BuiltinOperator::FULLY_CONNECTED);
      op.in(type, {s.rows, s.depth}, quantized(0.02F, x))
          .weights(type, {s.columns, s.depth}, w)
          .weights(TensorType::INT32, {s.columns})
          .out(type, quantized(0.2F, y))
          .with(FullyConnectedOptions{.fused_activation_function = Act::RELU});
      return op;
    };
    for (const ZeroPoints& zero : kZeroPoints) {
      CAPTURE(zero.x);
      CAPTURE(zero.w);
      check_same([&] { return make(kU8, zero.x, quantized(0.01F, zero.w), zero.y); });
    }
    check_same([&] { return make(kS8, -128, scales_of(s.columns), 3); });
    check_same([&] { return make(kS8, 127, quantized(0.01F, 0), -128); });
  }
}

namespace {

std::vector<std::byte> product_of(std::size_t rows, const runtime::ByteMatrix& weights,
                                  const runtime::ByteOutput& output) {
  const std::size_t row_bytes = weights.segments * weights.depth;
  const auto x = test::noise(kU8, rows * row_bytes + 64, 3);
  std::vector<const std::byte*> segments;
  for (std::size_t i = 0; i < rows * weights.segments; ++i) {
    segments.push_back(x.data() + i * weights.depth);
  }
  std::vector<std::byte> y(rows * weights.columns + 1, std::byte{0xA5});
  runtime::multiply({.segments = segments.data(),
                     .rows = rows,
                     .weights = &weights,
                     .first_panel = 0,
                     .last_panel = weights.panel_count(),
                     .output = &output,
                     .y = y.data()});
  return y;
}

}  // namespace

TEST_CASE("products of bytes are the same on every kind of CPU and end where they should") {
  std::mt19937 random(5);
  for (const std::size_t columns : {5U, 16U, 61U}) {
    for (const bool is_signed : {false, true}) {
      CAPTURE(columns);
      CAPTURE(is_signed);
      runtime::ByteMatrix weights{columns, 2, 11, {}};
      weights.panels.resize(weights.panel_count() * weights.panel_bytes());
      for (std::int8_t& w : weights.panels) {
        w = static_cast<std::int8_t>(static_cast<int>(random() % 256) - 128);
      }
      const std::size_t filled = weights.panel_count() * runtime::kBytePanel;
      const runtime::ByteOutput output{.start = std::vector<std::int32_t>(filled, -3000),
                                       .scale = std::vector<float>(filled, 0.003F),
                                       .row_factor = is_signed ? 0 : 3,
                                       .low = -100,
                                       .high = 90,
                                       .zero_point = is_signed ? 5 : 120,
                                       .is_signed = is_signed};
      const auto want = product_of(15, weights, output);
      CHECK(want.back() == std::byte{0xA5});
#if HWY_ARCH_X86
      for (const std::int64_t target : {HWY_AVX3_DL, HWY_AVX3, HWY_AVX2, HWY_SSE4}) {
        CAPTURE(target);
        const WithoutTargets poorer(test::from_target_up(target));
        CHECK(product_of(15, weights, output) == want);
      }
#endif
    }
  }
}
