#include "tests/runtime/kernels/conv_reference.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <string>

#include "base/error.h"
#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::ConvCase;
using test::GraphBuilder;
using test::random_values;

const ConvCase kCases[] = {
    {.height = 5, .width = 6, .channels = 3, .filters = 4, .filter_height = 3, .filter_width = 3},
    {.batch = 2,
     .height = 7,
     .width = 5,
     .channels = 5,
     .filters = 17,
     .filter_height = 3,
     .filter_width = 2,
     .stride_h = 2,
     .stride_w = 3,
     .same = false},
    {.height = 9,
     .width = 9,
     .channels = 2,
     .filters = 3,
     .filter_height = 3,
     .filter_width = 3,
     .dilation_h = 2,
     .dilation_w = 3},
    {.height = 6,
     .width = 6,
     .channels = 8,
     .filters = 6,
     .filter_height = 3,
     .filter_width = 3,
     .groups = 2,
     .stride_h = 2,
     .stride_w = 2},
    {.height = 1, .width = 1, .channels = 300, .filters = 40},
    // Of one pixel each: an odd number of panels, and filters that end within one.
    {.batch = 2, .height = 9, .width = 11, .channels = 7, .filters = 1},
    {.height = 5, .width = 7, .channels = 24, .filters = 48},
    {.height = 3, .width = 9, .channels = 5, .filters = 71},
    // Gaps along the line, and lines that need no zeros.
    {.batch = 2,
     .height = 10,
     .width = 23,
     .channels = 3,
     .filters = 20,
     .filter_height = 2,
     .filter_width = 3,
     .stride_w = 2,
     .dilation_w = 2,
     .same = false},
    // Wide images and few filters: multiplied where they lie.
    {.batch = 2,
     .height = 3,
     .width = 300,
     .channels = 3,
     .filters = 3,
     .filter_height = 3,
     .filter_width = 3},
    {.batch = 2,
     .height = 6,
     .width = 75,
     .channels = 2,
     .filters = 17,
     .filter_height = 2,
     .filter_width = 5,
     .stride_h = 2,
     .stride_w = 3,
     .dilation_h = 2,
     .same = false},
    {.height = 4, .width = 33, .filters = 2, .filter_width = 4, .stride_w = 2},
    // The window is wider than the image.
    {.height = 2, .width = 16, .channels = 2, .filters = 4, .filter_width = 40},
    // Several chunks along the depth.
    {.height = 4,
     .width = 4,
     .channels = 1500,
     .filters = 2,
     .filter_height = 3,
     .filter_width = 3},
};

std::vector<std::int32_t> input_shape(const ConvCase& c) {
  return {c.batch, c.height, c.width, c.channels};
}
std::vector<std::int32_t> filter_shape(const ConvCase& c) {
  return {c.filters, c.filter_height, c.filter_width, c.filter_channels()};
}
std::size_t count(const std::vector<std::int32_t>& shape) {
  return element_count(shape);
}
Conv2DOptions options_of(const ConvCase& c) {
  Conv2DOptions options;
  options.padding = c.same ? Padding::SAME : Padding::VALID;
  options.stride_h = c.stride_h;
  options.stride_w = c.stride_w;
  options.dilation_h_factor = c.dilation_h;
  options.dilation_w_factor = c.dilation_w;
  return options;
}
std::size_t filter_of(const ConvCase& c, std::size_t i) {
  return i % static_cast<std::size_t>(c.filters);
}

test::RunResult run(GraphBuilder& b, const std::vector<test::Values>& inputs,
                    std::uint32_t threads = 1) {
  auto options = test::kernels_only();
  options.threads = threads;
  return test::run_graph(b.graph(), inputs, options);
}

// 8-bit results may differ by one step, where the exact value lies between two integers.
template <typename T>
void check_near(const std::vector<T>& got, const std::vector<double>& want, double tolerance) {
  REQUIRE(got.size() == want.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - want[i]));
  }
  CHECK(worst <= tolerance);
}

std::string describe(const ConvCase& c) {
  return std::to_string(c.height) + "x" + std::to_string(c.width) + "x" +
         std::to_string(c.channels) + " groups " + std::to_string(c.groups);
}

