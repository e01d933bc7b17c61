#include "runtime/kernels/reduce.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

using Ints = std::vector<std::int32_t>;

// Output index -> the input elements that meet there, by plain index arithmetic.
std::map<std::size_t, std::vector<std::size_t>> groups(const Ints& shape, const Ints& axes) {
  std::vector<bool> reduced(shape.size(), false);
  for (const std::int32_t axis : axes) {
    reduced[static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int32_t>(shape.size())
                                              : axis)] = true;
  }
  std::map<std::size_t, std::vector<std::size_t>> result;
  for (std::size_t flat = 0; flat < element_count(shape); ++flat) {
    std::size_t rest = flat;
    std::size_t out = 0;
    std::size_t stride = 1;
    for (std::size_t i = shape.size(); i-- > 0;) {
      const auto extent = static_cast<std::size_t>(shape[i]);
      if (!reduced[i]) {
        out += rest % extent * stride;
        stride *= extent;
      }
      rest /= extent;
    }
    result[out].push_back(flat);
  }
  return result;
}

RunResult reduce(BuiltinOperator code, const OpInput& x, const Ints& axes, bool keep = false,
                 const OpOutput& out = {}) {
  return run_op(code, {x, {{static_cast<std::int32_t>(axes.size())}, axes}}, out,
                ReducerOptions{keep});
}

}  // namespace

TEST_CASE("float reductions agree with a plain loop") {
  struct Case {
    Ints shape, axes;
  };
  const Case cases[] = {
      {{2, 3, 4}, {2}},  {{2, 3, 4}, {0}},    {{2, 3, 4}, {1}},          {{2, 3, 4}, {0, 2}},
      {{2, 3, 4}, {-1}}, {{2, 3, 4}, {1, 1}}, {{2, 3, 4}, {0, 1, 2}},    {{2, 3, 4}, {}},
      {{1, 5, 1}, {1}},  {{3, 100}, {1}},     {{2, 3, 2, 3, 2}, {1, 3}}, {{100, 3}, {0}},
  };
  struct Operation {
    BuiltinOperator code;
    double initial;
    double (*combine)(double, double);
  };
  const Operation operations[] = {
      {BuiltinOperator::SUM, 0, [](double a, double b) { return a + b; }},
      {BuiltinOperator::MEAN, 0, [](double a, double b) { return a + b; }},
      {BuiltinOperator::REDUCE_PROD, 1, [](double a, double b) { return a * b; }},
      {BuiltinOperator::REDUCE_MAX, -1e30, [](double a, double b) { return std::max(a, b); }},
      {BuiltinOperator::REDUCE_MIN, 1e30, [](double a, double b) { return std::min(a, b); }},
  };
  for (const Case& c : cases) {
    std::vector<float> x;
    for (std::size_t i = 0; i < element_count(c.shape); ++i) {
      x.push_back(1.0F + static_cast<float>(i * 37 % 11) * 0.02F - 0.1F);
    }
    for (const Operation& operation : operations) {
      CAPTURE(builtin_operator_name(operation.code));
      const auto y = reduce(operation.code, {c.shape, x}, c.axes).values<float>();
      const auto meeting = groups(c.shape, c.axes);
      REQUIRE(y.size() == meeting.size());
      for (const auto& [out, members] : meeting) {
        double want = operation.initial;
        for (const std::size_t i : members)
          want = operation.combine(want, static_cast<double>(x[i]));
        if (operation.code == BuiltinOperator::MEAN) want /= static_cast<double>(members.size());
        CHECK(static_cast<double>(y[out]) == doctest::Approx(want).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("reductions keep or drop their dimensions") {
  const OpInput x{{2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}};
  CHECK(reduce(BuiltinOperator::SUM, x, {1}, true).shape() == Ints{2, 1});
  CHECK(reduce(BuiltinOperator::SUM, x, {1}, false).shape() == Ints{2});
  CHECK(reduce(BuiltinOperator::SUM, x, {0, 1}, false).shape() == Ints{});
  CHECK_THROWS_AS(reduce(BuiltinOperator::SUM, x, {2}), Error);
  CHECK_THROWS_AS(reduce(BuiltinOperator::SUM, x, {-3}), Error);
  const OpInput empty{{2, 0}, std::vector<float>{}};
  CHECK(reduce(BuiltinOperator::SUM, empty, {1}).values<float>() == std::vector<float>{0, 0});
}

TEST_CASE("integer and logical reductions") {
  const OpInput x{{2, 3}, Ints{1, -2, 4, 7, 8, -9}};
  const OpOutput out{TensorType::INT32};
  CHECK(reduce(BuiltinOperator::SUM, x, {1}, false, out).values<std::int32_t>() == Ints{3, 6});
  CHECK(reduce(BuiltinOperator::MEAN, x, {0}, false, out).values<std::int32_t>() == Ints{4, 3, -2});
  CHECK(reduce(BuiltinOperator::REDUCE_MAX, x, {1}, false, out).values<std::int32_t>() ==
        Ints{4, 8});
  CHECK(reduce(BuiltinOperator::REDUCE_PROD, x, {1}, false, out).values<std::int32_t>() ==
        Ints{-8, -504});
  const OpInput flags{{2, 2}, std::vector<bool>{true, false, true, true}};
  const OpOutput flag{TensorType::BOOL};
  CHECK(reduce(BuiltinOperator::REDUCE_ANY, flags, {0}, false, flag).values<bool>() ==
        std::vector<bool>{true, true});
  CHECK(reduce(BuiltinOperator::REDUCE_ALL, flags, {1}, false, flag).values<bool>() ==
        std::vector<bool>{false, true});
}

TEST_CASE("quantised reductions stay within a step") {
  std::vector<std::int8_t> x;
  for (int i = 0; i < 60; ++i) x.push_back(static_cast<std::int8_t>(i * 37 % 200 - 100));
  const auto meeting = groups({3, 5, 4}, {1});
  const auto mean = reduce(BuiltinOperator::MEAN, {{3, 5, 4}, x, quantized(0.1F, 3)}, {1}, false,
                           {TensorType::INT8, quantized(0.07F, -4)})
                        .values<std::int8_t>();
  const auto sum = reduce(BuiltinOperator::SUM, {{3, 5, 4}, x, quantized(0.1F, 3)}, {1}, false,
                          {TensorType::INT8, quantized(0.5F, -4)})
                       .values<std::int8_t>();
  for (const auto& [out, members] : meeting) {
    double total = 0;
    for (const std::size_t i : members) total += (x[i] - 3) * 0.1;
    CHECK(std::abs(mean[out] - std::clamp(std::round(total / 5 / 0.07) - 4, -128.0, 127.0)) <= 1.0);
    CHECK(std::abs(sum[out] - std::clamp(std::round(total / 0.5) - 4, -128.0, 127.0)) <= 1.0);
  }
  const auto product =
      reduce(BuiltinOperator::REDUCE_PROD,
             {{2, 3}, std::vector<std::int8_t>{10, 12, -8, 20, 5, 4}, quantized(0.1F, 0)}, {1},
             false, {TensorType::INT8, quantized(0.01F, 0)})
          .values<std::int8_t>();
  CHECK(std::abs(product[0] + 96) <= 2);
  CHECK(std::abs(product[1] - 40) <= 2);
}
