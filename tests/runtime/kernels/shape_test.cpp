#include "runtime/kernels/shape.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("RESHAPE stretches one dimension and keeps the elements") {
  struct Case {
    Dims asked, given;
  };
  const Case cases[] = {
      {{24}, {24}}, {{-1, 6}, {4, 6}}, {{2, -1, 3}, {2, 4, 3}}, {{1, 24, 1}, {1, 24, 1}}};
  for (const auto& c : cases) {
    CAPTURE(c.asked);
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2, 3, 4});
    const int shape =
        b.constant<std::int32_t>({static_cast<std::int32_t>(c.asked.size())}, c.asked);
    b.op(BuiltinOperator::RESHAPE, {x, shape}, {b.output(TensorType::FLOAT32)});
    const RunResult result = run_graph(b.graph(), {counting<float>({2, 3, 4})});
    CHECK(result.shape() == c.given);
    CHECK(result.values<float>() == counting<float>({24}));
  }
  for (const Dims& asked : {Dims{5, 5}, Dims{-1, -1}, Dims{-2, 12}, Dims{-1, 5}, Dims{-1, 0}}) {
    CAPTURE(asked);
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2, 3, 4});
    b.op(BuiltinOperator::RESHAPE, {x}, {b.output(TensorType::FLOAT32)}, ReshapeOptions{asked});
    CHECK_THROWS_AS(run_graph(b.graph(), {counting<float>({24})}), Error);
  }
}

TEST_CASE("RESHAPE follows a shape that only the run knows") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {6});
  const int shape = b.input(TensorType::INT32, {2});
  b.op(BuiltinOperator::RESHAPE, {x, shape}, {b.output(TensorType::FLOAT32)});
  CHECK(run_graph(b.graph(), {counting<float>({6}), Dims{3, 2}}).shape() == Dims{3, 2});
  CHECK(run_graph(b.graph(), {counting<float>({6}), Dims{-1, 1}}).shape() == Dims{6, 1});
  CHECK_THROWS_AS(run_graph(b.graph(), {counting<float>({6}), Dims{4, 2}}), Error);
}

TEST_CASE("SQUEEZE drops dimensions of size 1") {
  const auto run = [](const Dims& dims) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {1, 3, 1, 2});
    b.op(BuiltinOperator::SQUEEZE, {x}, {b.output(TensorType::FLOAT32)}, SqueezeOptions{dims});
    return run_graph(b.graph(), {counting<float>({6})}).shape();
  };
  CHECK(run({}) == Dims{3, 2});
  CHECK(run({0}) == Dims{3, 1, 2});
  CHECK(run({-2}) == Dims{1, 3, 2});
  CHECK_THROWS_AS(run({1}), Error);
  CHECK_THROWS_AS(run({4}), Error);
}

TEST_CASE("EXPAND_DIMS puts a dimension at any place") {
  const auto run = [](std::int32_t axis) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2, 3});
    const int at = b.constant<std::int32_t>({}, {axis});
    b.op(BuiltinOperator::EXPAND_DIMS, {x, at}, {b.output(TensorType::FLOAT32)});
    return run_graph(b.graph(), {counting<float>({6})}).shape();
  };
  CHECK(run(0) == Dims{1, 2, 3});
  CHECK(run(-1) == Dims{2, 3, 1});
  CHECK(run(2) == Dims{2, 3, 1});
  CHECK_THROWS_AS(run(3), Error);
}

TEST_CASE("SHAPE, RANK and BROADCAST_ARGS speak about shapes") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2, 1, 4});
  const int y = b.input(TensorType::INT32, {2});
  const int shape = b.output(TensorType::INT32);
  b.op(BuiltinOperator::SHAPE, {x}, {shape}, OutputTypeOptions{TensorType::INT32});
  b.op(BuiltinOperator::RANK, {x}, {b.output(TensorType::INT32)});
  b.op(BuiltinOperator::BROADCAST_ARGS, {shape, y}, {b.output(TensorType::INT32)});
  const RunResult result = run_graph(b.graph(), {counting<float>({8}), Dims{3, 1}});
  CHECK(result.values<std::int32_t>(0) == Dims{2, 1, 4});
  CHECK(result.values<std::int32_t>(1) == Dims{3});
  CHECK(result.values<std::int32_t>(2) == Dims{2, 3, 4});
  CHECK_THROWS_AS(run_graph(b.graph(), {counting<float>({8}), Dims{3, 3}}), Error);
}

}  // namespace litezoo::test
