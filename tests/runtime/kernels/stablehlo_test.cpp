#include <doctest/doctest.h>

#include <limits>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_op.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;
using Floats = std::vector<float>;

// The body of a reduction. One with an activation is run, one without is known to be a sum.
void add_body(GraphBuilder& b, ActivationFunction activation) {
  b.subgraph();
  const int x = b.input(TensorType::FLOAT32, {});
  const int y = b.input(TensorType::FLOAT32, {});
  b.op(BuiltinOperator::ADD, {x, y}, {b.output(TensorType::FLOAT32)}, AddOptions{activation});
}

constexpr ActivationFunction kActivations[] = {ActivationFunction::NONE, ActivationFunction::RELU};

struct BinaryCase {
  BuiltinOperator code;
  std::int64_t (*plain)(std::int64_t, std::int64_t);
};
const BinaryCase kBinaryCases[] = {
    {BuiltinOperator::STABLEHLO_ADD, [](auto a, auto b) { return a + b; }},
    {BuiltinOperator::STABLEHLO_MULTIPLY, [](auto a, auto b) { return a * b; }},
    {BuiltinOperator::STABLEHLO_MAXIMUM, [](auto a, auto b) { return a > b ? a : b; }},
    {BuiltinOperator::STABLEHLO_MINIMUM, [](auto a, auto b) { return a < b ? a : b; }},
};

// {2, 3} with {3}, numbers that make small types wrap around.
template <typename T>
void check_binary(const BinaryCase& c, Quantization quantization = {}) {
  CAPTURE(tensor_type_name(tensor_type_of<T>()));
  const std::vector<T> a{1, 2, 3, 100, 101, 102}, b{2, 60, 1};
  std::vector<T> want;
  for (std::size_t i = 0; i < a.size(); ++i) {
    want.push_back(static_cast<T>(
        c.plain(static_cast<std::int64_t>(a[i]), static_cast<std::int64_t>(b[i % b.size()]))));
  }
  CHECK(run_op(c.code, {{{2, 3}, a, quantization}, {{3}, b, quantization}},
               {tensor_type_of<T>(), quantization})
            .template values<T>() == want);
}

}  // namespace

TEST_CASE("StableHLO's arithmetic takes numbers as they are stored, of any type") {
  for (const BinaryCase& c : kBinaryCases) {
    CAPTURE(builtin_operator_name(c.code));
    check_binary<float>(c);
    check_binary<double>(c);
    check_binary<std::int8_t>(c);
    check_binary<std::uint8_t>(c);
    check_binary<std::int16_t>(c);
    check_binary<std::uint16_t>(c);
    check_binary<std::int32_t>(c);
    check_binary<std::uint32_t>(c);
    check_binary<std::int64_t>(c);
    check_binary<std::uint64_t>(c);
    check_binary<std::int8_t>(c, quantized(0.5F, 3));
  }
}

TEST_CASE("STABLEHLO_AND is of bits, and of flags") {
  using Bytes = std::vector<std::uint8_t>;
  CHECK(run_op(BuiltinOperator::STABLEHLO_AND, {{{3}, Bytes{12, 255, 7}}, {{1}, Bytes{10}}},
               {TensorType::UINT8})
            .values<std::uint8_t>() == Bytes{8, 10, 2});
  using Flags = std::vector<bool>;
  CHECK(run_op(BuiltinOperator::STABLEHLO_AND,
               {{{2}, Flags{true, false}}, {{2}, Flags{true, true}}}, {TensorType::BOOL})
            .values<bool>() == Flags{true, false});
}

TEST_CASE("STABLEHLO_GATHER takes slices whose start is moved back inside") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {3, 4, 2});
  const int i = b.input(TensorType::INT64, {2, 3, 2});
  b.op(BuiltinOperator::STABLEHLO_GATHER, {x, i}, {b.output(TensorType::FLOAT32)},
       StablehloGatherOptions{.offset_dims = {2, 3},
                              .collapsed_slice_dims = {0},
                              .start_index_map = {1, 0},
                              .index_vector_dim = 2,
                              .slice_sizes = {1, 2, 2}});
  const Floats from = counting<float>({3, 4, 2});
  const std::vector<std::int64_t> indices = {0, 0, 1, 0, 2, 1, 3, 1, -9, 2, 1, 7};
  const RunResult result = run_graph(b.graph(), {from, indices});
  CHECK(result.shape() == Dims{2, 3, 2, 2});
  CHECK(result.values<float>() == filled<float>({2, 3, 2, 2}, [&](const Index& at) {
          const auto row = static_cast<std::size_t>(at[0] * 3 + at[1]) * 2;
          const std::int64_t first = std::clamp<std::int64_t>(indices[row + 1], 0, 2);
          const std::int64_t second = std::clamp<std::int64_t>(indices[row], 0, 2);
          return from[offset_of({3, 4, 2}, {first, second + at[2], at[3]})];
        }));
}

