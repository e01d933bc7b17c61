#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "tests/support/run_graph.h"

// Elements of less than a byte are moved as INT8 ones are.

namespace litezoo::test {
namespace {

using Shape = std::vector<std::int32_t>;

// Low bits first.
std::vector<std::byte> packed(const std::vector<std::int8_t>& values, unsigned bits) {
  std::vector<std::byte> bytes((values.size() * bits + 7) / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const unsigned value = static_cast<unsigned>(values[i]) & ((1U << bits) - 1U);
    bytes[i * bits / 8] |= static_cast<std::byte>(value << i * bits % 8);
  }
  return bytes;
}

struct Case {
  BuiltinOperator code;
  Shape shape;
  int moved = 1;                       // that many inputs of this type and shape come first
  std::vector<std::int32_t> second{};  // INT32 constants behind them
  Shape second_shape{};
  std::vector<std::int32_t> third{};
  OperatorOptions options{};
  std::vector<std::int32_t> fourth{};
};

const Case kCases[] = {
    {.code = BuiltinOperator::TRANSPOSE, .shape = {3, 5}, .second = {1, 0}, .second_shape = {2}},
    {.code = BuiltinOperator::SLICE,
     .shape = {4, 5},
     .second = {1, 2},
     .second_shape = {2},
     .third = {2, 3}},
    {.code = BuiltinOperator::STRIDED_SLICE,
     .shape = {4, 5},
     .second = {0, 1},
     .second_shape = {2},
     .third = {4, 5},
     .options = StridedSliceOptions{},
     .fourth = {2, 2}},
    {.code = BuiltinOperator::CONCATENATION,
     .shape = {3, 3},
     .moved = 3,
     .options = ConcatenationOptions{.axis = 1}},
    {.code = BuiltinOperator::BROADCAST_TO,
     .shape = {3, 1},
     .second = {2, 3, 5},
     .second_shape = {3}},
    {.code = BuiltinOperator::PAD, .shape = {3, 3}, .second = {1, 0, 2, 1}, .second_shape = {2, 2}},
    {.code = BuiltinOperator::DYNAMIC_UPDATE_SLICE,
     .shape = {3, 3},
     .moved = 2,
     .second = {0, 0},
     .second_shape = {2}},
};

// Runs the case on computed tensors of `type`, whose elements are given one a byte.
RunResult run_case(const Case& c, TensorType type, const std::vector<std::int8_t>& values,
                   bool fixed) {
  GraphBuilder b;
  std::vector<std::int32_t> inputs;
  std::vector<Values> given;
  const int bits = tensor_type_bits(type);
  const auto bytes = bits == 8 ? packed(values, 8) : packed(values, static_cast<unsigned>(bits));
  for (int i = 0; i < c.moved; ++i) {
    if (fixed) {
      inputs.push_back(b.constant_bytes(type, c.shape, bytes));
      continue;
    }
    inputs.push_back(b.input(type, c.shape));
    given.emplace_back(std::vector<std::int8_t>{});
    given.back().bytes = bytes;
  }
  for (const auto* numbers : {&c.second, &c.third, &c.fourth}) {
    if (numbers->empty()) continue;
    const Shape shape =
        numbers == &c.second ? c.second_shape : Shape{static_cast<std::int32_t>(numbers->size())};
    inputs.push_back(b.constant<std::int32_t>(shape, *numbers));
  }
  b.op(c.code, inputs, {b.output(type)}, c.options);
  return run_graph(b.graph(), given);
}

}  // namespace

TEST_CASE("moving INT4 and INT2 is moving INT8") {
  for (const Case& c : kCases) {
    CAPTURE(builtin_operator_name(c.code));
    std::vector<std::int8_t> values(element_count(c.shape));
    for (const TensorType type : {TensorType::INT4, TensorType::INT2}) {
      const int bits = tensor_type_bits(type);
      CAPTURE(bits);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const int highest = 1 << (bits - 1);
        values[i] =
            static_cast<std::int8_t>(static_cast<int>(i * 7 % 16) % (2 * highest) - highest);
      }
      for (const bool fixed : {false, true}) {
        CAPTURE(fixed);
        const RunResult wide = run_case(c, TensorType::INT8, values, fixed);
        const RunResult narrow = run_case(c, type, values, fixed);
        CHECK(narrow.shape() == wide.shape());
        CHECK(narrow.outputs[0].bytes ==
              packed(wide.values<std::int8_t>(), static_cast<unsigned>(bits)));
      }
    }
  }
}

TEST_CASE("CAST and QUANTIZE to INT4 and INT2 cut to the type's range") {
  const std::vector<float> x{-100, -7.6F, -1.9F, -0.4F, 0.4F, 1.6F, 7.4F, 100};
  const struct {
    BuiltinOperator code;
    TensorType type;
    unsigned bits;
    std::vector<std::int8_t> want;
  } cases[] = {
      {BuiltinOperator::CAST, TensorType::INT4, 4, {-8, -7, -1, 0, 0, 1, 7, 7}},
      {BuiltinOperator::CAST, TensorType::INT2, 2, {-2, -2, -1, 0, 0, 1, 1, 1}},
      {BuiltinOperator::QUANTIZE, TensorType::INT4, 4, {-8, -8, -2, 0, 0, 2, 7, 7}},
      {BuiltinOperator::QUANTIZE, TensorType::INT2, 2, {-2, -2, -2, 0, 0, 1, 1, 1}},
  };
  for (const auto& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    CAPTURE(c.bits);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {8});
    b.op(c.code, {in}, {b.output(c.type, {}, quantized(1.0F, 0))});
    CHECK(run_graph(b.graph(), {x}).outputs[0].bytes == packed(c.want, c.bits));
  }
}

TEST_CASE("a shape that depends on values is known when INT4 elements are moved too") {
  GraphBuilder b;
  const int x = b.input(TensorType::INT4, {4});
  const int size = b.input(TensorType::INT32, {1});
  const int begin = b.constant<std::int32_t>({1}, {1});
  b.op(BuiltinOperator::SLICE, {x, begin, size}, {b.output(TensorType::INT4)});
  Values values(std::vector<std::int8_t>{});
  values.bytes = packed({1, 2, 3, 4}, 4);
  const RunResult result = run_graph(b.graph(), {values, std::vector<std::int32_t>{3}});
  CHECK(result.shape() == Shape{3});
  CHECK(result.outputs[0].bytes == packed({2, 3, 4}, 4));
}

}  // namespace litezoo::test