TEST_CASE("CONV_2D in float agrees with a plain loop, with constant and computed weights") {
  for (const ConvCase& c : kCases) {
    CAPTURE(describe(c));
    const auto x = random_values<float>(count(input_shape(c)), -1, 1, 1);
    const auto w = random_values<float>(count(filter_shape(c)), -1, 1, 2);
    const auto bias = random_values<float>(static_cast<std::size_t>(c.filters), -1, 1, 3);
    auto want = test::reference_conv(c, x, w);
    for (std::size_t i = 0; i < want.size(); ++i) {
      want[i] = std::max(0.0, want[i] + static_cast<double>(bias[filter_of(c, i)]));
    }
    auto options = options_of(c);
    options.fused_activation_function = ActivationFunction::RELU;
    for (const bool constant : {true, false}) {
      CAPTURE(constant);
      GraphBuilder b;
      const int in = b.input(TensorType::FLOAT32, input_shape(c));
      const int weights = constant ? b.constant<float>(filter_shape(c), w)
                                   : b.input(TensorType::FLOAT32, filter_shape(c));
      const int biases = b.constant<float>({c.filters}, bias);
      b.op(BuiltinOperator::CONV_2D, {in, weights, biases}, {b.output(TensorType::FLOAT32)},
           options);
      std::vector<test::Values> inputs{x};
      if (!constant) inputs.emplace_back(w);
      const auto result = run(b, inputs, 2);
      CHECK(result.shape() ==
            std::vector<std::int32_t>{c.batch, c.out_height(), c.out_width(), c.filters});
      check_near(result.values<float>(), want, 1e-3);
    }
  }
}

template <typename T>
void check_quantized_conv(const ConvCase& c, TensorType weight_type) {
  constexpr bool kWide = sizeof(T) == 2;
  constexpr bool kUnsigned = std::is_same_v<T, std::uint8_t>;
  constexpr std::int32_t kLow = std::numeric_limits<T>::min(),
                         kHigh = std::numeric_limits<T>::max();
  const std::int32_t x_zero = kWide ? 0 : kUnsigned ? 120 : -3, w_zero = kUnsigned ? 130 : 0;
  const std::int32_t y_zero = kWide ? 0 : kUnsigned ? 100 : 5;
  const auto x = random_values<T>(count(input_shape(c)), kLow, kHigh, 1);
  const std::int32_t least = weight_type == TensorType::INT4 ? -8 : kUnsigned ? 0 : -127;
  const std::int32_t most = weight_type == TensorType::INT4 ? 7 : kUnsigned ? 255 : 127;
  const auto w = random_values<std::int32_t>(count(filter_shape(c)), least, most, 2);
  const auto bias = random_values<std::int32_t>(static_cast<std::size_t>(c.filters), -999, 999, 3);

  std::vector<float> scales(kUnsigned ? 1 : static_cast<std::size_t>(c.filters));
  for (std::size_t i = 0; i < scales.size(); ++i)
    scales[i] = 0.01F + 0.001F * static_cast<float>(i);
  const float x_scale = 0.5F;
  const auto depth = static_cast<double>(c.filter_channels() * c.filter_height * c.filter_width);
  const float y_scale =
      static_cast<float>(depth * static_cast<double>(most) / 400.0) * (kWide ? 0.01F : 0.02F);

  std::vector<std::int32_t> centred_x(x.begin(), x.end()), centred_w = w;
  for (auto& value : centred_x) value -= x_zero;
  for (auto& value : centred_w) value -= w_zero;
  auto want = test::reference_conv(c, centred_x, centred_w);
  for (std::size_t i = 0; i < want.size(); ++i) {
    const std::size_t f = filter_of(c, i);
    const double scale = static_cast<double>(x_scale) *
                         static_cast<double>(scales[kUnsigned ? 0 : f]) /
                         static_cast<double>(y_scale);
    want[i] = std::clamp(std::round((want[i] + bias[f]) * scale) + y_zero,
                         static_cast<double>(kLow), static_cast<double>(kHigh));
  }

  std::vector<std::uint8_t> packed;
  if (weight_type == TensorType::INT4) {
    packed.resize((w.size() + 1) / 2);
    for (std::size_t i = 0; i < w.size(); ++i) {
      packed[i / 2] = static_cast<std::uint8_t>(packed[i / 2] | (w[i] & 15) << (i % 2 * 4));
    }
  } else {
    for (const std::int32_t value : w) packed.push_back(static_cast<std::uint8_t>(value));
  }
  GraphBuilder b;
  const int in =
      b.input(test::tensor_type_of<T>(), input_shape(c), test::quantized(x_scale, x_zero));
  const int weights = b.constant_bytes(
      weight_type, filter_shape(c), std::as_bytes(std::span(packed)),
      kUnsigned ? test::quantized(scales[0], w_zero) : test::quantized_by(0, scales));
  const std::vector<std::int64_t> wide_bias(bias.begin(), bias.end());
  const int biases = kWide ? b.constant<std::int64_t>({c.filters}, wide_bias)
                           : b.constant<std::int32_t>({c.filters}, bias);
  b.op(BuiltinOperator::CONV_2D, {in, weights, biases},
       {b.output(test::tensor_type_of<T>(), {}, test::quantized(y_scale, y_zero))}, options_of(c));
  check_near(run(b, {x}, 2).template values<T>(), want, 1.0);
}

