#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::run_graph;

TEST_CASE("EMBEDDING_LOOKUP copies rows and scales quantised ones") {
  const std::vector<std::int32_t> ids{2, 0, 2};
  GraphBuilder b;
  const int keys = b.input(TensorType::INT32, {3});
  b.op(BuiltinOperator::EMBEDDING_LOOKUP, {keys, b.constant<float>({3, 2}, {1, 2, 3, 4, 5, 6})},
       {b.output(TensorType::FLOAT32)});
  const int by_row = b.constant<std::int8_t>({3, 2}, {1, 2, 3, 4, -5, 6},
                                             test::quantized_by(0, {1.0F, 0.5F, 2.0F}));
  b.op(BuiltinOperator::EMBEDDING_LOOKUP, {keys, by_row}, {b.output(TensorType::FLOAT32)});
  const std::vector<std::uint8_t> nibbles{0x21, 0x43, 0x8F};
  const int small = b.constant_bytes(TensorType::INT4, {3, 2}, std::as_bytes(std::span(nibbles)),
                                     test::quantized(0.5F, 0));
  b.op(BuiltinOperator::EMBEDDING_LOOKUP, {keys, small}, {b.output(TensorType::FLOAT32)});
  const auto result = run_graph(b.graph(), {ids});
  CHECK(result.shape() == std::vector<std::int32_t>{3, 2});
  CHECK(result.values<float>(0) == std::vector<float>{5, 6, 1, 2, 5, 6});
  CHECK(result.values<float>(1) == std::vector<float>{-10, 12, 1, 2, -10, 12});
  CHECK(result.values<float>(2) == std::vector<float>{-0.5F, -4, 0.5F, 1, -0.5F, -4});
}

TEST_CASE("EMBEDDING_LOOKUP refuses an index outside the table") {
  for (const std::int32_t id : {-1, 3}) {
    CAPTURE(id);
    GraphBuilder b;
    const int keys = b.input(TensorType::INT32, {1});
    b.op(BuiltinOperator::EMBEDDING_LOOKUP, {keys, b.constant<float>({3, 1}, {1, 2, 3})},
         {b.output(TensorType::FLOAT32)});
    CHECK_THROWS_WITH_AS(run_graph(b.graph(), {std::vector<std::int32_t>{id}}),
                         doctest::Contains("EMBEDDING_LOOKUP"), Error);
  }
}

TEST_CASE("EMBEDDING_LOOKUP_SPARSE combines the rows of each bucket") {
  struct {
    EmbeddingCombiner combiner;
    std::vector<float> want;
  } const cases[] = {{EmbeddingCombiner::SUM, {3, 30, 0, 0, 20, 200}},
                     {EmbeddingCombiner::MEAN, {1, 10, 0, 0, 5, 50}},
                     {EmbeddingCombiner::SQRTN, {1.3416407F, 13.416407F, 0, 0, 5, 50}}};
  for (const auto& c : cases) {
    GraphBuilder b;
    const int ids = b.input(TensorType::INT32, {3});
    const int indices = b.constant<std::int32_t>({3, 2}, {0, 0, 0, 1, 2, 0});
    const int shape = b.constant<std::int32_t>({2}, {3, 2});
    const int weights = b.constant<float>({3}, {1, 2, 4});
    const int table = b.constant<float>({2, 2}, {1, 10, 5, 50});
    b.op(BuiltinOperator::EMBEDDING_LOOKUP_SPARSE, {ids, indices, shape, weights, table},
         {b.output(TensorType::FLOAT32)}, EmbeddingLookupSparseOptions{c.combiner});
    const auto result = run_graph(b.graph(), {std::vector<std::int32_t>{0, 0, 1}});
    CHECK(result.shape() == std::vector<std::int32_t>{3, 2});
    const auto got = result.values<float>();
    REQUIRE(got.size() == c.want.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      CHECK(got[i] == doctest::Approx(static_cast<double>(c.want[i])));
  }
}

}  // namespace
}  // namespace litezoo
