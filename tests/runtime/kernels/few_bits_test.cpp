#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "runtime/kernels/dynamic_quantization.h"
#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

// Which of LiteRT's two ways of quantising activations at run time a layer by weights of few bits
// gets: XNNPACK's, or its own kernels' where XNNPACK has no such layer.

namespace litezoo {
namespace {

using runtime::QuantizeRow;
using test::GraphBuilder;
using test::random_values;
using test::run_graph;

constexpr float kScale = 0.1F;

std::vector<std::int32_t> small_integers(std::size_t count, int bits) {
  const std::int32_t half = std::int32_t{1} << (bits - 1);
  std::vector<std::int32_t> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = static_cast<std::int32_t>(i * 7 % static_cast<std::size_t>(2 * half)) - half;
  }
  return values;
}

std::vector<std::uint8_t> packed(const std::vector<std::int32_t>& values, int bits) {
  const std::size_t per_byte = 8U / static_cast<std::size_t>(bits);
  std::vector<std::uint8_t> bytes((values.size() + per_byte - 1) / per_byte);
  const std::uint32_t mask = (1U << bits) - 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t field = static_cast<std::uint32_t>(values[i]) & mask;
    const auto shift = static_cast<std::uint32_t>(i % per_byte) * static_cast<std::uint32_t>(bits);
    bytes[i / per_byte] = static_cast<std::uint8_t>(bytes[i / per_byte] | field << shift);
  }
  return bytes;
}

// Rows of `depth` by weights, `part` values quantised together.
std::vector<float> reference(const std::vector<float>& x, std::size_t part, QuantizeRow quantize,
                             const std::vector<std::int32_t>& weights, std::size_t depth) {
  std::vector<std::int16_t> q(x.size());
  std::vector<float> scales;
  for (std::size_t at = 0; at < x.size(); at += part) {
    scales.push_back(quantize({x.data() + at, part}, q.data() + at).scale);
  }
  std::vector<float> y;
  for (std::size_t row = 0; row < x.size() / depth; ++row) {
    for (std::size_t column = 0; column < weights.size() / depth; ++column) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < depth; ++k) {
        sum += q[row * depth + k] * weights[column * depth + k];
      }
      y.push_back(static_cast<float>(sum) * scales[row * depth / part] * kScale);
    }
  }
  return y;
}

void check_close(const std::vector<float>& got, const std::vector<float>& expected) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CAPTURE(i);
    CHECK(got[i] == doctest::Approx(static_cast<double>(expected[i])).epsilon(1e-5));
  }
}

TEST_CASE("FULLY_CONNECTED by few bits is XNNPACK's where rows are whole bytes, else LiteRT's") {
  struct Case {
    TensorType type;
    int bits;
    std::int32_t depth;
    bool asymmetric;
    QuantizeRow quantize;
  };
  const Case cases[] = {
      {TensorType::INT4, 4, 6, false, runtime::quantize_asymmetric},
      {TensorType::INT4, 4, 7, false, runtime::quantize_symmetric},
      {TensorType::INT4, 4, 7, true, runtime::quantize_asymmetric_builtin},
      {TensorType::INT4, 4, 1, false, runtime::quantize_symmetric},
      {TensorType::INT2, 2, 8, false, runtime::quantize_asymmetric},
      {TensorType::INT2, 2, 6, false, runtime::quantize_symmetric},
      {TensorType::INT2, 2, 6, true, runtime::quantize_asymmetric_builtin},
  };
  constexpr std::int32_t kRows = 3, kColumns = 5;
  for (const Case& c : cases) {
    CAPTURE(tensor_type_name(c.type));
    CAPTURE(c.depth);
    CAPTURE(c.asymmetric);
    const auto depth = static_cast<std::size_t>(c.depth);
    const auto x = random_values<float>(kRows * depth, -0.7, 1.0);
    const auto weights = small_integers(kColumns * depth, c.bits);
    const auto bytes = packed(weights, c.bits);
    GraphBuilder b;
    const int input = b.input(TensorType::FLOAT32, {kRows, c.depth});
    const int w = b.constant_bytes(c.type, {kColumns, c.depth}, std::as_bytes(std::span(bytes)),
                                   test::quantized(kScale, 0));
    b.op(BuiltinOperator::FULLY_CONNECTED, {input, w}, {b.output(TensorType::FLOAT32)},
         FullyConnectedOptions{.asymmetric_quantize_inputs = c.asymmetric});
    for (const bool delegate : {false, true}) {
      CAPTURE(delegate);
      const auto result = run_graph(b.graph(), {x}, {.delegate = delegate});
      check_close(result.values<float>(), reference(x, depth, c.quantize, weights, depth));
    }
  }
}

TEST_CASE("CONV_2D of pixels by 8 bits is XNNPACK's pixel by pixel, by 4 LiteRT's by image") {
  struct Case {
    TensorType type;
    int bits;
    std::size_t part;  // values quantised together
    QuantizeRow quantize;
  };
  constexpr std::int32_t kDepth = 4, kColumns = 3, kPixels = 6;
  const Case cases[] = {
      {TensorType::INT8, 8, kDepth, runtime::quantize_asymmetric},
      {TensorType::INT4, 4, kDepth * kPixels, runtime::quantize_asymmetric_builtin},
  };
  for (const Case& c : cases) {
    CAPTURE(tensor_type_name(c.type));
    const auto x = random_values<float>(std::size_t{2} * kPixels * kDepth, -0.7, 1.0);
    const auto weights = small_integers(std::size_t{kColumns} * kDepth, c.bits);
    const auto bytes = packed(weights, c.bits);
    GraphBuilder b;
    const int input = b.input(TensorType::FLOAT32, {2, 3, 2, kDepth});
    const int w =
        b.constant_bytes(c.type, {kColumns, 1, 1, kDepth}, std::as_bytes(std::span(bytes)),
                         test::quantized_by(0, std::vector<float>(kColumns, kScale)));
    const int bias = b.constant<float>({kColumns}, {0.0F, 0.0F, 0.0F});
    b.op(BuiltinOperator::CONV_2D, {input, w, bias}, {b.output(TensorType::FLOAT32)},
         Conv2DOptions{.padding = Padding::VALID, .stride_w = 1, .stride_h = 1});
    for (const bool delegate : {false, true}) {
      CAPTURE(delegate);
      const auto result = run_graph(b.graph(), {x}, {.delegate = delegate});
      check_close(result.values<float>(), reference(x, c.part, c.quantize, weights, kDepth));
    }
  }
}

}  // namespace
}  // namespace litezoo
