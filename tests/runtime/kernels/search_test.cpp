#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "tests/runtime/kernels/strings.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

}  // namespace

TEST_CASE("TOPK_V2 gives the largest first, of equals the first, NaN last") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2, 4});
  const int k = b.input(TensorType::INT32, {});
  b.op(BuiltinOperator::TOPK_V2, {x, k},
       {b.output(TensorType::FLOAT32), b.output(TensorType::INT32)});
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Floats rows = {1, 3, 3, 2, nan, -1, nan, 5};
  const RunResult result = run_graph(b.graph(), {rows, Ints{3}});
  CHECK(result.shape() == Ints{2, 3});
  CHECK(result.values<std::int32_t>(1) == Ints{1, 2, 3, 3, 1, 0});
  const Floats best = result.values<float>();
  CHECK(best[0] == 3.0F);
  CHECK(best[3] == 5.0F);
  CHECK(std::isnan(best[5]));
  CHECK_THROWS_AS(run_graph(b.graph(), {rows, Ints{5}}), Error);
  CHECK_THROWS_AS(run_graph(b.graph(), {rows, Ints{-1}}), Error);
}

TEST_CASE("WHERE lists the places of what is not zero") {
  GraphBuilder b;
  const int x = b.input(TensorType::BOOL, {2, 3});
  b.op(BuiltinOperator::WHERE, {x}, {b.output(TensorType::INT64)});
  const RunResult result =
      run_graph(b.graph(), {std::vector<bool>{false, true, false, true, false, true}});
  CHECK(result.shape() == Ints{3, 2});
  CHECK(result.values<std::int64_t>() == std::vector<std::int64_t>{0, 1, 1, 0, 1, 2});
  CHECK(run_graph(b.graph(), {std::vector<bool>(6, false)}).shape() == Ints{0, 2});
}

TEST_CASE("UNIQUE keeps the first of each value and tells where the others went") {
  GraphBuilder b;
  const int x = b.input(TensorType::INT32, {6});
  b.op(BuiltinOperator::UNIQUE, {x}, {b.output(TensorType::INT32), b.output(TensorType::INT64)},
       OutputTypeOptions{TensorType::INT64});
  const RunResult result = run_graph(b.graph(), {Ints{5, 2, 5, 9, 2, 5}});
  CHECK(result.values<std::int32_t>() == Ints{5, 2, 9});
  CHECK(result.values<std::int64_t>(1) == std::vector<std::int64_t>{0, 1, 0, 2, 1, 0});
}

TEST_CASE("BUCKETIZE counts the boundaries at or below a value") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {5});
  b.op(BuiltinOperator::BUCKETIZE, {x}, {b.output(TensorType::INT32)},
       BucketizeOptions{{0, 10, 100}});
  CHECK(run_graph(b.graph(), {Floats{-5, 0, 10, 99, 1000}}).values<std::int32_t>() ==
        Ints{0, 1, 2, 2, 3});
  GraphBuilder whole;
  const int i = whole.input(TensorType::INT32, {4});
  whole.op(BuiltinOperator::BUCKETIZE, {i}, {whole.output(TensorType::INT32)},
           BucketizeOptions{{-0.5F, 0, 0.5F, 3e9F}});
  CHECK(run_graph(whole.graph(), {Ints{-1, 0, 1, 2'000'000'000}}).values<std::int32_t>() ==
        Ints{0, 2, 3, 3});
  GraphBuilder c;
  const int y = c.input(TensorType::FLOAT32, {1});
  c.op(BuiltinOperator::BUCKETIZE, {y}, {c.output(TensorType::INT32)}, BucketizeOptions{{10, 0}});
  CHECK_THROWS_AS(run_graph(c.graph(), {Floats{1}}), Error);
}

TEST_CASE("HASHTABLE_LOOKUP gives rows of hits and zeros for misses") {
  GraphBuilder b;
  const int x = b.input(TensorType::INT32, {3});
  const int keys = b.constant<std::int32_t>({3}, {-11, 0, 1234});
  const int values = b.constant<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  b.op(BuiltinOperator::HASHTABLE_LOOKUP, {x, keys, values},
       {b.output(TensorType::FLOAT32), b.output(TensorType::UINT8)});
  const RunResult result = run_graph(b.graph(), {Ints{1234, 7, -11}});
  CHECK(result.values<float>() == Floats{5, 6, 0, 0, 1, 2});
  CHECK(result.values<std::uint8_t>(1) == std::vector<std::uint8_t>{1, 0, 1});
}

TEST_CASE("a hash table is filled once, keeps a key's first value and finds strings") {
  GraphBuilder b;
  const int x = b.input(TensorType::STRING, {3});
  const int handle = b.tensor(TensorType::RESOURCE);
  const auto words = serialised({"cat", "dog", "dog"});
  const int keys = b.constant_bytes(TensorType::STRING, {3}, as_byte_vector(words));
  const int values = b.constant<std::int64_t>({3}, {4, 7, 9});
  const int otherwise = b.constant<std::int64_t>({}, {-1});
  b.op(BuiltinOperator::HASHTABLE, {}, {handle},
       HashtableOptions{3, TensorType::STRING, TensorType::INT64});
  b.op(BuiltinOperator::HASHTABLE_IMPORT, {handle, keys, values}, {});
  b.op(BuiltinOperator::HASHTABLE_FIND, {handle, x, otherwise}, {b.output(TensorType::INT64)});
  b.op(BuiltinOperator::HASHTABLE_SIZE, {handle}, {b.output(TensorType::INT64)});
  const RunResult result = run_graph(b.graph(), {serialised({"dog", "eel", "cat"})});
  CHECK(result.values<std::int64_t>() == std::vector<std::int64_t>{7, -1, 4});
  CHECK(result.values<std::int64_t>(1) == std::vector<std::int64_t>{2});
}

TEST_CASE("MATRIX_DIAG and MATRIX_SET_DIAG write diagonals") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2, 2});
  const int m = b.input(TensorType::FLOAT32, {2, 2, 3});
  b.op(BuiltinOperator::MATRIX_DIAG, {x}, {b.output(TensorType::FLOAT32)});
  b.op(BuiltinOperator::MATRIX_SET_DIAG, {m, x}, {b.output(TensorType::FLOAT32)});
  const RunResult result = run_graph(b.graph(), {Floats{1, 2, 3, 4}, Floats(12, 9)});
  CHECK(result.values<float>() == Floats{1, 0, 0, 2, 3, 0, 0, 4});
  CHECK(result.values<float>(1) == Floats{1, 9, 9, 9, 2, 9, 3, 9, 9, 9, 4, 9});
}

}  // namespace litezoo::test
