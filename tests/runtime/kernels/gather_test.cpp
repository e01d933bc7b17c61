#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

RunResult run_gather(const Dims& shape, const Dims& index_shape, const Dims& indices,
                     GatherOptions options) {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, shape);
  const int i = b.input(TensorType::INT32, index_shape);
  b.op(BuiltinOperator::GATHER, {x, i}, {b.output(TensorType::FLOAT32)}, options);
  return run_graph(b.graph(), {counting<float>(shape), indices});
}

}  // namespace

TEST_CASE("GATHER picks slices along any axis") {
  for (std::int32_t axis = -3; axis < 3; ++axis) {
    CAPTURE(axis);
    const Dims shape = {3, 4, 5};
    const auto at_axis = static_cast<std::size_t>(axis < 0 ? axis + 3 : axis);
    const Dims indices = {2, 0, 1, 2};
    Dims to = shape;
    to[at_axis] = 2;
    to.insert(to.begin() + static_cast<std::ptrdiff_t>(at_axis), 2);
    const auto from = counting<float>(shape);
    const RunResult result = run_gather(shape, {2, 2}, indices, {.axis = axis});
    CHECK(result.shape() == to);
    CHECK(result.values<float>() == filled<float>(to, [&](const Index& at) {
            Index source(at.begin(), at.begin() + static_cast<std::ptrdiff_t>(at_axis));
            source.push_back(indices[static_cast<std::size_t>(at[at_axis] * 2 + at[at_axis + 1])]);
            source.insert(source.end(), at.begin() + static_cast<std::ptrdiff_t>(at_axis) + 2,
                          at.end());
            return from[offset_of(shape, source)];
          }));
  }
}

TEST_CASE("GATHER with batch axes picks within each batch") {
  const Dims shape = {2, 3, 2};
  const Dims indices = {0, 2, 1, 1};
  const RunResult result = run_gather(shape, {2, 2}, indices, {.axis = 1, .batch_dims = 1});
  CHECK(result.shape() == Dims{2, 2, 2});
  CHECK(result.values<float>() == std::vector<float>{0, 1, 4, 5, 8, 9, 8, 9});
}

TEST_CASE("GATHER refuses indices and axes out of range") {
  CHECK_THROWS_AS(run_gather({3}, {1}, {3}, {}), Error);
  CHECK_THROWS_AS(run_gather({3}, {1}, {-1}, {}), Error);
  CHECK_THROWS_AS(run_gather({0, 2}, {1}, {0}, {}), Error);
  CHECK_THROWS_AS(run_gather({3}, {1}, {0}, {.axis = 1}), Error);
  CHECK_THROWS_AS(run_gather({3}, {1}, {0}, {.batch_dims = 1}), Error);
  CHECK_THROWS_AS(run_gather({2, 3}, {3, 1}, {0, 0, 0}, {.axis = 1, .batch_dims = 1}), Error);
}

TEST_CASE("GATHER moves 4-bit elements that share bytes") {
  GraphBuilder b;
  const int x = b.input(TensorType::INT4, {3, 3});  // 1 2 3 / 4 5 6 / 7 -8 -1
  const int i = b.constant<std::int32_t>({2}, {2, 1});
  b.op(BuiltinOperator::GATHER, {x, i}, {b.output(TensorType::INT4)}, GatherOptions{});
  const RunResult result =
      run_graph(b.graph(), {std::vector<std::uint8_t>{0x21, 0x43, 0x65, 0x87, 0x0F}});
  const std::vector<std::byte> want = {std::byte{0x87}, std::byte{0x4F}, std::byte{0x65}};
  CHECK(result.outputs[0].bytes == want);
}

TEST_CASE("GATHER_ND and SCATTER_ND address slices by coordinates") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2, 3, 2});
  const int i = b.input(TensorType::INT32, {2, 2});
  b.op(BuiltinOperator::GATHER_ND, {x, i}, {b.output(TensorType::FLOAT32)});
  const RunResult result = run_graph(b.graph(), {counting<float>({12}), Dims{1, 2, 0, 1}});
  CHECK(result.shape() == Dims{2, 2});
  CHECK(result.values<float>() == std::vector<float>{10, 11, 2, 3});
  CHECK_THROWS_AS(run_graph(b.graph(), {counting<float>({12}), Dims{2, 0, 0, 0}}), Error);
  CHECK_THROWS_AS(run_graph(b.graph(), {counting<float>({12}), Dims{0, -1, 0, 0}}), Error);
  CHECK_THROWS_AS(run_graph(b.graph(), {counting<float>({12}), Dims{2147483647, 2147483647, 0, 0}}),
                  Error);
}

TEST_CASE("SCATTER_ND adds up what falls on one place") {
  const auto run = [](const Dims& indices) {
    GraphBuilder b;
    const int i = b.input(TensorType::INT32, {3, 1});
    const int updates = b.input(TensorType::FLOAT32, {3, 2});
    const int shape = b.constant<std::int32_t>({2}, {4, 2});
    b.op(BuiltinOperator::SCATTER_ND, {i, updates, shape}, {b.output(TensorType::FLOAT32)});
    return run_graph(b.graph(), {indices, std::vector<float>{1, 2, 10, 20, 100, 200}})
        .values<float>();
  };
  CHECK(run({1, 3, 1}) == std::vector<float>{0, 0, 101, 202, 0, 0, 10, 20});
  CHECK_THROWS_AS(run({1, 4, 1}), Error);
}

TEST_CASE("SPARSE_TO_DENSE and ONE_HOT fill with a default") {
  GraphBuilder b;
  const int i = b.input(TensorType::INT32, {2, 2});
  const int shape = b.constant<std::int32_t>({2}, {2, 3});
  const int values = b.input(TensorType::FLOAT32, {2});
  const int nothing = b.constant<float>({}, {-1});
  b.op(BuiltinOperator::SPARSE_TO_DENSE, {i, shape, values, nothing},
       {b.output(TensorType::FLOAT32)}, SparseToDenseOptions{});
  CHECK(run_graph(b.graph(), {Dims{0, 1, 1, 2}, std::vector<float>{5, 6}}).values<float>() ==
        std::vector<float>{-1, 5, -1, -1, -1, 6});
  CHECK_THROWS_AS(run_graph(b.graph(), {Dims{0, 1, 2, 2}, std::vector<float>{5, 6}}), Error);

  for (const std::int32_t axis : {-1, 0}) {
    CAPTURE(axis);
    GraphBuilder c;
    const int x = c.input(TensorType::INT64, {3});
    const int depth = c.constant<std::int32_t>({}, {2});
    const int on = c.constant<std::int8_t>({}, {7});
    const int off = c.constant<std::int8_t>({}, {-7});
    c.op(BuiltinOperator::ONE_HOT, {x, depth, on, off}, {c.output(TensorType::INT8)},
         OneHotOptions{axis});
    const auto hot =
        run_graph(c.graph(), {std::vector<std::int64_t>{1, -1, 0}}).values<std::int8_t>();
    CHECK(hot == (axis == 0 ? std::vector<std::int8_t>{-7, -7, 7, 7, -7, -7}
                            : std::vector<std::int8_t>{-7, 7, -7, -7, 7, -7}));
  }
}

}  // namespace litezoo::test
