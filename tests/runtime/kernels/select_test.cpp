#include "runtime/kernels/select.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

using Floats = std::vector<float>;
using Flags = std::vector<bool>;

TEST_CASE("SELECT chooses elements or whole slices") {
  const Floats x{1, 2, 3, 4};
  const Floats y{-1, -2, -3, -4};
  struct Case {
    std::vector<std::int32_t> shape;
    Flags condition;
    Floats want;
  };
  const Case cases[] = {{{2, 2}, {true, false, false, true}, {1, -2, -3, 4}},
                        {{2}, {false, true}, {-1, -2, 3, 4}},
                        {{}, {true}, {1, 2, 3, 4}}};
  for (const Case& c : cases) {
    CHECK(run_op(BuiltinOperator::SELECT, {{c.shape, c.condition}, {{2, 2}, x}, {{2, 2}, y}})
              .values<float>() == c.want);
  }
  CHECK_THROWS_AS(
      run_op(BuiltinOperator::SELECT, {{{3}, Flags{true, true, true}}, {{2, 2}, x}, {{2, 2}, y}}),
      Error);
}

TEST_CASE("SELECT_V2 broadcasts all three inputs") {
  const auto result =
      run_op(BuiltinOperator::SELECT_V2,
             {{{2, 1}, Flags{true, false}}, {{3}, Floats{1, 2, 3}}, {{}, Floats{9}}});
  CHECK(result.shape() == std::vector<std::int32_t>{2, 3});
  CHECK(result.values<float>() == Floats{1, 2, 3, 9, 9, 9});
  CHECK(run_op(BuiltinOperator::SELECT_V2,
               {{{2}, Flags{true, false}},
                {{2}, std::vector<std::int64_t>{1LL << 40, 2}},
                {{2}, std::vector<std::int64_t>{3, -4}}},
               {TensorType::INT64})
            .values<std::int64_t>() == std::vector<std::int64_t>{1LL << 40, -4});
}

TEST_CASE("ADD_N sums any number of tensors") {
  const OpInput x{{2}, Floats{1, 2}};
  CHECK(run_op(BuiltinOperator::ADD_N, {x, x, x}).values<float>() == Floats{3, 6});
  CHECK(run_op(BuiltinOperator::ADD_N, {x}).values<float>() == Floats{1, 2});
  CHECK_THROWS_AS(run_op(BuiltinOperator::ADD_N, {x, {{1}, Floats{1}}}), Error);
}
