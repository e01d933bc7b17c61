#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

// One operator of a computed input and a constant vector of integers.
template <typename T>
RunResult run_one(BuiltinOperator code, const Dims& shape, const Dims& numbers,
                  std::uint32_t threads) {
  GraphBuilder b;
  const int x = b.input(tensor_type_of<T>(), shape);
  const int n = b.constant<std::int32_t>({static_cast<std::int32_t>(numbers.size())}, numbers);
  b.op(code, {x, n}, {b.output(tensor_type_of<T>())});
  runtime::SessionOptions options = kernels_only();
  options.threads = threads;
  return run_graph(b.graph(), {counting<T>(shape)}, options);
}

template <typename T>
void check_transpose(const Dims& shape, const Dims& order, std::uint32_t threads) {
  Dims to;
  for (const std::int32_t axis : order) to.push_back(shape[static_cast<std::size_t>(axis)]);
  const auto from = counting<T>(shape);
  const auto want = filled<T>(to, [&](const Index& at) {
    Index source(shape.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      source[static_cast<std::size_t>(order[i])] = at[i];
    return from[offset_of(shape, source)];
  });
  const RunResult result = run_one<T>(BuiltinOperator::TRANSPOSE, shape, order, threads);
  CHECK(result.shape() == to);
  CHECK(result.values<T>() == want);
}

}  // namespace

TEST_CASE("TRANSPOSE moves each element to its permuted place") {
  struct Case {
    Dims shape, order;
  };
  const Case cases[] = {
      {{5}, {0}},
      {{3, 4}, {1, 0}},
      {{37, 53}, {1, 0}},
      {{2, 33, 17, 3}, {0, 3, 1, 2}},  // to channels first
      {{2, 3, 33, 17}, {0, 2, 3, 1}},  // and back
      {{64, 80, 4}, {1, 0, 2}},
      {{2, 3, 4, 5, 6}, {4, 2, 0, 3, 1}},
      {{2, 3, 1, 5}, {2, 0, 1, 3}},  // moves no memory
      {{0, 3}, {1, 0}},
      {{}, {}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.shape.size());
    CAPTURE(c.order);
    check_transpose<float>(c.shape, c.order, 1);
    check_transpose<std::int8_t>(c.shape, c.order, 1);
    check_transpose<std::int16_t>(c.shape, c.order, 2);
    check_transpose<std::int64_t>(c.shape, c.order, 2);
  }
  check_transpose<float>({1, 200, 150, 8}, {0, 3, 1, 2}, 2);
}

TEST_CASE("TRANSPOSE refuses a permutation that is none") {
  for (const Dims& order : {Dims{0, 0}, Dims{0, 2}, Dims{0}, Dims{-3, 1}}) {
    CAPTURE(order);
    CHECK_THROWS_AS(run_one<float>(BuiltinOperator::TRANSPOSE, {2, 3}, order, 1), Error);
  }
}

TEST_CASE("TILE repeats along every axis") {
  const Dims shape = {2, 1, 3};
  const Dims repeats = {2, 3, 2};
  const Dims to = {4, 3, 6};
  const auto from = counting<float>(shape);
  const RunResult result = run_one<float>(BuiltinOperator::TILE, shape, repeats, 1);
  CHECK(result.shape() == to);
  CHECK(result.values<float>() == filled<float>(to, [&](const Index& at) {
          return from[offset_of(shape, {at[0] % 2, at[1] % 1, at[2] % 3})];
        }));
  CHECK(run_one<float>(BuiltinOperator::TILE, shape, {0, 1, 1}, 1).values<float>().empty());
  CHECK_THROWS_AS(run_one<float>(BuiltinOperator::TILE, shape, {1, 1, -1}, 1), Error);
  CHECK_THROWS_AS(run_one<float>(BuiltinOperator::TILE, shape, {2000000000, 1, 1}, 1), Error);
}

TEST_CASE("BROADCAST_TO repeats what has size 1 and adds axes in front") {
  const Dims shape = {2, 1, 3};
  const Dims to = {2, 2, 4, 3};
  const auto from = counting<std::int16_t>(shape);
  const RunResult result = run_one<std::int16_t>(BuiltinOperator::BROADCAST_TO, shape, to, 1);
  CHECK(result.shape() == to);
  CHECK(result.values<std::int16_t>() == filled<std::int16_t>(to, [&](const Index& at) {
          return from[offset_of(shape, {at[1], 0, at[3]})];
        }));
  CHECK_THROWS_AS(run_one<float>(BuiltinOperator::BROADCAST_TO, shape, {2, 1, 4}, 1), Error);
  CHECK_THROWS_AS(run_one<float>(BuiltinOperator::BROADCAST_TO, shape, {3}, 1), Error);
}

TEST_CASE("REVERSE_V2 turns the named axes around") {
  const Dims shape = {2, 3, 4};
  const auto from = counting<float>(shape);
  CHECK(run_one<float>(BuiltinOperator::REVERSE_V2, shape, {2, -3}, 1).values<float>() ==
        filled<float>(shape, [&](const Index& at) {
          return from[offset_of(shape, {1 - at[0], at[1], 3 - at[2]})];
        }));
  CHECK_THROWS_AS(run_one<float>(BuiltinOperator::REVERSE_V2, shape, {0, 0}, 1), Error);
}

TEST_CASE("REVERSE_SEQUENCE turns around the beginning of each sequence") {
  const Dims shape = {3, 4, 2};
  const auto run = [&](std::vector<std::int64_t> lengths, std::int32_t sequence,
                       std::int32_t batch) {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, shape);
    const int n = b.input(TensorType::INT64, {static_cast<std::int32_t>(lengths.size())});
    b.op(BuiltinOperator::REVERSE_SEQUENCE, {x, n}, {b.output(TensorType::FLOAT32)},
         ReverseSequenceOptions{.seq_dim = sequence, .batch_dim = batch});
    return run_graph(b.graph(), {counting<float>(shape), lengths}).values<float>();
  };
  const auto from = counting<float>(shape);
  const std::int64_t lengths[] = {4, 0, 3};
  CHECK(run({4, 0, 3}, 1, 0) == filled<float>(shape, [&](const Index& at) {
          const std::int64_t length = lengths[at[0]];
          const std::int64_t step = at[1] < length ? length - 1 - at[1] : at[1];
          return from[offset_of(shape, {at[0], step, at[2]})];
        }));
  CHECK(run({1, 2, 3, 3}, 0, 1) == filled<float>(shape, [&](const Index& at) {
          const std::int64_t length = std::min<std::int64_t>(at[1] + 1, 3);
          const std::int64_t step = at[0] < length ? length - 1 - at[0] : at[0];
          return from[offset_of(shape, {step, at[1], at[2]})];
        }));
  CHECK_THROWS_AS(run({5, 0, 0}, 1, 0), Error);
  CHECK_THROWS_AS(run({-1, 0, 0}, 1, 0), Error);
}

}  // namespace litezoo::test