TEST_CASE("CONV_2D in integers agrees with a plain loop") {
  for (const ConvCase& c : kCases) {
    CAPTURE(describe(c));
    check_quantized_conv<std::int8_t>(c, TensorType::INT8);
    check_quantized_conv<std::int8_t>(c, TensorType::INT4);
    check_quantized_conv<std::uint8_t>(c, TensorType::UINT8);
    check_quantized_conv<std::int16_t>(c, TensorType::INT8);
  }
}

TEST_CASE("a hybrid CONV_2D is near the float one") {
  for (const ConvCase& c : kCases) {
    CAPTURE(describe(c));
    const auto x = random_values<float>(count(input_shape(c)), -1, 1, 1);
    const auto w = random_values<std::int8_t>(count(filter_shape(c)), -127, 127, 2);
    auto want = test::reference_conv(c, x, w);
    double top = 0;
    for (double& value : want) {
      value *= static_cast<double>(0.01F);
      top = std::max(top, std::abs(value));
    }
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, input_shape(c));
    const int weights = b.constant<std::int8_t>(filter_shape(c), w, test::quantized(0.01F, 0));
    b.op(BuiltinOperator::CONV_2D, {in, weights}, {b.output(TensorType::FLOAT32)}, options_of(c));
    check_near(run(b, {x}).values<float>(), want, 0.02 * top);
  }
}

