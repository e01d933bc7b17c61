#include "runtime/kernels/quantize.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/float16.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

using Bytes8 = std::vector<std::int8_t>;
using Floats = std::vector<float>;

TEST_CASE("QUANTIZE rounds to the grid and saturates") {
  const Floats x{0.0F, 0.26F, -0.26F, 100.0F, -100.0F, std::numeric_limits<float>::infinity()};
  CHECK(run_op(BuiltinOperator::QUANTIZE, {{{6}, x}}, {TensorType::INT8, quantized(0.1F, 5)})
            .values<std::int8_t>() == Bytes8{5, 8, 2, 127, -128, 127});
  CHECK(run_op(BuiltinOperator::QUANTIZE, {{{6}, x}}, {TensorType::INT16, quantized(0.01F, 0)})
            .values<std::int16_t>() == std::vector<std::int16_t>{0, 26, -26, 10000, -10000, 32767});
  CHECK_THROWS_AS(run_op(BuiltinOperator::QUANTIZE, {{{6}, x}}, {TensorType::INT8}), Error);
}

TEST_CASE("QUANTIZE takes a scale for each channel") {
  CHECK(run_op(BuiltinOperator::QUANTIZE, {{{2, 2, 2}, Floats{1, 2, 3, 4, 5, 6, 7, 8}}},
               {TensorType::INT8, quantized_by(1, {1.0F, 0.5F})})
            .values<std::int8_t>() == Bytes8{1, 2, 6, 8, 5, 6, 14, 16});
  CHECK_THROWS_AS(run_op(BuiltinOperator::QUANTIZE, {{{3}, Floats{1, 2, 3}}},
                         {TensorType::INT8, quantized_by(0, {1.0F, 0.5F})}),
                  Error);
}

TEST_CASE("QUANTIZE changes scale and type of quantised values") {
  const Bytes8 x{-128, -3, 0, 10, 127};
  const auto in = quantized(0.1F, -3);
  const auto bytes =
      run_op(BuiltinOperator::QUANTIZE, {{{5}, x, in}}, {TensorType::UINT8, quantized(0.1F, 125)})
          .values<std::uint8_t>();
  CHECK(bytes == std::vector<std::uint8_t>{0, 125, 128, 138, 255});
  const auto wide =
      run_op(BuiltinOperator::QUANTIZE, {{{5}, x, in}}, {TensorType::INT16, quantized(0.01F, 0)})
          .values<std::int16_t>();
  CHECK(wide == std::vector<std::int16_t>{-1250, 0, 30, 130, 1300});
  CHECK(run_op(BuiltinOperator::QUANTIZE,
               {{{3}, std::vector<std::int32_t>{-5000, 40, 2000000000}, quantized(0.01F, 0)}},
               {TensorType::INT8, quantized(0.1F, 1)})
            .values<std::int8_t>() == Bytes8{-128, 5, 127});
}

TEST_CASE("DEQUANTIZE scales every quantised type") {
  CHECK(run_op(BuiltinOperator::DEQUANTIZE, {{{2}, Bytes8{3, -5}, quantized(0.5F, 1)}})
            .values<float>() == Floats{1, -3});
  CHECK(run_op(BuiltinOperator::DEQUANTIZE,
               {{{2}, std::vector<std::uint8_t>{3, 250}, quantized(0.5F, 1)}})
            .values<float>() == Floats{1, 124.5F});
  CHECK(run_op(BuiltinOperator::DEQUANTIZE,
               {{{2, 2}, Bytes8{1, 2, 3, 4}, quantized_by(1, {1.0F, 10.0F})}})
            .values<float>() == Floats{1, 20, 3, 40});
  // 0x8F: -1 below -8
  CHECK(run_op(BuiltinOperator::DEQUANTIZE, {{{3},
                                              Bytes8{static_cast<std::int8_t>(0x8F), 0x07},
                                              quantized(2.0F, 0),
                                              TensorType::INT4}})
            .values<float>() == Floats{-2, -16, 14});
  CHECK(
      run_op(BuiltinOperator::DEQUANTIZE,
             {{{4}, Bytes8{static_cast<std::int8_t>(0xE4)}, quantized(1.0F, 0), TensorType::INT2}})
          .values<float>() == Floats{0, 1, -2, -1});
  const std::vector<std::uint16_t> halves{Half(1.5F).bits(), Half(-0.25F).bits()};
  CHECK(run_op(BuiltinOperator::DEQUANTIZE, {{{2}, halves, {}, TensorType::FLOAT16}})
            .values<float>() == Floats{1.5F, -0.25F});
  CHECK_THROWS_AS(run_op(BuiltinOperator::DEQUANTIZE, {{{1}, Bytes8{3}}}), Error);
}

