#include "runtime/kernels/segment.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

TEST_CASE("SEGMENT_SUM adds neighbouring slices") {
  const OpInput x{{4, 2}, Floats{1, 2, 3, 4, 5, 6, 7, 8}};
  const auto result = run_op(BuiltinOperator::SEGMENT_SUM, {x, {{4}, Ints{0, 0, 2, 2}}});
  CHECK(result.shape() == Ints{3, 2});
  CHECK(result.values<float>() == Floats{4, 6, 0, 0, 12, 14});
  CHECK_THROWS_AS(run_op(BuiltinOperator::SEGMENT_SUM, {x, {{4}, Ints{0, 2, 1, 2}}}), Error);
  CHECK_THROWS_AS(run_op(BuiltinOperator::SEGMENT_SUM, {x, {{4}, Ints{-1, 0, 0, 0}}}), Error);
  CHECK_THROWS_AS(run_op(BuiltinOperator::SEGMENT_SUM, {x, {{3}, Ints{0, 0, 1}}}), Error);
}

TEST_CASE("UNSORTED_SEGMENT operators leave out negative numbers") {
  const OpInput x{{5}, Ints{1, 2, 3, 4, 5}};
  const OpInput numbers{{5}, Ints{2, 0, 2, -1, 0}};
  const auto run = [&](BuiltinOperator code) {
    return run_op(code, {x, numbers, {{}, Ints{3}}}, {TensorType::INT32}).values<std::int32_t>();
  };
  const std::int32_t most = std::numeric_limits<std::int32_t>::max();
  CHECK(run(BuiltinOperator::UNSORTED_SEGMENT_SUM) == Ints{7, 0, 4});
  CHECK(run(BuiltinOperator::UNSORTED_SEGMENT_PROD) == Ints{10, 1, 3});
  CHECK(run(BuiltinOperator::UNSORTED_SEGMENT_MAX) == Ints{5, -most - 1, 3});
  CHECK(run(BuiltinOperator::UNSORTED_SEGMENT_MIN) == Ints{2, most, 1});
  CHECK_THROWS_AS(run_op(BuiltinOperator::UNSORTED_SEGMENT_SUM, {x, numbers, {{}, Ints{2}}},
                         {TensorType::INT32}),
                  Error);
}