TEST_CASE("TRANSPOSE_CONV is the gradient of the convolution") {
  struct {
    ConvCase forward;  // whose input is the transposed one's output
    const char* name;
  } const cases[] = {
      {{.height = 7,
        .width = 8,
        .channels = 5,
        .filters = 3,
        .filter_height = 3,
        .filter_width = 3,
        .stride_h = 2,
        .stride_w = 2},
       "same, stride 2"},
      {{.batch = 2,
        .height = 9,
        .width = 6,
        .channels = 2,
        .filters = 4,
        .filter_height = 4,
        .filter_width = 2,
        .stride_h = 3,
        .stride_w = 2,
        .same = false},
       "valid"},
      {{.height = 8,
        .width = 8,
        .channels = 3,
        .filters = 2,
        .filter_height = 2,
        .filter_width = 2,
        .stride_h = 4,
        .stride_w = 4},
       "window smaller than the stride"},
  };
  for (const auto& entry : cases) {
    const ConvCase& c = entry.forward;
    CAPTURE(entry.name);
    const std::vector<std::int32_t> x_shape{c.batch, c.out_height(), c.out_width(), c.filters};
    const auto x = random_values<float>(count(x_shape), -1, 1, 1);
    // Weights of the transposed convolution: out (the forward's channels), h, w, in (its filters).
    const std::vector<std::int32_t> w_shape{c.channels, c.filter_height, c.filter_width, c.filters};
    const auto w = random_values<float>(count(w_shape), -1, 1, 2);
    const auto bias = random_values<float>(static_cast<std::size_t>(c.channels), -1, 1, 3);

    const std::int32_t top =
        c.same ? test::pad_before(c.height, c.out_height(), c.filter_height, c.stride_h) : 0;
    const std::int32_t left =
        c.same ? test::pad_before(c.width, c.out_width(), c.filter_width, c.stride_w) : 0;
    std::vector<double> want(count(input_shape(c)));
    for (std::size_t i = 0; i < want.size(); ++i) {
      want[i] = static_cast<double>(bias[i % static_cast<std::size_t>(c.channels)]);
    }
    for (std::int32_t b = 0; b < c.batch; ++b) {
      for (std::int32_t iy = 0; iy < c.out_height(); ++iy) {
        for (std::int32_t ix = 0; ix < c.out_width(); ++ix) {
          for (std::int32_t i = 0; i < c.filter_height; ++i) {
            for (std::int32_t j = 0; j < c.filter_width; ++j) {
              const std::int32_t oy = iy * c.stride_h + i - top, ox = ix * c.stride_w + j - left;
              if (oy < 0 || oy >= c.height || ox < 0 || ox >= c.width) continue;
              for (std::int32_t o = 0; o < c.channels; ++o) {
                for (std::int32_t k = 0; k < c.filters; ++k) {
                  const auto index = static_cast<std::size_t>(
                      ((b * c.height + oy) * c.width + ox) * c.channels + o);
                  want[index] +=
                      test::at(x, {x_shape[0], x_shape[1], x_shape[2], x_shape[3]}, b, iy, ix, k) *
                      test::at(w, {w_shape[0], w_shape[1], w_shape[2], w_shape[3]}, o, i, j, k);
                }
              }
            }
          }
        }
      }
    }
    TransposeConvOptions options;
    options.padding = c.same ? Padding::SAME : Padding::VALID;
    options.stride_h = c.stride_h;
    options.stride_w = c.stride_w;
    GraphBuilder b;
    const int shape = b.constant<std::int32_t>({4}, input_shape(c));
    const int weights = b.constant<float>(w_shape, w);
    const int in = b.input(TensorType::FLOAT32, x_shape);
    const int biases = b.constant<float>({c.channels}, bias);
    b.op(BuiltinOperator::TRANSPOSE_CONV, {shape, weights, in, biases},
         {b.output(TensorType::FLOAT32)}, options);
    const auto result = run(b, {x}, 2);
    CHECK(result.shape() == input_shape(c));
    check_near(result.values<float>(), want, 1e-4);
  }
}