TEST_CASE("STABLEHLO_GATHER refuses options that contradict its operand") {
  for (const std::vector<std::int64_t>& sizes :
       {std::vector<std::int64_t>{1, 5}, {2, 2}, {1}, {1, -1}}) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {3, 4});
    const int i = b.input(TensorType::INT32, {2, 1});
    b.op(BuiltinOperator::STABLEHLO_GATHER, {x, i}, {b.output(TensorType::FLOAT32)},
         StablehloGatherOptions{.offset_dims = {1},
                                .collapsed_slice_dims = {0},
                                .start_index_map = {0},
                                .index_vector_dim = 1,
                                .slice_sizes = sizes});
    CHECK_THROWS_AS(run_graph(b.graph(), {Floats(12), Dims{0, 0}}), Error);
  }
}

TEST_CASE("STABLEHLO_SCATTER combines updates and leaves out those that stick out") {
  for (const ActivationFunction activation : kActivations) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {4, 2});
    const int i = b.input(TensorType::INT32, {3, 1});
    const int u = b.input(TensorType::FLOAT32, {3, 2});
    b.op(BuiltinOperator::STABLEHLO_SCATTER, {x, i, u}, {b.output(TensorType::FLOAT32)},
         StablehloScatterOptions{.update_window_dims = {1},
                                 .inserted_window_dims = {0},
                                 .scatter_dims_to_operand_dims = {0},
                                 .index_vector_dim = 1,
                                 .update_computation_subgraph_index = 1});
    add_body(b, activation);
    const auto run = [&](const Dims& indices) {
      return run_graph(b.graph(), {Floats(8, 1), indices, Floats{1, 2, 10, 20, 100, 200}})
          .values<float>();
    };
    CHECK(run({1, 3, 1}) == Floats{1, 1, 102, 203, 1, 1, 11, 21});
    CHECK(run({0, 4, -1}) == Floats{2, 3, 1, 1, 1, 1, 1, 1});
  }
}

TEST_CASE("STABLEHLO_SCATTER keeps those elements of an update that lie inside") {
  GraphBuilder b;
  const int x = b.input(TensorType::INT32, {3, 3});
  const int i = b.input(TensorType::INT64, {2, 2});
  const int u = b.input(TensorType::INT32, {2, 2, 2});
  b.op(BuiltinOperator::STABLEHLO_SCATTER, {x, i, u}, {b.output(TensorType::INT32)},
       StablehloScatterOptions{.update_window_dims = {1, 2},
                               .scatter_dims_to_operand_dims = {1, 0},
                               .index_vector_dim = 1,
                               .update_computation_subgraph_index = 1});
  b.subgraph();
  b.input(TensorType::INT32, {});
  b.graph().subgraphs[1].outputs = {b.input(TensorType::INT32, {})};
  constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::min();
  const auto run = [&](const std::vector<std::int64_t>& starts) {
    return run_graph(b.graph(), {Dims(9), starts, Dims{1, 2, 3, 4, 5, 6, 7, 8}})
        .values<std::int32_t>();
  };
  CHECK(run({2, 1, -1, -1}) == Dims{8, 0, 0, 0, 0, 1, 0, 0, 3});
  CHECK(run({kFar, 0, 0, 3}) == Dims(9));
}

TEST_CASE("STABLEHLO_SCATTER knows the functions of bodies on every kind of number") {
  struct {
    BuiltinOperator code;
    std::int32_t want;
  } const cases[] = {{BuiltinOperator::STABLEHLO_ADD, 9},
                     {BuiltinOperator::STABLEHLO_MULTIPLY, 14},
                     {BuiltinOperator::STABLEHLO_MAXIMUM, 7},
                     {BuiltinOperator::STABLEHLO_MINIMUM, 2}};
  const auto run = [](BuiltinOperator code, auto zero) {
    using T = decltype(zero);
    GraphBuilder b;
    const int x = b.input(tensor_type_of<T>(), {2});
    const int i = b.input(TensorType::INT32, {1, 1});
    const int u = b.input(tensor_type_of<T>(), {1});
    b.op(BuiltinOperator::STABLEHLO_SCATTER, {x, i, u}, {b.output(tensor_type_of<T>())},
         StablehloScatterOptions{.inserted_window_dims = {0},
                                 .scatter_dims_to_operand_dims = {0},
                                 .index_vector_dim = 1,
                                 .update_computation_subgraph_index = 1});
    b.subgraph();
    const int left = b.input(tensor_type_of<T>(), {}), right = b.input(tensor_type_of<T>(), {});
    b.op(code, {left, right}, {b.output(tensor_type_of<T>())});
    const auto got = run_graph(b.graph(), {std::vector<T>{1, 2}, Dims{1}, std::vector<T>{7}});
    return static_cast<std::int32_t>(got.template values<T>()[1]);
  };
  for (const auto& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    CHECK(run(c.code, float{}) == c.want);
    CHECK(run(c.code, double{}) == c.want);
    CHECK(run(c.code, std::int8_t{}) == c.want);
    CHECK(run(c.code, std::uint8_t{}) == c.want);
    CHECK(run(c.code, std::int16_t{}) == c.want);
    CHECK(run(c.code, std::int32_t{}) == c.want);
    CHECK(run(c.code, std::uint32_t{}) == c.want);
    CHECK(run(c.code, std::int64_t{}) == c.want);
  }
}

