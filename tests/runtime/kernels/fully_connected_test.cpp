#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/float16.h"
#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::random_values;
using test::run_graph;

struct Sizes {
  std::int32_t rows, depth, columns;
};
const Sizes kSizes[] = {{1, 8, 3}, {1, 513, 40}, {5, 7, 16}, {70, 33, 65}, {2, 64, 600}};

// x * w^T in double, x and w real values or integers less their zero points.
template <typename X, typename W>
std::vector<double> reference(const Sizes& s, const std::vector<X>& x, const std::vector<W>& w) {
  std::vector<double> y;
  for (std::int32_t r = 0; r < s.rows; ++r) {
    for (std::int32_t n = 0; n < s.columns; ++n) {
      double sum = 0;
      for (std::int32_t k = 0; k < s.depth; ++k) {
        sum += static_cast<double>(x[static_cast<std::size_t>(r * s.depth + k)]) *
               static_cast<double>(w[static_cast<std::size_t>(n * s.depth + k)]);
      }
      y.push_back(sum);
    }
  }
  return y;
}

template <typename T>
double worst_difference(const std::vector<T>& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  double worst = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(got[i]) - want[i]));
  }
  return worst;
}

std::size_t product(std::int32_t a, std::int32_t b) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

TEST_CASE("FULLY_CONNECTED in float agrees with a plain loop, whatever the threads") {
  for (const Sizes& s : kSizes) {
    CAPTURE(s.columns);
    const auto x = random_values<float>(product(s.rows, s.depth), -1, 1, 1);
    const auto w = random_values<float>(product(s.columns, s.depth), -1, 1, 2);
    const auto bias = random_values<float>(static_cast<std::size_t>(s.columns), -1, 1, 3);
    auto want = reference(s, x, w);
    for (std::size_t i = 0; i < want.size(); ++i) {
      want[i] = std::clamp(
          want[i] + static_cast<double>(bias[i % static_cast<std::size_t>(s.columns)]), 0.0, 6.0);
    }
    FullyConnectedOptions options;
    options.fused_activation_function = ActivationFunction::RELU6;
    for (const std::uint32_t threads : {1U, 3U}) {
      GraphBuilder b;
      const int in = b.input(TensorType::FLOAT32, {s.rows, s.depth});
      const int weights = b.constant<float>({s.columns, s.depth}, w);
      b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, b.constant<float>({s.columns}, bias)},
           {b.output(TensorType::FLOAT32)}, options);
      auto session = test::kernels_only();
      session.threads = threads;
      const auto result = run_graph(b.graph(), {x}, session);
      CHECK(result.shape() == std::vector<std::int32_t>{s.rows, s.columns});
      CHECK(worst_difference(result.values<float>(), want) < 1e-4);
    }
  }
}

TEST_CASE("FULLY_CONNECTED keeps the leading dimensions when it is told to") {
  for (const bool keep : {true, false}) {
    FullyConnectedOptions options;
    options.keep_num_dims = keep;
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {2, 3, 2});
    const int weights = b.constant<float>({1, 2}, {1, 10});
    b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, -1}, {b.output(TensorType::FLOAT32)},
         options);
    const auto result =
        run_graph(b.graph(), {std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2}});
    CHECK(result.shape() ==
          (keep ? std::vector<std::int32_t>{2, 3, 1} : std::vector<std::int32_t>{6, 1}));
    CHECK(result.values<float>() == std::vector<float>{21, 43, 65, 87, 9, 21});
  }
}

template <typename T, typename W = std::conditional_t<sizeof(T) == 2, std::int8_t, T>>
void check_integers(const Sizes& s, std::int32_t x_zero, std::int32_t w_zero, bool per_channel) {
  constexpr bool kWide = sizeof(T) == 2;
  constexpr std::int32_t kLow = std::numeric_limits<T>::min(),
                         kHigh = std::numeric_limits<T>::max();
  const auto x = random_values<T>(product(s.rows, s.depth), kLow, kHigh, 1);
  // Wide enough for two bytes, and small enough for sums of 32 bits.
  constexpr double kLeast = sizeof(W) == 2 ? -300 : std::numeric_limits<W>::min();
  constexpr double kMost = sizeof(W) == 2 ? 300 : std::numeric_limits<W>::max();
  const auto w = random_values<W>(product(s.columns, s.depth), kLeast, kMost, 2);
  const auto columns = static_cast<std::size_t>(s.columns);
  const auto bias = random_values<std::int32_t>(columns, -5000, 5000, 3);
  std::vector<float> scales(per_channel ? columns : 1);
  for (std::size_t i = 0; i < scales.size(); ++i)
    scales[i] = 0.01F + 0.0001F * static_cast<float>(i);
  const float y_scale =
      static_cast<float>(s.depth) * (kWide ? 0.2F : 0.5F) * (sizeof(W) == 2 ? 2.0F : 1.0F);
  std::vector<std::int32_t> real_x(x.begin(), x.end()), real_w(w.begin(), w.end());
  for (auto& value : real_x) value -= x_zero;
  for (auto& value : real_w) value -= w_zero;
  auto want = reference(s, real_x, real_w);
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double scale = 0.25 * static_cast<double>(scales[per_channel ? i % columns : 0]) /
                         static_cast<double>(y_scale);
    want[i] = std::clamp(std::round((want[i] + bias[i % columns]) * scale),
                         static_cast<double>(kLow), static_cast<double>(kHigh));
  }
  GraphBuilder b;
  const int in =
      b.input(test::tensor_type_of<T>(), {s.rows, s.depth}, test::quantized(0.25F, x_zero));
  const int weights = b.constant<W>(
      {s.columns, s.depth}, w,
      per_channel ? test::quantized_by(0, scales) : test::quantized(scales[0], w_zero));
  b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, b.constant<std::int32_t>({s.columns}, bias)},
       {b.output(test::tensor_type_of<T>(), {}, test::quantized(y_scale, 0))},
       FullyConnectedOptions{});
  CHECK(worst_difference(run_graph(b.graph(), {x}).template values<T>(), want) <= 1.0);
}

