#include "runtime/kernels/arg_reduce.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

TEST_CASE("ARG_MAX and ARG_MIN give the first index along any axis") {
  const OpInput x{{2, 3, 2}, Floats{1, 6, 5, 2, 5, 6, -1, 0, -3, 0, -2, -4}};
  struct Case {
    BuiltinOperator code;
    std::int32_t axis;
    Ints want, shape;
  };
  const Case cases[] = {
      {BuiltinOperator::ARG_MAX, 1, {1, 0, 0, 0}, {2, 2}},
      {BuiltinOperator::ARG_MIN, 1, {0, 1, 1, 2}, {2, 2}},
      {BuiltinOperator::ARG_MAX, -1, {1, 0, 1, 1, 1, 0}, {2, 3}},
      {BuiltinOperator::ARG_MAX, 0, {0, 0, 0, 0, 0, 0}, {3, 2}},
  };
  for (const Case& c : cases) {
    CAPTURE(c.axis);
    const auto result = run_op(c.code, {x, {{}, Ints{c.axis}}}, {TensorType::INT32},
                               OutputTypeOptions{TensorType::INT32});
    CHECK(result.shape() == c.shape);
    CHECK(result.values<std::int32_t>() == c.want);
  }
  CHECK(run_op(BuiltinOperator::ARG_MAX, {{{3}, std::vector<std::int8_t>{-3, 7, 5}}, {{}, Ints{0}}},
               {TensorType::INT64})
            .values<std::int64_t>() == std::vector<std::int64_t>{1});
  CHECK_THROWS_AS(run_op(BuiltinOperator::ARG_MAX, {x, {{}, Ints{3}}}, {TensorType::INT32}), Error);
  CHECK_THROWS_AS(
      run_op(BuiltinOperator::ARG_MAX, {{{0}, Floats{}}, {{}, Ints{0}}}, {TensorType::INT32}),
      Error);
}

TEST_CASE("CUMSUM sums forwards or backwards, with or without the element itself") {
  const OpInput x{{2, 3}, Floats{1, 2, 3, 4, 5, 6}};
  struct Case {
    CumsumOptions options;
    std::int32_t axis;
    Floats want;
  };
  const Case cases[] = {
      {{false, false}, 1, {1, 3, 6, 4, 9, 15}},  {{true, false}, 1, {0, 1, 3, 0, 4, 9}},
      {{false, true}, -1, {6, 5, 3, 15, 11, 6}}, {{true, true}, 1, {5, 3, 0, 11, 6, 0}},
      {{false, false}, 0, {1, 2, 3, 5, 7, 9}},
  };
  for (const Case& c : cases) {
    CHECK(run_op(BuiltinOperator::CUMSUM, {x, {{}, Ints{c.axis}}}, {}, c.options).values<float>() ==
          c.want);
  }
}