TEST_CASE("STABLEHLO_REDUCE_WINDOW pools with padding, strides and dilations") {
  constexpr float kFirst = 0.5F;  // also what padding and dilation fill in
  struct Case {
    std::int64_t window, stride, base, dilation, low, high;
  };
  const Case cases[] = {{2, 1, 1, 1, 0, 0},  {3, 2, 1, 1, 1, 1},  {2, 1, 2, 1, 0, 0},
                        {2, 1, 1, 2, 0, 0},  {2, 1, 1, 1, -1, 2}, {9, 1, 1, 1, 0, 0},
                        {2, 1, 3, 1, -2, -1}};
  for (const auto& c : cases) {
    for (const ActivationFunction activation : kActivations) {
      CAPTURE(c.window);
      CAPTURE(c.stride);
      CAPTURE(c.low);
      GraphBuilder b;
      const int x = b.input(TensorType::FLOAT32, {6});
      const int begin = b.constant<float>({}, {kFirst});
      b.op(BuiltinOperator::STABLEHLO_REDUCE_WINDOW, {x, begin}, {b.output(TensorType::FLOAT32)},
           StablehloReduceWindowOptions{
               {c.window}, {c.stride}, {c.base}, {c.dilation}, {c.low, c.high}, 1});
      add_body(b, activation);
      const Floats from = {1, 2, 4, 8, 16, 32};
      Floats spread;  // dilated and padded
      for (std::size_t i = 0; i < from.size(); ++i) {
        if (i > 0) spread.insert(spread.end(), static_cast<std::size_t>(c.base - 1), kFirst);
        spread.push_back(from[i]);
      }
      if (c.high >= 0) {
        spread.insert(spread.end(), static_cast<std::size_t>(c.high), kFirst);
      } else {
        spread.erase(spread.end() + c.high, spread.end());
      }
      if (c.low >= 0) {
        spread.insert(spread.begin(), static_cast<std::size_t>(c.low), kFirst);
      } else {
        spread.erase(spread.begin(), spread.begin() - c.low);
      }
      Floats want;
      const auto reach = static_cast<std::size_t>((c.window - 1) * c.dilation + 1);
      for (std::size_t at = 0; at + reach <= spread.size();
           at += static_cast<std::size_t>(c.stride)) {
        float sum = kFirst;
        for (std::size_t k = 0; k < reach; k += static_cast<std::size_t>(c.dilation)) {
          sum += spread[at + k];
        }
        want.push_back(sum);
      }
      CHECK(run_graph(b.graph(), {from}).values<float>() == want);
    }
  }
}

TEST_CASE("what STABLEHLO_REDUCE_WINDOW pads its input to counts against the memory limit") {
  constexpr std::int32_t kElements = 1 << 20;
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {kElements});
  const int begin = b.constant<float>({}, {0.0F});
  b.op(BuiltinOperator::STABLEHLO_REDUCE_WINDOW, {x, begin}, {b.output(TensorType::FLOAT32)},
       StablehloReduceWindowOptions{{1}, {7}, {7}, {1}, {0, 0}, 1});
  add_body(b, kActivations[0]);
  const Floats values(kElements, 1.0F);
  runtime::SessionOptions options = kernels_only();
  options.memory_limit = {std::uint64_t{20} << 20U};  // 8 MiB of tensors, 28 MiB of padding
  CHECK_THROWS_WITH_AS(run_graph(b.graph(), {values}, options), doctest::Contains("memory limit"),
                       Error);
  options.memory_limit = {std::uint64_t{64} << 20U};
  CHECK(run_graph(b.graph(), {values}, options).values<float>() == values);
}

TEST_CASE("STABLEHLO_RNG_BIT_GENERATOR gives the known answers and moves its state on") {
  const auto run = [](StablehloRngAlgorithm algorithm) {
    GraphBuilder b;
    const int state = b.input(TensorType::UINT64, {2});
    b.op(BuiltinOperator::STABLEHLO_RNG_BIT_GENERATOR, {state},
         {b.output(TensorType::UINT64), b.output(TensorType::UINT32, {4})},
         StablehloRngBitGeneratorOptions{algorithm});
    return run_graph(b.graph(), {std::vector<std::uint64_t>{0, 0}});
  };
  using Words = std::vector<std::uint32_t>;
  const RunResult philox = run(StablehloRngAlgorithm::PHILOX);
  CHECK(philox.values<std::uint32_t>(1) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox.values<std::uint64_t>(0) == std::vector<std::uint64_t>{0, 1});
  const RunResult threefry = run(StablehloRngAlgorithm::THREEFRY);
  const Words words = threefry.values<std::uint32_t>(1);
  CHECK(words[0] == 0x6b200159);
  CHECK(words[1] == 0x99ba4efe);
  CHECK(threefry.values<std::uint64_t>(0) == std::vector<std::uint64_t>{0, 2});
}

}  // namespace litezoo::test