TEST_CASE("DEPTHWISE_CONV_2D agrees with a grouped convolution of one channel each") {
  for (const std::int32_t multiplier : {1, 3}) {
    for (const bool same : {true, false}) {
      CAPTURE(multiplier);
      CAPTURE(same);
      const ConvCase c{.batch = 2,
                       .height = 7,
                       .width = 6,
                       .channels = 19,
                       .filters = 19 * multiplier,
                       .filter_height = 3,
                       .filter_width = 2,
                       .groups = 19,
                       .stride_h = 2,
                       .stride_w = 1,
                       .dilation_h = 1,
                       .dilation_w = 2,
                       .same = same};
      const auto x = random_values<float>(count(input_shape(c)), -1, 1, 1);
      const auto w = random_values<std::int8_t>(count(filter_shape(c)), -127, 127, 2);
      const auto want = test::reference_conv(c, x, w);
      // A depthwise filter is 1, height, width, channels.
      std::vector<std::int8_t> turned(w.size());
      const auto filters = static_cast<std::size_t>(c.filters), taps = w.size() / filters;
      for (std::size_t f = 0; f < filters; ++f) {
        for (std::size_t t = 0; t < taps; ++t) turned[t * filters + f] = w[f * taps + t];
      }
      const std::vector<std::int32_t> w_shape{1, c.filter_height, c.filter_width, c.filters};
      DepthwiseConv2DOptions options;
      options.padding = same ? Padding::SAME : Padding::VALID;
      options.stride_h = c.stride_h;
      options.stride_w = c.stride_w;
      options.dilation_w_factor = c.dilation_w;
      options.depth_multiplier = multiplier;

      {
        INFO("float");
        GraphBuilder b;
        const int in = b.input(TensorType::FLOAT32, input_shape(c));
        const std::vector<float> real(turned.begin(), turned.end());
        b.op(BuiltinOperator::DEPTHWISE_CONV_2D, {in, b.constant<float>(w_shape, real)},
             {b.output(TensorType::FLOAT32)}, options);
        check_near(run(b, {x}, 2).values<float>(), want, 1e-3);
      }
      {
        INFO("hybrid");
        GraphBuilder b;
        const int in = b.input(TensorType::FLOAT32, input_shape(c));
        const int weights = b.constant<std::int8_t>(w_shape, turned, test::quantized(1.0F, 0));
        b.op(BuiltinOperator::DEPTHWISE_CONV_2D, {in, weights}, {b.output(TensorType::FLOAT32)},
             options);
        check_near(run(b, {x}).values<float>(), want, 5.0);
      }
      {
        INFO("int16");
        std::vector<std::int16_t> x16;
        for (const float value : x) x16.push_back(static_cast<std::int16_t>(value * 30000.0F));
        auto want16 = test::reference_conv(c, x16, w);
        for (double& value : want16) value = std::round(value * 1.0 / 2048.0);
        GraphBuilder b;
        const int in = b.input(TensorType::INT16, input_shape(c), test::quantized(1.0F, 0));
        const int weights = b.constant<std::int8_t>(
            w_shape, turned, test::quantized_by(3, std::vector<float>(filters, 1.0F)));
        b.op(BuiltinOperator::DEPTHWISE_CONV_2D, {in, weights},
             {b.output(TensorType::INT16, {}, test::quantized(2048.0F, 0))}, options);
        check_near(run(b, {x16}).values<std::int16_t>(), want16, 1.0);
      }
    }
  }
}

TEST_CASE("DEPTHWISE_CONV_2D in float agrees with a plain loop whatever fills its vectors") {
  struct {
    std::int32_t channels, multiplier, width, window, stride, dilation;
    bool same;
  } const cases[] = {
      {8, 1, 37, 3, 1, 1, true},    // two pixels a vector
      {12, 1, 9, 3, 1, 1, true},    // four pixels in three
      {24, 1, 15, 5, 1, 1, false},  // two in three, the last unit cut off
      {3, 1, 40, 8, 1, 1, true},    // sixteen in three
      {5, 1, 4, 3, 1, 1, true},     // fewer pixels than would fill one
      {40, 1, 11, 3, 2, 1, true},   // a pixel each
      {16, 1, 12, 3, 2, 1, false}, {2, 4, 13, 3, 1, 1, true},
      {1, 20, 10, 3, 2, 1, true},  {32, 1, 19, 3, 1, 4, true},
      {17, 1, 6, 1, 1, 1, true},   {4, 1, 3, 7, 1, 1, true},  // the window is wider than the image
  };
  for (const auto& entry : cases) {
    CAPTURE(entry.channels);
    CAPTURE(entry.width);
    const ConvCase c{.batch = 2,
                     .height = 11,
                     .width = entry.width,
                     .channels = entry.channels,
                     .filters = entry.channels * entry.multiplier,
                     .filter_height = entry.window,
                     .filter_width = entry.window,
                     .groups = entry.channels,
                     .stride_h = entry.stride,
                     .stride_w = entry.stride,
                     .dilation_h = entry.dilation,
                     .dilation_w = entry.dilation,
                     .same = entry.same};
    const auto x = random_values<float>(count(input_shape(c)), -1, 1, 1);
    const auto w = random_values<float>(count(filter_shape(c)), -1, 1, 2);
    const auto bias = random_values<float>(static_cast<std::size_t>(c.filters), -1, 1, 3);
    auto want = test::reference_conv(c, x, w);
    for (std::size_t i = 0; i < want.size(); ++i) {
      want[i] = std::clamp(want[i] + static_cast<double>(bias[filter_of(c, i)]), 0.0, 6.0);
    }
    const auto filters = static_cast<std::size_t>(c.filters), taps = w.size() / filters;
    std::vector<float> turned(w.size());
    for (std::size_t f = 0; f < filters; ++f) {
      for (std::size_t t = 0; t < taps; ++t) turned[t * filters + f] = w[f * taps + t];
    }
    DepthwiseConv2DOptions options;
    options.padding = c.same ? Padding::SAME : Padding::VALID;
    options.stride_h = options.stride_w = entry.stride;
    options.dilation_h_factor = options.dilation_w_factor = entry.dilation;
    options.depth_multiplier = entry.multiplier;
    options.fused_activation_function = ActivationFunction::RELU6;
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, input_shape(c));
    const int weights = b.constant<float>({1, entry.window, entry.window, c.filters}, turned);
    const int biases = b.constant<float>({c.filters}, bias);
    b.op(BuiltinOperator::DEPTHWISE_CONV_2D, {in, weights, biases}, {b.output(TensorType::FLOAT32)},
         options);
    check_near(run(b, {x}, 2).values<float>(), want, 1e-4);
  }
}

