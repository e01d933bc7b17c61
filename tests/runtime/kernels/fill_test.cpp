#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {

TEST_CASE("FILL repeats one value") {
  GraphBuilder b;
  const int shape = b.constant<std::int64_t>({2}, {2, 3});
  const int value = b.input(TensorType::INT16, {});
  b.op(BuiltinOperator::FILL, {shape, value}, {b.output(TensorType::INT16)});
  const RunResult result = run_graph(b.graph(), {std::vector<std::int16_t>{7}});
  CHECK(result.shape() == std::vector<std::int32_t>{2, 3});
  CHECK(result.values<std::int16_t>() == std::vector<std::int16_t>(6, 7));
}

TEST_CASE("RANGE steps up and down and refuses steps that lead nowhere") {
  const auto run = [](std::int32_t start, std::int32_t limit, std::int32_t delta) {
    GraphBuilder b;
    const int from = b.input(TensorType::INT32, {});
    const int to = b.input(TensorType::INT32, {});
    const int step = b.input(TensorType::INT32, {});
    b.op(BuiltinOperator::RANGE, {from, to, step}, {b.output(TensorType::INT32)});
    using One = std::vector<std::int32_t>;
    return run_graph(b.graph(), {One{start}, One{limit}, One{delta}}).values<std::int32_t>();
  };
  using List = std::vector<std::int32_t>;
  CHECK(run(0, 5, 2) == List{0, 2, 4});
  CHECK(run(5, 0, -2) == List{5, 3, 1});
  CHECK(run(3, 3, 1).empty());
  CHECK(run(-2147483648, 2147483647, 2147483647) == List{-2147483648, -1, 2147483646});
  CHECK_THROWS_AS(run(0, 5, 0), Error);
  CHECK_THROWS_AS(run(0, 5, -1), Error);
  CHECK_THROWS_AS(run(-2147483648, 2147483647, 1), Error);
}

TEST_CASE("RANGE of floats") {
  GraphBuilder b;
  const int from = b.constant<float>({}, {1.0F});
  const int to = b.constant<float>({}, {2.0F});
  const int step = b.constant<float>({}, {0.25F});
  b.op(BuiltinOperator::RANGE, {from, to, step}, {b.output(TensorType::FLOAT32)});
  CHECK(run_graph(b.graph(), {}).values<float>() == std::vector<float>{1.0F, 1.25F, 1.5F, 1.75F});
}

}  // namespace litezoo::test
