#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::run_graph;

// Rows dense, columns compressed: 4 x 3 with 1 and 2 in row 0, nothing in rows 1 and 2, 3 in row 3.
Sparsity by_rows() {
  Sparsity sparsity;
  sparsity.traversal_order = {0, 1};
  sparsity.dimensions = {{.dense_size = 4},
                         {.compressed = true, .segments = {0, 2, 2, 2, 3}, .indices = {0, 2, 1}}};
  return sparsity;
}
const std::vector<float> kByRows{1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3, 0};

// The same shape in blocks of 2 x 1: one block, at rows 2-3 and column 1.
Sparsity by_blocks() {
  Sparsity sparsity;
  sparsity.traversal_order = {0, 1, 2};
  sparsity.block_map = {0};
  sparsity.dimensions = {{.dense_size = 2},
                         {.compressed = true, .segments = {0, 0, 1}, .indices = {1}},
                         {.dense_size = 2}};
  return sparsity;
}

std::vector<float> densify(const Sparsity& sparsity, const std::vector<float>& values) {
  GraphBuilder b;
  const int in = b.constant<float>({4, 3}, values);
  b.tensor_at(in).sparsity = sparsity;
  b.op(BuiltinOperator::DENSIFY, {in}, {b.output(TensorType::FLOAT32)});
  const auto result = run_graph(b.graph(), {});
  CHECK(result.shape() == std::vector<std::int32_t>{4, 3});
  return result.values<float>();
}

TEST_CASE("DENSIFY puts the elements of a sparse constant where they belong") {
  CHECK(densify(by_rows(), {1, 2, 3}) == kByRows);
  CHECK(densify(by_blocks(), {7, 8}) == std::vector<float>{0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 8, 0});
}

TEST_CASE("FULLY_CONNECTED takes sparse weights") {
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 3});
  const int weights = b.constant<float>({4, 3}, {1, 2, 3});
  b.tensor_at(weights).sparsity = by_rows();
  b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, -1}, {b.output(TensorType::FLOAT32)},
       FullyConnectedOptions{});
  CHECK(run_graph(b.graph(), {std::vector<float>{1, 10, 100}}).values<float>() ==
        std::vector<float>{201, 0, 0, 30});
}

// A large shape with one element: its data is 4 bytes of the file's.
Sparsity one_of(std::int32_t index) {
  Sparsity sparsity;
  sparsity.traversal_order = {0};
  sparsity.dimensions = {{.compressed = true, .segments = {0, 1}, .indices = {index}}};
  return sparsity;
}

TEST_CASE("every operator reads a sparse constant as if it were dense") {
  constexpr std::int32_t kSize = 1'000'000;
  std::vector<float> expected(kSize);
  expected[5] = 3;
  for (const bool delegate : {false, true}) {
    CAPTURE(delegate);
    runtime::SessionOptions options;
    options.delegate = delegate;
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {kSize});
    const int c = b.constant<float>({kSize}, {3});
    b.tensor_at(c).sparsity = one_of(5);
    const int sum = b.tensor(TensorType::FLOAT32);
    const int folded = b.tensor(TensorType::FLOAT32);
    const int view = b.tensor(TensorType::FLOAT32);
    b.op(BuiltinOperator::ADD, {x, c}, {sum}, AddOptions{});
    b.op(BuiltinOperator::ABS, {c}, {folded});
    b.op(BuiltinOperator::RESHAPE, {c}, {view}, ReshapeOptions{{-1}});
    b.outputs({sum, folded, view, c});
    const auto result =
        run_graph(b.graph(), {std::vector<float>(static_cast<std::size_t>(kSize))}, options);
    REQUIRE(result.outputs.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(result.values<float>(i) == expected);
  }
}

