#include "runtime/kernels/compare.h"

#include <doctest/doctest.h>

#include <cmath>

#include "base/error.h"
#include "tests/support/run_op.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

using Flags = std::vector<bool>;

struct Case {
  BuiltinOperator code;
  Flags of_less_equal_greater;
};
const Case kCases[] = {
    {BuiltinOperator::LESS, {true, false, false}},
    {BuiltinOperator::LESS_EQUAL, {true, true, false}},
    {BuiltinOperator::GREATER, {false, false, true}},
    {BuiltinOperator::GREATER_EQUAL, {false, true, true}},
    {BuiltinOperator::EQUAL, {false, true, false}},
    {BuiltinOperator::NOT_EQUAL, {true, false, true}},
};

// count, offsets, characters
std::vector<std::uint8_t> serialised(const std::vector<std::string>& strings) {
  std::vector<std::uint8_t> bytes;
  const auto put = [&](std::size_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  };
  put(strings.size());
  std::size_t offset = 4 * (strings.size() + 2);
  put(offset);
  for (const std::string& text : strings) put(offset += text.size());
  for (const std::string& text : strings) bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

}  // namespace

TEST_CASE("comparisons of numbers") {
  for (const Case& c : kCases) {
    CAPTURE(builtin_operator_name(c.code));
    CHECK(run_op(c.code, {{{3}, std::vector<float>{1, 2, 3}}, {{}, std::vector<float>{2}}},
                 {TensorType::BOOL})
              .values<bool>() == c.of_less_equal_greater);
    CHECK(run_op(c.code,
                 {{{3}, std::vector<std::int64_t>{1, 2, 3}}, {{1}, std::vector<std::int64_t>{2}}},
                 {TensorType::BOOL})
              .values<bool>() == c.of_less_equal_greater);
    // 2.0 under two different scales
    CHECK(run_op(c.code,
                 {{{3}, std::vector<std::int8_t>{10, 20, 30}, quantized(0.1F, 0)},
                  {{1}, std::vector<std::int8_t>{9}, quantized(0.5F, 5)}},
                 {TensorType::BOOL})
              .values<bool>() == c.of_less_equal_greater);
  }
}

TEST_CASE("16-bit numbers are ordered as they are stored, and equal by their scales") {
  using Words = std::vector<std::int16_t>;
  for (const Case& c : kCases) {
    CAPTURE(builtin_operator_name(c.code));
    const bool of_scales = c.code == BuiltinOperator::EQUAL || c.code == BuiltinOperator::NOT_EQUAL;
    // As they are 1, 2 and 3 beside 2; by their scales the first are equal.
    const auto got =
        run_op(c.code,
               {{{3}, Words{1, 2, 3}, quantized(2.0F, 0)}, {{1}, Words{2}, quantized(1.0F, 0)}},
               {TensorType::BOOL})
            .values<bool>();
    const bool unequal = c.code == BuiltinOperator::NOT_EQUAL;
    CHECK(got == (of_scales ? Flags{!unequal, unequal, unequal} : c.of_less_equal_greater));
  }
}

TEST_CASE("nothing compares with a NaN but NOT_EQUAL") {
  for (const Case& c : kCases) {
    CAPTURE(builtin_operator_name(c.code));
    CHECK(run_op(c.code, {{{1}, std::vector<float>{std::nanf("")}}, {{1}, std::vector<float>{1}}},
                 {TensorType::BOOL})
              .values<bool>() == Flags{c.code == BuiltinOperator::NOT_EQUAL});
  }
}

TEST_CASE("EQUAL takes strings and flags") {
  const auto equal = [](const std::vector<std::string>& a, const std::vector<std::string>& b) {
    GraphBuilder builder;
    const int x = builder.input(TensorType::STRING, {static_cast<std::int32_t>(a.size())});
    const int y = builder.input(TensorType::STRING, {static_cast<std::int32_t>(b.size())});
    builder.op(BuiltinOperator::EQUAL, {x, y}, {builder.output(TensorType::BOOL)});
    return run_graph(builder.graph(), {serialised(a), serialised(b)}).values<bool>();
  };
  CHECK(equal({"one", "", "three"}, {"one", "two", "tree"}) == Flags{true, false, false});
  CHECK(equal({"one", "two", "one"}, {"one"}) == Flags{true, false, true});
  const std::vector<std::uint8_t> odd{0, 1, 2};
  CHECK(run_op(BuiltinOperator::EQUAL, {{{3}, odd, {}, TensorType::BOOL}, {{}, Flags{true}}},
               {TensorType::BOOL})
            .values<bool>() == Flags{false, true, true});
}

TEST_CASE("comparisons refuse mixed types") {
  CHECK_THROWS_AS(run_op(BuiltinOperator::LESS,
                         {{{1}, std::vector<float>{1}}, {{1}, std::vector<std::int32_t>{1}}},
                         {TensorType::BOOL}),
                  Error);
  CHECK_THROWS_AS(
      run_op(BuiltinOperator::LESS, {{{1}, Flags{true}}, {{1}, Flags{true}}}, {TensorType::BOOL}),
      Error);
}
