#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

RunResult run_strided(const Dims& shape, const Dims& begin, const Dims& end, const Dims& strides,
                      const StridedSliceOptions& options) {
  GraphBuilder b;
  const auto vector = [&b](const Dims& values) {
    return b.constant<std::int32_t>({static_cast<std::int32_t>(values.size())}, values);
  };
  const int x = b.input(TensorType::FLOAT32, shape);
  b.op(BuiltinOperator::STRIDED_SLICE, {x, vector(begin), vector(end), vector(strides)},
       {b.output(TensorType::FLOAT32)}, options);
  return run_graph(b.graph(), {counting<float>(shape)});
}

}  // namespace

TEST_CASE("STRIDED_SLICE follows masks, strides and negative indices as Python does") {
  struct Case {
    const char* name;
    Dims shape, begin, end, strides;
    StridedSliceOptions options;
    Dims want_shape;
    std::vector<float> want;
  };
  const Case cases[] = {
      {"x[1:3]", {4}, {1}, {3}, {1}, {}, {2}, {1, 2}},
      {"x[-3:-1]", {4}, {-3}, {-1}, {1}, {}, {2}, {1, 2}},
      {"x[-5:3]", {4}, {-5}, {3}, {1}, {}, {3}, {0, 1, 2}},
      {"x[:2]", {4}, {1}, {2}, {1}, {.begin_mask = 1}, {2}, {0, 1}},
      {"x[1:]", {4}, {1}, {2}, {1}, {.end_mask = 1}, {3}, {1, 2, 3}},
      {"x[::2]", {5}, {0}, {5}, {2}, {}, {3}, {0, 2, 4}},
      {"x[::-1]", {3}, {0}, {0}, {-1}, {.begin_mask = 1, .end_mask = 1}, {3}, {2, 1, 0}},
      {"x[3:0:-2]", {5}, {3}, {0}, {-2}, {}, {2}, {3, 1}},
      {"x[10::-1]", {3}, {10}, {-10}, {-1}, {}, {3}, {2, 1, 0}},
      {"x[2:1]", {4}, {2}, {1}, {1}, {}, {0}, {}},
      {"x[1]", {4}, {1}, {9}, {1}, {.shrink_axis_mask = 1}, {}, {1}},
      {"x[-1]", {4}, {-1}, {0}, {1}, {.shrink_axis_mask = 1}, {}, {3}},
      {"x[1] of a matrix", {2, 3}, {1}, {2}, {1}, {.shrink_axis_mask = 1}, {3}, {3, 4, 5}},
      {"x[:, 1]", {2, 3}, {0, 1}, {2, 2}, {1, 1}, {.shrink_axis_mask = 2}, {2}, {1, 4}},
      {"x[..., 1]",
       {2, 2, 2},
       {0, 1},
       {0, 2},
       {1, 1},
       {.ellipsis_mask = 1, .shrink_axis_mask = 2},
       {2, 2},
       {1, 3, 5, 7}},
      {"x[0:1, ...]",
       {2, 2, 2},
       {0, 0},
       {1, 0},
       {1, 1},
       {.ellipsis_mask = 2},
       {1, 2, 2},
       {0, 1, 2, 3}},
      {"x[newaxis, 1:3]", {4}, {0, 1}, {0, 3}, {1, 1}, {.new_axis_mask = 1}, {1, 2}, {1, 2}},
      {"x[..., newaxis]",
       {2, 2},
       {0, 0},
       {0, 0},
       {1, 1},
       {.ellipsis_mask = 1, .new_axis_mask = 2},
       {2, 2, 1},
       {0, 1, 2, 3}},
      {"x[2:2+2]", {5}, {2}, {2}, {1}, {.offset = true}, {2}, {2, 3}},
      {"x[-4:-4+2]", {5}, {-4}, {2}, {1}, {.offset = true}, {2}, {1, 2}},
      {"a stride beyond the end", {4}, {0}, {4}, {2147483647}, {}, {1}, {0}},
      {"a stride beyond the beginning", {4}, {3}, {-9}, {-2147483647 - 1}, {}, {1}, {3}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const RunResult result = run_strided(c.shape, c.begin, c.end, c.strides, c.options);
    CHECK(result.shape() == c.want_shape);
    CHECK(result.values<float>() == c.want);
  }
}

TEST_CASE("STRIDED_SLICE refuses what makes no sense") {
  CHECK_THROWS_AS(run_strided({4}, {0}, {4}, {0}, {}), Error);
  CHECK_THROWS_AS(run_strided({4}, {0, 0}, {4, 4}, {1, 1}, {}), Error);
  CHECK_THROWS_AS(run_strided({4}, {0}, {4, 4}, {1}, {}), Error);
  CHECK_THROWS_AS(run_strided({4}, {4}, {5}, {1}, {.shrink_axis_mask = 1}), Error);
  CHECK_THROWS_AS(run_strided({4}, {-5}, {5}, {1}, {.shrink_axis_mask = 1}), Error);
  CHECK_THROWS_AS(run_strided({4, 4}, {0, 0}, {1, 1}, {1, 1}, {.ellipsis_mask = 3}), Error);
}

TEST_CASE("SLICE cuts a box and refuses one that sticks out") {
  const auto run = [](std::vector<std::int64_t> begin, std::vector<std::int64_t> size) {
    GraphBuilder b;
    const int x = b.input(TensorType::INT8, {3, 4});
    const int at = b.input(TensorType::INT64, {static_cast<std::int32_t>(begin.size())});
    const int of = b.input(TensorType::INT64, {static_cast<std::int32_t>(size.size())});
    b.op(BuiltinOperator::SLICE, {x, at, of}, {b.output(TensorType::INT8)});
    return run_graph(b.graph(), {counting<std::int8_t>({3, 4}), begin, size});
  };
  const RunResult result = run({1, 1}, {2, -1});
  CHECK(result.shape() == Dims{2, 3});
  CHECK(result.values<std::int8_t>() == std::vector<std::int8_t>{5, 6, 7, 9, 10, 11});
  CHECK(run({3, 0}, {0, 4}).values<std::int8_t>().empty());
  CHECK_THROWS_AS(run({1, 1}, {3, 1}), Error);
  CHECK_THROWS_AS(run({-1, 1}, {1, 1}), Error);
  CHECK_THROWS_AS(run({0, 1}, {1, -2}), Error);
  CHECK_THROWS_AS(run({4, 0}, {-1, 1}), Error);
  CHECK_THROWS_AS(run({0}, {1}), Error);
  CHECK_THROWS_AS(run({1, INT64_MAX}, {1, INT64_MAX}), Error);
}

TEST_CASE("DYNAMIC_UPDATE_SLICE moves an update back inside") {
  const auto run = [](std::int32_t row, std::int32_t column) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {3, 3});
    const int update = b.input(TensorType::FLOAT32, {2, 1});
    const int start = b.input(TensorType::INT32, {2});
    b.op(BuiltinOperator::DYNAMIC_UPDATE_SLICE, {x, update, start},
         {b.output(TensorType::FLOAT32)});
    return run_graph(b.graph(),
                     {std::vector<float>(9, 0), std::vector<float>{1, 2}, Dims{row, column}})
        .values<float>();
  };
  CHECK(run(0, 1) == std::vector<float>{0, 1, 0, 0, 2, 0, 0, 0, 0});
  CHECK(run(7, 9) == std::vector<float>{0, 0, 0, 0, 0, 1, 0, 0, 2});
  CHECK(run(-2147483647, -1) == std::vector<float>{1, 0, 0, 2, 0, 0, 0, 0, 0});
}

}  // namespace litezoo::test
