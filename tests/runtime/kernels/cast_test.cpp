#include "runtime/kernels/cast.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

using Floats = std::vector<float>;

TEST_CASE("CAST saturates floats and cuts integers") {
  const float infinity = std::numeric_limits<float>::infinity();
  const Floats x{1.9F, -1.9F, 300, -infinity, infinity, std::nanf("")};
  CHECK(run_op(BuiltinOperator::CAST, {{{6}, x}}, {TensorType::INT8}).values<std::int8_t>() ==
        std::vector<std::int8_t>{1, -1, 127, -128, 127, 0});
  CHECK(run_op(BuiltinOperator::CAST, {{{6}, x}}, {TensorType::INT64}).values<std::int64_t>() ==
        std::vector<std::int64_t>{1, -1, 300, std::numeric_limits<std::int64_t>::min(),
                                  std::numeric_limits<std::int64_t>::max(), 0});
  CHECK(run_op(BuiltinOperator::CAST, {{{2}, std::vector<std::int32_t>{257, -1}}},
               {TensorType::UINT8})
            .values<std::uint8_t>() == std::vector<std::uint8_t>{1, 255});
  CHECK(run_op(BuiltinOperator::CAST, {{{2}, std::vector<std::int64_t>{-7, 1 << 20}}})
            .values<float>() == Floats{-7, 1048576});
}

TEST_CASE("CAST to and from BOOL knows only 0 and 1") {
  CHECK(run_op(BuiltinOperator::CAST, {{{3}, Floats{0, 0.5F, -2}}}, {TensorType::BOOL})
            .values<bool>() == std::vector<bool>{false, true, true});
  const std::vector<std::uint8_t> odd{0, 1, 7};
  CHECK(run_op(BuiltinOperator::CAST, {{{3}, odd, {}, TensorType::BOOL}}, {TensorType::INT32})
            .values<std::int32_t>() == std::vector<std::int32_t>{0, 1, 1});
}

TEST_CASE("CAST goes through 16-bit floats, complex numbers and packed integers") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2});
  const int half = b.tensor(TensorType::FLOAT16);
  const int complex = b.tensor(TensorType::COMPLEX64);
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::CAST, {x}, {half});
  b.op(BuiltinOperator::CAST, {half}, {complex});
  b.op(BuiltinOperator::CAST, {complex}, {y});
  CHECK(run_graph(b.graph(), {Floats{1.5F, 0.1F}}).values<float>() == Floats{1.5F, 0.099975586F});
  CHECK(run_op(BuiltinOperator::CAST,
               {{{3}, std::vector<std::uint8_t>{0x8F, 0x07}, {}, TensorType::INT4}},
               {TensorType::INT32})
            .values<std::int32_t>() == std::vector<std::int32_t>{-1, -8, 7});
}

TEST_CASE("BITCAST keeps the bytes") {
  const auto bits =
      run_op(BuiltinOperator::BITCAST, {{{2}, Floats{1.0F, -2.0F}}}, {TensorType::INT32});
  CHECK(bits.values<std::int32_t>() ==
        std::vector<std::int32_t>{0x3F800000, static_cast<std::int32_t>(0xC0000000)});
  const auto bytes = run_op(BuiltinOperator::BITCAST, {{{1}, Floats{1.0F}}}, {TensorType::UINT8});
  CHECK(bytes.shape() == std::vector<std::int32_t>{1, 4});
  CHECK(bytes.values<std::uint8_t>() == std::vector<std::uint8_t>{0, 0, 0x80, 0x3F});
  CHECK(run_op(BuiltinOperator::BITCAST, {{{2, 4}, std::vector<std::uint8_t>(8, 0)}}).shape() ==
        std::vector<std::int32_t>{2});
  CHECK_THROWS_AS(run_op(BuiltinOperator::BITCAST, {{{3}, std::vector<std::uint8_t>(3, 0)}}),
                  Error);
}