TEST_CASE("a loop's body is given the elements of a sparse constant") {
  GraphBuilder b;
  b.input(TensorType::FLOAT32, {1});
  const int c = b.constant<float>({1000}, {3});
  b.tensor_at(c).sparsity = one_of(999);
  b.op(BuiltinOperator::CALL, {c}, {b.output(TensorType::FLOAT32)}, CallOptions{1});
  b.subgraph();
  b.outputs({b.input(TensorType::FLOAT32, {1000})});
  const auto values = run_graph(b.graph(), {std::vector<float>{0}}).values<float>();
  REQUIRE(values.size() == 1000);
  CHECK(values[999] == 3);
  CHECK(values[0] == 0);
}

TEST_CASE("XNNPACK takes sparse weights") {
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 3});
  const int weights = b.constant<float>({4, 3}, {1, 2, 3});
  b.tensor_at(weights).sparsity = by_rows();
  b.op(BuiltinOperator::FULLY_CONNECTED, {in, weights, -1}, {b.output(TensorType::FLOAT32)},
       FullyConnectedOptions{});
  const auto result =
      run_graph(b.graph(), {std::vector<float>{1, 10, 100}}, runtime::SessionOptions{});
  CHECK(result.values<float>() == std::vector<float>{201, 0, 0, 30});
  CHECK(result.plan.delegated_nodes == 1);
}

TEST_CASE("a sparse constant without elements but with a huge dimension is no work") {
  GraphBuilder b;
  const int in = b.constant<float>({1 << 30, 0}, {1});
  Sparsity sparsity;
  sparsity.traversal_order = {0, 1};
  sparsity.dimensions = {{.dense_size = 1 << 30}, {.dense_size = 0}};
  b.tensor_at(in).sparsity = sparsity;
  b.op(BuiltinOperator::DENSIFY, {in}, {b.output(TensorType::FLOAT32)});
  CHECK(run_graph(b.graph(), {}).values<float>().empty());
}

TEST_CASE("what a sparse constant unfolds to counts against the memory limit") {
  GraphBuilder b;
  const int in = b.constant<float>({1 << 20}, {1});
  b.tensor_at(in).sparsity = one_of(0);
  b.op(BuiltinOperator::DENSIFY, {in}, {b.output(TensorType::FLOAT32)});
  runtime::SessionOptions options;
  options.memory_limit = {std::uint64_t{1} << 20U};
  CHECK_THROWS_WITH_AS(run_graph(b.graph(), {}, options), doctest::Contains("memory limit"), Error);
}

TEST_CASE("sparsity that contradicts the shape or the data is refused") {
  const auto broken = [](auto change) {
    Sparsity sparsity = by_rows();
    change(sparsity);
    return sparsity;
  };
  const struct {
    const char* name;
    Sparsity sparsity;
  } cases[] = {
      {"an index outside", broken([](Sparsity& s) { s.dimensions[1].indices[1] = 3; })},
      {"a negative index", broken([](Sparsity& s) { s.dimensions[1].indices[1] = -1; })},
      {"falling segments", broken([](Sparsity& s) { s.dimensions[1].segments[1] = 3; })},
      {"a missing segment", broken([](Sparsity& s) { s.dimensions[1].segments.pop_back(); })},
      {"segments past the indices", broken([](Sparsity& s) { s.dimensions[1].segments[4] = 9; })},
      {"no permutation", broken([](Sparsity& s) {
         s.traversal_order = {0, 0};
       })},
      {"another dense size", broken([](Sparsity& s) { s.dimensions[0].dense_size = 5; })},
      {"a level too many", broken([](Sparsity& s) { s.traversal_order.push_back(2); })},
      {"a block along nothing", broken([](Sparsity& s) {
         s.traversal_order.push_back(2);
         s.block_map = {7};
         s.dimensions.push_back({.dense_size = 1});
       })},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK_THROWS_WITH_AS(densify(c.sparsity, {1, 2, 3}), doctest::Contains("constant 't0'"), Error);
  }
  CHECK_THROWS_AS(densify(by_rows(), {1, 2}), Error);  // the data ends early
}

}  // namespace
}  // namespace litezoo