TEST_CASE("DEQUANTIZE gives each block its own scale, and reads no zero points") {
  const Bytes8 x{1, 2, 3, 4, -5, 6, -7, 8};
  const Floats scales{1.0F, 0.5F, 0.25F, 4.0F};
  const auto run = [&](std::int32_t block, const Floats& values, std::int8_t zero_point) {
    GraphBuilder b;
    Quantization quantization;
    quantization.blockwise =
        BlockwiseQuantization{b.constant<float>({static_cast<std::int32_t>(values.size())}, values),
                              b.constant<std::int8_t>({static_cast<std::int32_t>(values.size())},
                                                      Bytes8(values.size(), zero_point)),
                              block};
    const int in = b.input(TensorType::INT8, {2, 4}, quantization);
    b.op(BuiltinOperator::DEQUANTIZE, {in}, {b.output(TensorType::FLOAT32)});
    return run_graph(b.graph(), {x}).values<float>();
  };
  CHECK(run(2, scales, 0) == Floats{1, 2, 1.5F, 2, -1.25F, 1.5F, -28, 32});
  CHECK_THROWS_AS(run(3, scales, 0), Error);
  CHECK_THROWS_AS(run(0, scales, 0), Error);
  CHECK_THROWS_AS(run(4, scales, 0), Error);
  CHECK(run(2, scales, 1) == run(2, scales, 0));
}

TEST_CASE("DEQUANTIZE unpacks blocks of 4 bits with half-float scales") {
  GraphBuilder b;
  const std::vector<std::uint16_t> scales{Half(0.5F).bits(), Half(3.0F).bits()};
  Quantization quantization;
  quantization.blockwise = BlockwiseQuantization{
      b.constant_bytes(TensorType::FLOAT16, {2}, std::as_bytes(std::span(scales))), -1, 2};
  const Bytes8 packed{static_cast<std::int8_t>(0xF1), static_cast<std::int8_t>(0x87)};
  const int in =
      b.constant_bytes(TensorType::INT4, {1, 4}, std::as_bytes(std::span(packed)), quantization);
  b.op(BuiltinOperator::DEQUANTIZE, {in}, {b.output(TensorType::FLOAT32)});
  CHECK(run_graph(b.graph(), {}).values<float>() == Floats{0.5F, -0.5F, 21, -24});
}

TEST_CASE("FAKE_QUANT rounds to its grid") {
  const auto y = run_op(BuiltinOperator::FAKE_QUANT, {{{4}, Floats{-2, 0, 0.26F, 9}}}, {},
                        FakeQuantOptions{-1.25F, 0.85F, 3, false})
                     .values<float>();
  const Floats want{-1.2F, 0, 0.3F, 0.9F};
  for (std::size_t i = 0; i < 4; ++i) CHECK(y[i] == doctest::Approx(static_cast<double>(want[i])));
  CHECK_THROWS_AS(run_op(BuiltinOperator::FAKE_QUANT, {{{1}, Floats{1}}}, {},
                         FakeQuantOptions{1.0F, -1.0F, 8, false}),
                  Error);
}
