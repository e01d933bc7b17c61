#include "inspector/memory.h"

#include <doctest/doctest.h>

#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

TEST_CASE("the peak is where most activations are alive at once") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {10});       // 40 bytes, nodes 0 to 0
  const int wide = b.tensor(FLOAT32, {100});  // 400 bytes, 0 to 1
  const int next = b.tensor(FLOAT32, {100});  // 400 bytes, 1 to 2
  const int y = b.output(FLOAT32, {10});      // 40 bytes, at 2
  b.op(EXP, {x}, {wide}).op(EXP, {wide}, {next}).op(EXP, {next}, {y});
  const inspector::MemoryUse use = inspector::memory_use(b.graph().subgraphs[0]);
  CHECK(use.peak == Bytes{800});
  CHECK(use.peak_node == 1);
  CHECK(use.arena == Bytes{800});
  REQUIRE(use.lifetimes.size() == 4);
  CHECK(use.lifetimes[1].first == 0);
  CHECK(use.lifetimes[1].last == 1);
}

TEST_CASE("tensors that live at the same time never share a byte of the plan") {
  test::GraphBuilder b;
  std::vector<int> alive{b.input(FLOAT32, {8})};
  std::uint32_t state = 7;
  for (int node = 0; node < 60; ++node) {
    state = state * 1664525 + 1013904223;
    const int from = alive[state % alive.size()];
    const int to = b.tensor(FLOAT32, {static_cast<std::int32_t>(1 + (state >> 16) % 50)});
    b.op(EXP, {from}, {to});
    alive.push_back(to);
  }
  b.outputs({alive.back()});
  const auto use = inspector::memory_use(b.graph().subgraphs[0]);
  for (const auto& p : use.lifetimes) {
    CHECK(p.offset.count + p.size.count <= use.arena.count);
    for (const auto& q : use.lifetimes) {
      if (p.tensor >= q.tensor || p.last < q.first || q.last < p.first) continue;
      const bool apart = p.offset.count + p.size.count <= q.offset.count ||
                         q.offset.count + q.size.count <= p.offset.count;
      CHECK(apart);
    }
  }
  CHECK(use.arena.count >= use.peak.count);
}

TEST_CASE("constants take no activation memory, variables take it always") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {4});
  const int c = b.constant<float>({4}, {1, 2, 3, 4});
  b.variable(FLOAT32, {25});
  b.op(ADD, {x, c}, {b.output(FLOAT32, {4})}, AddOptions{});
  const auto use = inspector::memory_use(b.graph().subgraphs[0]);
  CHECK(use.peak == Bytes{16 + 16 + 100});
}
