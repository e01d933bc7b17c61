#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/runtime/kernels/indices.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Dims = std::vector<std::int32_t>;

RunResult run_blocks(BuiltinOperator code, const Dims& shape, std::int32_t block) {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, shape);
  b.op(code, {x}, {b.output(TensorType::FLOAT32)}, BlockSizeOptions{block});
  return run_graph(b.graph(), {counting<float>(shape)});
}

RunResult run_batches(BuiltinOperator code, const Dims& shape, const Dims& blocks,
                      const Dims& edges) {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, shape);
  const auto m = static_cast<std::int32_t>(blocks.size());
  const int by = b.constant<std::int32_t>({m}, blocks);
  const int at = b.constant<std::int32_t>({m, 2}, edges);
  b.op(code, {x, by, at}, {b.output(TensorType::FLOAT32)});
  return run_graph(b.graph(), {counting<float>(shape)});
}

}  // namespace

TEST_CASE("SPACE_TO_DEPTH and DEPTH_TO_SPACE are each other's inverse") {
  for (const std::int32_t block : {1, 2, 3}) {
    CAPTURE(block);
    const Dims wide = {2, 2 * block, 3 * block, 5};
    const Dims deep = {2, 2, 3, 5 * block * block};
    const auto from = counting<float>(wide);
    const auto want = filled<float>(deep, [&](const Index& at) {
      const std::int64_t c = at[3] % 5;
      const std::int64_t column = at[3] / 5 % block;
      const std::int64_t row = at[3] / 5 / block;
      return from[offset_of(wide, {at[0], at[1] * block + row, at[2] * block + column, c})];
    });
    const RunResult there = run_blocks(BuiltinOperator::SPACE_TO_DEPTH, wide, block);
    CHECK(there.shape() == deep);
    CHECK(there.values<float>() == want);

    const auto narrow = counting<float>(deep);
    const RunResult back = run_blocks(BuiltinOperator::DEPTH_TO_SPACE, deep, block);
    CHECK(back.shape() == wide);
    CHECK(
        back.values<float>() == filled<float>(wide, [&](const Index& at) {
          const std::int64_t place = at[1] % block * block + at[2] % block;
          return narrow[offset_of(deep, {at[0], at[1] / block, at[2] / block, place * 5 + at[3]})];
        }));
  }
  CHECK_THROWS_AS(run_blocks(BuiltinOperator::SPACE_TO_DEPTH, {1, 3, 2, 1}, 2), Error);
  CHECK_THROWS_AS(run_blocks(BuiltinOperator::DEPTH_TO_SPACE, {1, 1, 1, 3}, 2), Error);
  CHECK_THROWS_AS(run_blocks(BuiltinOperator::SPACE_TO_DEPTH, {1, 2, 2, 1}, 0), Error);
  CHECK_THROWS_AS(run_blocks(BuiltinOperator::DEPTH_TO_SPACE, {1, 2, 2, 1}, 2147483647), Error);
}

TEST_CASE("SPACE_TO_BATCH_ND pads and deals space out to batches") {
  struct Case {
    Dims shape, blocks, paddings;
  };
  const Case cases[] = {
      {{1, 4, 4, 2}, {2, 2}, {0, 0, 0, 0}},
      {{2, 3, 5, 1}, {2, 3}, {1, 0, 0, 1}},
      {{1, 2, 2, 1}, {3, 3}, {4, 3, 0, 1}},
      {{2, 5, 3}, {4}, {2, 1}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.shape);
    CAPTURE(c.blocks);
    Dims to = c.shape;
    for (std::size_t i = 0; i < c.blocks.size(); ++i) {
      to[0] *= c.blocks[i];
      to[i + 1] = (to[i + 1] + c.paddings[2 * i] + c.paddings[2 * i + 1]) / c.blocks[i];
    }
    const auto from = counting<float>(c.shape);
    const auto want = filled<float>(to, [&](const Index& at) {
      Index source = at;
      source[0] = at[0] % c.shape[0];
      std::int64_t part = at[0] / c.shape[0];
      for (std::size_t i = c.blocks.size(); i-- > 0;) {
        source[i + 1] = at[i + 1] * c.blocks[i] + part % c.blocks[i] - c.paddings[2 * i];
        part /= c.blocks[i];
        if (source[i + 1] < 0 || source[i + 1] >= c.shape[i + 1]) return 0.0F;
      }
      return from[offset_of(c.shape, source)];
    });
    const RunResult there =
        run_batches(BuiltinOperator::SPACE_TO_BATCH_ND, c.shape, c.blocks, c.paddings);
    CHECK(there.shape() == to);
    CHECK(there.values<float>() == want);
  }
  CHECK_THROWS_AS(
      run_batches(BuiltinOperator::SPACE_TO_BATCH_ND, {1, 3, 3, 1}, {2, 2}, {0, 0, 0, 0}), Error);
  CHECK_THROWS_AS(
      run_batches(BuiltinOperator::SPACE_TO_BATCH_ND, {1, 2, 2, 1}, {0, 2}, {0, 0, 0, 0}), Error);
  CHECK_THROWS_AS(
      run_batches(BuiltinOperator::SPACE_TO_BATCH_ND, {1, 2, 2, 1}, {2, 2}, {-2, 0, 0, 0}), Error);
}

TEST_CASE("BATCH_TO_SPACE_ND undoes it and crops") {
  const Dims batched = {12, 2, 2, 3};
  const Dims blocks = {2, 3};
  const Dims crops = {1, 0, 2, 1};
  const Dims to = {2, 3, 3, 3};
  const auto from = counting<float>(batched);
  const RunResult result = run_batches(BuiltinOperator::BATCH_TO_SPACE_ND, batched, blocks, crops);
  CHECK(result.shape() == to);
  CHECK(result.values<float>() == filled<float>(to, [&](const Index& at) {
          const std::int64_t y = at[1] + crops[0];
          const std::int64_t x = at[2] + crops[2];
          const std::int64_t part = y % 2 * 3 + x % 3;
          return from[offset_of(batched, {part * 2 + at[0], y / 2, x / 3, at[3]})];
        }));
  CHECK_THROWS_AS(
      run_batches(BuiltinOperator::BATCH_TO_SPACE_ND, {3, 2, 2, 1}, {2, 2}, {0, 0, 0, 0}), Error);
  CHECK_THROWS_AS(
      run_batches(BuiltinOperator::BATCH_TO_SPACE_ND, {4, 1, 1, 1}, {2, 2}, {3, 0, 0, 0}), Error);
}

}  // namespace litezoo::test