// Numbers that end where a process may not read on.
class Guarded {
 public:
  explicit Guarded(const std::vector<float>& values) : bytes_(std::as_bytes(std::span(values))) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t whole = (bytes_.size() + page - 1) / page * page;
    size_ = whole + page;
    memory_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory_ != MAP_FAILED);
    auto* const begin = static_cast<std::byte*>(memory_);
    REQUIRE(mprotect(begin + whole, page, PROT_NONE) == 0);
    std::byte* const to = begin + whole - bytes_.size();
    std::ranges::copy(bytes_, to);
    bytes_ = {to, bytes_.size()};
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() { munmap(memory_, size_); }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  void* memory_ = nullptr;
  std::size_t size_ = 0;
  std::span<const std::byte> bytes_;
};

TEST_CASE("an image that the file holds is not read past its end") {
  constexpr std::int32_t kChannels = 17;
  for (const bool depthwise : {false, true}) {
    for (const std::int32_t window : {1, 2}) {
      CAPTURE(depthwise);
      CAPTURE(window);
      const ConvCase c{.height = 6,
                       .width = window,
                       .channels = kChannels,
                       .filters = kChannels,
                       .filter_height = window,
                       .filter_width = window,
                       .groups = depthwise ? kChannels : 1,
                       .same = false};
      const auto x = random_values<float>(count(input_shape(c)), -1, 1, 1);
      const Guarded image(x);
      const std::vector<float> w(count(filter_shape(c)), 0.5F);  // in any order
      GraphBuilder b;
      const int in = b.constant<float>(input_shape(c), x);
      b.tensor_at(in).data = image.bytes();
      DepthwiseConv2DOptions options;
      options.padding = Padding::VALID;
      options.stride_h = options.stride_w = options.depth_multiplier = 1;
      if (depthwise) {
        const int weights = b.input(TensorType::FLOAT32, {1, window, window, kChannels});
        b.op(BuiltinOperator::DEPTHWISE_CONV_2D, {in, weights}, {b.output(TensorType::FLOAT32)},
             options);
      } else {
        const int weights = b.input(TensorType::FLOAT32, filter_shape(c));
        b.op(BuiltinOperator::CONV_2D, {in, weights}, {b.output(TensorType::FLOAT32)},
             options_of(c));
      }
      check_near(run(b, {w}, 2).values<float>(), test::reference_conv(c, x, w), 1e-4);
    }
  }
}

