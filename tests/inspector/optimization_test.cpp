#include "inspector/optimization.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "inspector/read.h"
#include "tests/builder/classifier.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

namespace {

inspector::OptimizationState state_with(const std::vector<float>& weights) {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1, 64});
  const int w = b.constant<float>({64, 64}, weights);
  b.op(FULLY_CONNECTED, {x, w, -1}, {b.output(FLOAT32, {1, 64})}, FullyConnectedOptions{});
  return inspector::optimization_state(b.graph(), inspector::weight_statistics(b.graph()));
}

bool has(const inspector::OptimizationState& state, const char* code) {
  return std::ranges::find(state.opportunities, code, &inspector::Opportunity::code) !=
         state.opportunities.end();
}

}  // namespace

TEST_CASE("zeros and different values are counted by element type") {
  struct Case {
    TensorType type;
    std::vector<std::uint8_t> data;
    std::int64_t zero_point;
    std::uint64_t elements, zeros;
    std::uint32_t unique;
  };
  const Case cases[] = {
      {INT8, {0, 5, 0, 251}, 0, 4, 2, 3},
      {INT8, {251, 5, 0, 251}, -5, 4, 2, 3},
      {UINT8, {128, 128, 1, 0}, 128, 4, 2, 3},
      {FLOAT32, {0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0x80, 0x3f}, 0, 3, 2, 3},  // -0, 0, 1
      {FLOAT16, {0, 0, 0, 0x3c}, 0, 2, 1, 2},
      {INT16, {7, 0, 7, 0}, 7, 2, 2, 1},
  };
  for (const Case& c : cases) {
    CAPTURE(static_cast<int>(c.type));
    Tensor tensor;
    tensor.type = c.type;
    tensor.data = std::as_bytes(std::span(c.data));
    tensor.quantization = test::quantized(1, c.zero_point);
    const auto statistics = inspector::weight_statistics(tensor);
    REQUIRE(statistics);
    CHECK(statistics->elements == c.elements);
    CHECK(statistics->zeros == c.zeros);
    CHECK(statistics->unique == c.unique);
  }
}

TEST_CASE("many different values are told apart from few over many blocks") {
  std::vector<float> values(100000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 100);
  Tensor tensor;
  tensor.data = std::as_bytes(std::span(values));
  CHECK(inspector::weight_statistics(tensor)->unique == 100U);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  CHECK_FALSE(inspector::weight_statistics(tensor)->unique);
}

TEST_CASE("plain float weights can still win by float16 and int8") {
  std::vector<float> weights(64 * 64);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = std::sin(static_cast<float>(i));
  const auto state = state_with(weights);
  CHECK(state.precision == "float32");
  CHECK_FALSE(state.pruned);
  CHECK_FALSE(state.clustered);
  REQUIRE(state.opportunities.size() == 2);
  CHECK(state.opportunities[0].code == "int8-weights");
  CHECK(state.opportunities[0].size_now == Bytes{64 * 64 * 4});
  CHECK(state.opportunities[0].size_then == Bytes{64 * 64});
}

TEST_CASE("pruned and clustered weights are recognised") {
  std::vector<float> weights(64 * 64);
  for (std::size_t i = 0; i < weights.size(); i += 4) weights[i] = static_cast<float>(i % 32 + 1);
  const auto state = state_with(weights);
  CHECK(state.zero_share == doctest::Approx(0.75));
  CHECK(state.pruned);
  CHECK(state.clustered);
  CHECK(has(state, "sparse-encoding"));
}

TEST_CASE("half the values being zero is told as something to be won") {
  std::vector<float> weights(64 * 64);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = i % 100 < 48 ? 0 : std::sin(static_cast<float>(i));
  }
  const auto state = state_with(weights);
  CHECK_FALSE(state.pruned);
  REQUIRE(has(state, "sparse-encoding"));
  const auto chance = std::ranges::find(state.opportunities, std::string("sparse-encoding"),
                                        &inspector::Opportunity::code);
  CHECK(chance->note.find("48 % zeros, not sparse-encoded") != std::string::npos);
}

TEST_CASE("what would win less than a tenth is not offered") {
  test::GraphBuilder b;
  const int x = b.input(INT8, {1, 64}, test::quantized(0.5F, 0));
  const std::vector<std::int8_t> small(64 * 64, 7);
  const int w = b.constant<std::int8_t>({64, 64}, small, test::quantized(0.5F, 0));
  const int y = b.tensor(FLOAT32, {1, 64});
  b.op(FULLY_CONNECTED, {x, w, -1}, {y}, FullyConnectedOptions{});
  b.op(MUL, {y, b.constant<float>({64}, std::vector<float>(64, 1.5F))},
       {b.output(FLOAT32, {1, 64})}, ActivationOptions{});
  const auto state = inspector::optimization_state(b.graph(), {});
  CHECK_FALSE(has(state, "int8-weights"));
  CHECK_FALSE(has(state, "float16-weights"));
}

TEST_CASE("an int8 model has nothing left to win by quantisation") {
  const auto bytes = builder::classifier({.width = 0.25, .precision = builder::Precision::int8});
  const auto read = inspector::read_graph(bytes, "m");
  const auto state = inspector::optimization_state(read.graph, {});
  CHECK(state.precision == "int8");
  CHECK(state.per_channel);
  CHECK_FALSE(state.has_statistics);
  CHECK_FALSE(has(state, "int8-weights"));
}
