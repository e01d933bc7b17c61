#include <doctest/doctest.h>

#include <filesystem>
#include <set>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "runtime/kernels/kernel.h"
#include "tests/runtime/cpu_targets.h"
#include "tests/runtime/operators/case.h"

// Every operator on every kind of element it takes, at every edge, beside a plain loop; and the
// proof that nothing is left out: what no row has is refused, and every operator has rows.

namespace litezoo::test {
namespace {

const Cases& all_cases() {
  static const Cases cases = [] {
    Cases all;
    for (Cases (*family)() :
         {unary_cases, binary_cases, comparison_cases, reduction_cases, filter_cases, product_cases,
          pool_cases, shape_cases, slice_cases, join_cases, gather_cases, search_cases,
          normalization_cases, conversion_cases}) {
      Cases some = family();
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return cases;
}

std::string outcome(const OperatorCase& row, const Kind& t, const Kind& u, Way way) {
  try {
    return complaint(row, t, u, way);
  } catch (const Error& error) {
    return std::string("refused: ") + error.what();
  }
}

void check_row(const OperatorCase& row, Way way) {
  const std::string name(builtin_operator_name(row.code));
  CAPTURE(name);
  CAPTURE(row.edge);
  for (const Pair& pair : pairs_of(row.types)) {
    if (pair.elsewhere) continue;
    CAPTURE(pair.t);
    CAPTURE(pair.u);
    Kind t = kind(pair.t);
    Kind u = kind(pair.u);
    t.stored = u.stored = pair.stored;
    CHECK(outcome(row, t, u, way) == "");
  }
}

using Accepted = std::set<std::pair<std::string_view, std::string_view>>;

bool runs(const OperatorCase& row, const Kind& t, const Kind& u) {
  try {
    complaint(row, t, u, Way::kernels);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void check_rest_refused(const OperatorCase& row) {
  const std::string name(builtin_operator_name(row.code));
  CAPTURE(name);
  CAPTURE(row.edge);
  Accepted accepted;
  std::set<std::string_view> firsts, seconds;
  for (const Pair& pair : pairs_of(row.types)) {
    accepted.emplace(pair.t, pair.u);
    firsts.insert(pair.t);
    seconds.insert(pair.u);
  }
  const bool two = has_second_kind(row);
  for (const Kind& t : kinds()) {
    for (const Kind& u : kinds()) {
      if (!two && u.name != "f32") continue;
      // Of the many pairs, those in which one half is right.
      if (two && !firsts.contains(t.name) && !seconds.contains(u.name)) continue;
      if (accepted.contains({t.name, u.name})) continue;
      CAPTURE(t.name);
      CAPTURE(u.name);
      CHECK_MESSAGE(!runs(row, t, u), "it runs, and no row has a loop for it");
    }
  }
}

// Operators that have no row, and the test beside kernels/ that has their loops: several subgraphs,
// state, random numbers, networks of steps, types of their own.
struct Elsewhere {
  BuiltinOperator code;
  const char* test;
};
using enum BuiltinOperator;
constexpr Elsewhere kElsewhere[] = {
    {ASSIGN_VARIABLE, "control"},
    {BIDIRECTIONAL_SEQUENCE_LSTM, "lstm"},
    {BIDIRECTIONAL_SEQUENCE_RNN, "recurrent"},
    {CALL, "control"},
    {CALL_ONCE, "control"},
    {COMPLEX_ABS, "signal"},
    {DENSIFY, "sparse"},
    {HASHTABLE, "search"},
    {HASHTABLE_FIND, "search"},
    {HASHTABLE_IMPORT, "search"},
    {HASHTABLE_SIZE, "search"},
    {IF, "control"},
    {IMAG, "signal"},
    {LSH_PROJECTION, "lsh_projection"},
    {LSTM, "lstm"},
    {MULTINOMIAL, "random"},
    {NON_MAX_SUPPRESSION_V4, "detection"},
    {NON_MAX_SUPPRESSION_V5, "detection"},
    {RANDOM_STANDARD_NORMAL, "random"},
    {RANDOM_UNIFORM, "random"},
    {READ_VARIABLE, "control"},
    {REAL, "signal"},
    {RFFT2D, "signal"},
    {RNN, "recurrent"},
    {SKIP_GRAM, "skip_gram"},
    {STABLEHLO_CASE, "control"},
    {STABLEHLO_COMPOSITE, "control"},
    {STABLEHLO_REDUCE_WINDOW, "stablehlo"},
    {STABLEHLO_RNG_BIT_GENERATOR, "stablehlo"},
    {STABLEHLO_SCATTER, "stablehlo"},
    {STABLEHLO_WHILE, "control"},
    {SVDF, "recurrent"},
    {UNIDIRECTIONAL_SEQUENCE_LSTM, "lstm"},
    {UNIDIRECTIONAL_SEQUENCE_RNN, "recurrent"},
    {VAR_HANDLE, "control"},
    {WHILE, "control"},
};

std::string test_source(std::string_view test) {
  return read_text_file(std::filesystem::path(LITEZOO_SOURCE_DIR) / "tests/runtime/kernels" /
                        (std::string(test) + "_test.cpp"));
}

}  // namespace

TEST_CASE("every operator of the kernel table has rows or a test of its own") {
  std::set<BuiltinOperator> covered;
  for (const OperatorCase& row : all_cases()) covered.insert(row.code);
  for (const Elsewhere& row : kElsewhere) {
    const std::string name(builtin_operator_name(row.code));
    CAPTURE(name);
    CHECK(covered.insert(row.code).second);
    CHECK(test_source(row.test).find("BuiltinOperator::" + name) != std::string::npos);
  }
  for (const runtime::Kernel& kernel : runtime::kernels()) {
    const std::string name(builtin_operator_name(kernel.code));
    CAPTURE(name);
    CHECK(covered.contains(kernel.code));
  }
}

TEST_CASE("every operator on every kind of element agrees with a plain loop") {
  for (const OperatorCase& row : all_cases()) check_row(row, Way::kernels);
}

TEST_CASE("the same with XNNPACK where it takes the node") {
  for (const OperatorCase& row : all_cases()) check_row(row, Way::delegate);
}

TEST_CASE("the same on a CPU without dot products of bytes") {
  const WithoutTargets plain(kDotProductTargets);
  for (const OperatorCase& row : all_cases()) {
    if (row.code != CONV_2D && row.code != FULLY_CONNECTED) continue;
    check_row(row, Way::kernels);
    check_row(row, Way::delegate);
  }
}

TEST_CASE("the same when parameters are known in the run only") {
  for (const OperatorCase& row : all_cases()) {
    if (has_parameters(row)) check_row(row, Way::parameters);
  }
}

TEST_CASE("no operator takes a kind of element that no row has a loop for") {
  std::set<std::pair<BuiltinOperator, std::string>> seen;
  for (const OperatorCase& row : all_cases()) {
    if (seen.emplace(row.code, row.types).second) check_rest_refused(row);
  }
}

}  // namespace litezoo::test