TEST_CASE("CONV_3D with a window of depth 1 is a CONV_2D on every slice") {
  for (const std::int32_t width : {4, 20}) {
    CAPTURE(width);
    const ConvCase c{.batch = 2,
                     .height = 5,
                     .width = width,
                     .channels = 3,
                     .filters = 4,
                     .filter_height = 3,
                     .filter_width = 3};
    const auto x = random_values<float>(count(input_shape(c)), -1, 1, 1);
    const auto w = random_values<float>(count(filter_shape(c)), -1, 1, 2);
    std::vector<float> turned(w.size());  // depth, height, width, in, out
    const std::size_t inner = w.size() / 4;
    for (std::size_t f = 0; f < 4; ++f) {
      for (std::size_t k = 0; k < inner; ++k) turned[k * 4 + f] = w[f * inner + k];
    }
    Conv3DOptions options;
    options.stride_d = options.stride_h = options.stride_w = 1;
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {1, c.batch, c.height, c.width, c.channels});
    const int weights = b.constant<float>({1, 3, 3, 3, 4}, turned);
    b.op(BuiltinOperator::CONV_3D, {in, weights}, {b.output(TensorType::FLOAT32)}, options);
    const auto result = run(b, {x});
    CHECK(result.shape() == std::vector<std::int32_t>{1, 2, 5, width, 4});
    check_near(result.values<float>(), test::reference_conv(c, x, w), 1e-4);
  }
}

TEST_CASE("CONV_3D adds up the slices that its window meets") {
  for (const std::int32_t width : {3, 20}) {
    CAPTURE(width);
    Conv3DOptions options;
    options.stride_d = options.stride_h = options.stride_w = 1;
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {1, 3, 1, width, 1});
    const int weights = b.constant<float>({3, 1, 1, 1, 1}, {1, 10, 100});
    b.op(BuiltinOperator::CONV_3D, {in, weights}, {b.output(TensorType::FLOAT32)}, options);
    const auto n = static_cast<std::size_t>(width);
    std::vector<float> x(3 * n, 1.0F), want;
    std::fill_n(x.begin() + width, n, 2.0F);
    for (const float sum : {210.0F, 121.0F, 12.0F}) want.insert(want.end(), n, sum);
    CHECK(run(b, {x}).values<float>() == want);
  }
}

TEST_CASE("CONV_3D_TRANSPOSE spreads each input over its window") {
  Conv3DOptions options;
  options.padding = Padding::VALID;
  options.stride_d = 2;
  options.stride_h = options.stride_w = 1;
  GraphBuilder b;
  const int shape = b.constant<std::int32_t>({5}, {1, 4, 1, 2, 1});
  const int weights = b.constant<float>({2, 1, 1, 1, 1}, {10, 1});
  const int in = b.input(TensorType::FLOAT32, {1, 2, 1, 2, 1});
  b.op(BuiltinOperator::CONV_3D_TRANSPOSE, {shape, weights, in}, {b.output(TensorType::FLOAT32)},
       options);
  const auto result = run(b, {std::vector<float>{1, 2, 3, 4}});
  CHECK(result.values<float>() == std::vector<float>{10, 20, 1, 2, 30, 40, 3, 4});
}

TEST_CASE("a convolution that makes no sense is refused with the node's name") {
  struct {
    const char* name;
    std::vector<std::int32_t> input, filter;
    std::int32_t stride;
  } const cases[] = {
      {"stride 0", {1, 4, 4, 1}, {1, 2, 2, 1}, 0},
      {"channels that do not divide", {1, 4, 4, 3}, {1, 2, 2, 2}, 1},
      {"filters that make no groups", {1, 4, 4, 4}, {3, 2, 2, 2}, 1},
      {"a window beyond the image", {1, 4, 4, 1}, {1, 5, 5, 1}, 1},
      {"an empty filter", {1, 4, 4, 1}, {0, 2, 2, 1}, 1},
      {"a filter of rank 3", {1, 4, 4, 1}, {1, 2, 2}, 1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, c.input);
    const int weights = b.constant<float>(c.filter, std::vector<float>(element_count(c.filter)));
    Conv2DOptions options;
    options.padding = Padding::VALID;
    options.stride_h = options.stride_w = c.stride;
    b.op(BuiltinOperator::CONV_2D, {in, weights}, {b.output(TensorType::FLOAT32)}, options);
    CHECK_THROWS_WITH_AS(run(b, {std::vector<float>(element_count(c.input))}),
                         doctest::Contains("CONV_2D"), Error);
  }
}

}  // namespace
}  // namespace litezoo
