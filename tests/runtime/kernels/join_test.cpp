#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("CONCATENATION lines tensors up along any axis") {
  for (std::int32_t axis = -3; axis < 3; ++axis) {
    CAPTURE(axis);
    const auto at_axis = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
    Dims a = {2, 3, 4};
    Dims b_shape = a;
    b_shape[at_axis] = 5;
    Dims to = a;
    to[at_axis] += 5;
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, a);
    const int y = b.input(TensorType::FLOAT32, b_shape);
    b.op(BuiltinOperator::CONCATENATION, {x, y}, {b.output(TensorType::FLOAT32)},
         ConcatenationOptions{.axis = axis});
    const auto first = counting<float>(a);
    auto second = counting<float>(b_shape);
    for (float& value : second) value += 1000;
    const RunResult result = run_graph(b.graph(), {first, second});
    CHECK(result.shape() == to);
    CHECK(result.values<float>() == filled<float>(to, [&](Index at) {
            const std::int64_t size = a[at_axis];
            if (at[at_axis] < size) return first[offset_of(a, at)];
            at[at_axis] -= size;
            return second[offset_of(b_shape, at)];
          }));
  }
}

TEST_CASE("CONCATENATION joins more rows than fit a cache") {
  for (const std::uint32_t threads : {1U, 2U}) {
    const Dims a = {30001, 3}, c = {30001, 1};
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, a);
    const int y = b.input(TensorType::FLOAT32, c);
    b.op(BuiltinOperator::CONCATENATION, {x, y}, {b.output(TensorType::FLOAT32)},
         ConcatenationOptions{.axis = 1});
    auto second = counting<float>(c);
    for (float& value : second) value = -value;
    auto options = kernels_only();
    options.threads = threads;
    const RunResult result = run_graph(b.graph(), {counting<float>(a), second}, options);
    CHECK(result.values<float>() == filled<float>({30001, 4}, [&](Index at) {
            return at[1] < 3 ? static_cast<float>(at[0] * 3 + at[1]) : -static_cast<float>(at[0]);
          }));
  }
}

TEST_CASE("CONCATENATION brings 8-bit inputs to the output's scale") {
  GraphBuilder b;
  const int x = b.input(TensorType::UINT8, {4}, quantized(0.5F, 10));
  const int y = b.input(TensorType::UINT8, {4}, quantized(1.0F, 0));
  b.op(BuiltinOperator::CONCATENATION, {x, y},
       {b.output(TensorType::UINT8, {}, quantized(1.0F, 0))}, ConcatenationOptions{});
  const RunResult result = run_graph(b.graph(), {std::vector<std::uint8_t>{10, 12, 15, 0},
                                                 std::vector<std::uint8_t>{1, 2, 3, 255}});
  CHECK(result.values<std::uint8_t>() == std::vector<std::uint8_t>{0, 1, 3, 0, 1, 2, 3, 255});
}

TEST_CASE("CONCATENATION refuses shapes and axes that do not fit") {
  const auto run = [](const Dims& second, std::int32_t axis) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2, 3});
    const int y = b.input(TensorType::FLOAT32, second);
    b.op(BuiltinOperator::CONCATENATION, {x, y}, {b.output(TensorType::FLOAT32)},
         ConcatenationOptions{.axis = axis});
    runtime::Session session(b.graph(), kernels_only());
  };
  CHECK_NOTHROW(run({2, 3}, 0));
  CHECK_THROWS_AS(run({2, 4}, 0), Error);
  CHECK_THROWS_AS(run({2}, 0), Error);
  CHECK_THROWS_AS(run({2, 3}, 2), Error);
}

TEST_CASE("PACK and UNPACK undo each other on every axis") {
  for (std::int32_t axis = -3; axis < 3; ++axis) {
    CAPTURE(axis);
    GraphBuilder b;
    const int x = b.input(TensorType::INT16, {2, 3});
    const int y = b.input(TensorType::INT16, {2, 3});
    const int packed = b.output(TensorType::INT16);
    b.op(BuiltinOperator::PACK, {x, y}, {packed}, PackOptions{.count = 2, .axis = axis});
    b.op(BuiltinOperator::UNPACK, {packed},
         {b.output(TensorType::INT16), b.output(TensorType::INT16)},
         PackOptions{.count = 2, .axis = axis});
    const std::vector<std::int16_t> first = {1, 2, 3, 4, 5, 6};
    const std::vector<std::int16_t> second = {11, 12, 13, 14, 15, 16};
    const RunResult result = run_graph(b.graph(), {first, second});
    CHECK(result.values<std::int16_t>(1) == first);
    CHECK(result.values<std::int16_t>(2) == second);
    const auto at_axis = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
    Dims to = {2, 3};
    to.insert(to.begin() + static_cast<std::ptrdiff_t>(at_axis), 2);
    CHECK(result.shape(0) == to);
    CHECK(result.values<std::int16_t>(0) == filled<std::int16_t>(to, [&](Index at) {
            const bool second_input = at[at_axis] == 1;
            at.erase(at.begin() + static_cast<std::ptrdiff_t>(at_axis));
            return (second_input ? second : first)[offset_of({2, 3}, at)];
          }));
  }
}

TEST_CASE("SPLIT gives equal parts and refuses a size it cannot divide") {
  const auto run = [](std::int32_t width) {
    GraphBuilder b;
    const int axis = b.constant<std::int32_t>({}, {-1});
    const int x = b.input(TensorType::FLOAT32, {2, width});
    b.op(BuiltinOperator::SPLIT, {axis, x},
         {b.output(TensorType::FLOAT32), b.output(TensorType::FLOAT32)},
         SplitOptions{.num_splits = 2});
    return run_graph(b.graph(), {counting<float>({2, width})});
  };
  const RunResult result = run(4);
  CHECK(result.values<float>(0) == std::vector<float>{0, 1, 4, 5});
  CHECK(result.values<float>(1) == std::vector<float>{2, 3, 6, 7});
  CHECK_THROWS_AS(run(3), Error);
}

TEST_CASE("SPLIT_V takes one size that fills up the rest") {
  const auto run = [](const std::vector<std::int32_t>& sizes) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {5, 2});
    const int s = b.constant<std::int32_t>({2}, sizes);
    const int axis = b.constant<std::int32_t>({1}, {0});
    b.op(BuiltinOperator::SPLIT_V, {x, s, axis},
         {b.output(TensorType::FLOAT32), b.output(TensorType::FLOAT32)},
         SplitOptions{.num_splits = 2});
    return run_graph(b.graph(), {counting<float>({5, 2})});
  };
  const RunResult result = run({1, -1});
  CHECK(result.shape(1) == Dims{4, 2});
  CHECK(result.values<float>(1) == std::vector<float>{2, 3, 4, 5, 6, 7, 8, 9});
  for (const Dims& sizes : {Dims{1, 3}, Dims{-1, -1}, Dims{6, -1}, Dims{-2, 7}}) {
    CAPTURE(sizes);
    CHECK_THROWS_AS(run(sizes), Error);
  }
}

}  // namespace litezoo::test