TEST_CASE("FULLY_CONNECTED in integers agrees with a plain loop") {
  for (const Sizes& s : kSizes) {
    CAPTURE(s.columns);
    check_integers<std::int8_t>(s, -5, 0, true);
    check_integers<std::int8_t>(s, 3, 7, false);
    check_integers<std::uint8_t>(s, 128, 120, false);
    check_integers<std::int16_t>(s, 0, 0, true);
    check_integers<std::int16_t, std::int16_t>(s, 0, 0, false);
    check_integers<std::int16_t, std::int16_t>(s, 0, 0, true);
  }
}

TEST_CASE("hybrid FULLY_CONNECTED is near the float one in every width of weights") {
  struct {
    TensorType type;
    std::int32_t least, most, per_byte;
  } const cases[] = {
      {TensorType::INT8, -127, 127, 1}, {TensorType::INT4, -8, 7, 2}, {TensorType::INT2, -2, 1, 4}};
  const Sizes s{3, 64, 20};
  const auto x = random_values<float>(product(s.rows, s.depth), -2, 3, 1);
  for (const auto& c : cases) {
    CAPTURE(tensor_type_name(c.type));
    const auto w = random_values<std::int32_t>(product(s.columns, s.depth), c.least, c.most, 2);
    const auto want = reference(s, x, w);
    std::vector<std::uint8_t> packed(w.size() / static_cast<std::size_t>(c.per_byte));
    const std::int32_t bits = 8 / c.per_byte;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const auto shift = static_cast<std::int32_t>(i) % c.per_byte * bits;
      auto& byte = packed[i / static_cast<std::size_t>(c.per_byte)];
      byte = static_cast<std::uint8_t>(byte | (w[i] & ((1 << bits) - 1)) << shift);
    }
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {s.rows, s.depth});
    const int weights = b.constant_bytes(
        c.type, {s.columns, s.depth}, std::as_bytes(std::span(packed)), test::quantized(1.0F, 0));
    b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, -1}, {b.output(TensorType::FLOAT32)},
         FullyConnectedOptions{});
    // An input step is 5 / 255; each sum has 64 of at most half of that times a weight.
    const double tolerance = 5.0 / 255 / 2 * 64 * std::max(-c.least, c.most) / 2;
    CHECK(worst_difference(run_graph(b.graph(), {x}).values<float>(), want) < tolerance);
  }
}

TEST_CASE("FULLY_CONNECTED with blockwise weights scales each block by itself") {
  const Sizes s{2, 12, 18};
  const std::size_t blocks = 3, block = 4;
  const auto x = random_values<float>(product(s.rows, s.depth), -1, 1, 1);
  const auto w = random_values<std::int8_t>(product(s.columns, s.depth), -127, 127, 2);
  std::vector<std::uint16_t> halves;
  std::vector<float> real(w.size());
  for (std::size_t i = 0; i < static_cast<std::size_t>(s.columns) * blocks; ++i) {
    const Half half(0.001F * static_cast<float>(i + 1));
    halves.push_back(half.bits());
    for (std::size_t k = 0; k < block; ++k) {
      real[i * block + k] = static_cast<float>(w[i * block + k]) * float{half};
    }
  }
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {s.rows, s.depth});
  const int scales =
      b.constant_bytes(TensorType::FLOAT16, {s.columns, 3}, std::as_bytes(std::span(halves)));
  Quantization quantization;
  quantization.blockwise = BlockwiseQuantization{scales, -1, 4};
  const int weights = b.constant<std::int8_t>({s.columns, s.depth}, w, quantization);
  b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, -1}, {b.output(TensorType::FLOAT32)},
       FullyConnectedOptions{});
  const auto want = reference(s, x, real);
  const double top =
      std::abs(*std::ranges::max_element(want, {}, [](double value) { return std::abs(value); }));
  CHECK(worst_difference(run_graph(b.graph(), {x}).values<float>(), want) < 0.02 * top);
}

TEST_CASE("FULLY_CONNECTED refuses what makes no sense, naming the node") {
  FullyConnectedOptions shuffled;
  shuffled.weights_format = FullyConnectedWeightsFormat::SHUFFLED4x16INT8;
  struct {
    const char* name;
    std::vector<std::int32_t> weights;
    FullyConnectedOptions options;
  } const cases[] = {{"rows that do not divide", {2, 5}, {}},
                     {"a row of nothing", {2, 0}, {}},
                     {"weights of rank 1", {4}, {}},
                     {"shuffled weights", {2, 4}, shuffled}};
  for (const auto& c : cases) {
    CAPTURE(c.name);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {1, 4});
    const int weights = b.constant<float>(c.weights, std::vector<float>(element_count(c.weights)));
    b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, -1}, {b.output(TensorType::FLOAT32)},
         c.options);
    CHECK_THROWS_WITH_AS(run_graph(b.graph(), {std::vector<float>(4)}),
                         doctest::Contains("FULLY_CONNECTED"), Error);
  }
}

}  // namespace
}  // namespace litezoo
