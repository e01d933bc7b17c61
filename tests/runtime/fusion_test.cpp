#include "runtime/fusion.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "tests/support/random_values.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using enum BuiltinOperator;

constexpr TensorType kF32 = TensorType::FLOAT32;

int between(GraphBuilder& b, TensorType type = kF32) {
  const int made = b.output(type);
  b.graph().subgraphs[0].outputs.pop_back();
  return made;
}

std::size_t fusions(GraphBuilder& b) {
  const Subgraph& subgraph = b.graph().subgraphs[0];
  std::vector<bool> border(subgraph.tensors.size());
  for (const std::int32_t output : subgraph.outputs) {
    border[static_cast<std::size_t>(output)] = true;
  }
  return runtime::find_fusions(subgraph, border).size();
}

// 5 numbers that are added to themselves and clamped.
struct Clamped {
  GraphBuilder b;
  int in = b.input(kF32, {5});
  int sum = between(b);
  Clamped() { b.op(ADD, {in, in}, {sum}, AddOptions{}); }
};

const std::vector<float> kNumbers = {-3, -0.25F, 0, 0.5F, 4};

TEST_CASE("a clamp is done by the operator before it") {
  struct {
    BuiltinOperator code;
    std::vector<float> want;
  } const cases[] = {
      {RELU, {0, 0, 0, 1, 8}},
      {RELU6, {0, 0, 0, 1, 6}},
      {RELU_N1_TO_1, {-1, -0.5F, 0, 1, 1}},
  };
  for (const auto& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    Clamped model;
    model.b.op(c.code, {model.sum}, {model.b.output(kF32)});
    CHECK(fusions(model.b) == 1);
    for (const auto& options : {test::kernels_only(), runtime::SessionOptions{}}) {
      const auto result = test::run_graph(model.b.graph(), {kNumbers}, options);
      CHECK(result.values<float>() == c.want);
      CHECK(result.plan.delegated_nodes + result.plan.fallback_nodes == 2);
    }
  }
}

TEST_CASE("what others read between two nodes is still there") {
  {
    INFO("another node reads it");
    Clamped model;
    model.b.op(RELU, {model.sum}, {model.b.output(kF32)});
    model.b.op(NEG, {model.sum}, {model.b.output(kF32)});
    CHECK(fusions(model.b) == 0);
    const auto result = test::run_graph(model.b.graph(), {kNumbers});
    CHECK(result.values<float>(0) == std::vector<float>{0, 0, 0, 1, 8});
    CHECK(result.values<float>(1) == std::vector<float>{6, 0.5F, 0, -1, -8});
  }
  {
    INFO("it is an output");
    Clamped model;
    model.b.graph().subgraphs[0].outputs.push_back(model.sum);
    model.b.op(RELU, {model.sum}, {model.b.output(kF32)});
    CHECK(fusions(model.b) == 0);
  }
  {
    INFO("a signature shows it");
    Clamped model;
    model.b.op(RELU, {model.sum}, {model.b.output(kF32)});
    Signature signature{"s", 0, {{"in", model.in}}, {{"a", model.sum}}};
    signature.outputs.push_back({"b", model.b.graph().subgraphs[0].outputs.at(0)});
    model.b.graph().signatures.push_back(signature);
    runtime::SessionOptions options;
    options.signature = "s";
    const auto result = test::run_graph(model.b.graph(), {kNumbers}, options);
    // The subgraph's own outputs come first.
    CHECK(result.values<float>(0) == std::vector<float>{0, 0, 0, 1, 8});
    CHECK(result.values<float>(1) == std::vector<float>{-6, -0.5F, 0, 1, 8});
  }
}

TEST_CASE("an operator that clamps already, or holds no floats, keeps its clamp to itself") {
  {
    Clamped model;
    std::get<AddOptions>(model.b.graph().subgraphs[0].operators[0].options)
        .fused_activation_function = ActivationFunction::RELU6;
    model.b.op(RELU, {model.sum}, {model.b.output(kF32)});
    CHECK(fusions(model.b) == 0);
  }
  {
    GraphBuilder b;
    const auto scale = test::quantized(0.5F, 3);
    const int in = b.input(TensorType::INT8, {4}, scale);
    const int sum = b.output(TensorType::INT8, {}, scale);
    b.graph().subgraphs[0].outputs.pop_back();
    b.op(ADD, {in, in}, {sum}, AddOptions{});
    b.op(RELU, {sum}, {b.output(TensorType::INT8, {}, scale)});
    CHECK(fusions(b) == 0);
  }
}

TEST_CASE("squares are summed as they are made") {
  const std::vector<std::int32_t> shape{3, 7, 41};
  const auto x = test::random_values<float>(element_count(shape), -1, 1, 1);
  for (const bool mean : {false, true}) {
    for (const bool square : {false, true}) {
      for (const std::int32_t axis : {-1, 2, 1}) {
        CAPTURE(mean);
        CAPTURE(square);
        CAPTURE(axis);
        GraphBuilder b;
        const int in = b.input(kF32, shape);
        const int squares = b.output(kF32, shape);
        b.graph().subgraphs[0].outputs.pop_back();
        if (square) {
          b.op(SQUARE, {in}, {squares});
        } else {
          b.op(MUL, {in, in}, {squares}, ActivationOptions{});
        }
        const int axes = b.constant<std::int32_t>({1}, {axis});
        b.op(mean ? MEAN : SUM, {squares, axes}, {b.output(kF32)}, ReducerOptions{});
        CHECK(fusions(b) == (axis == 1 ? 0 : 1));
        const auto y = test::run_graph(b.graph(), {x}).values<float>();
        std::vector<double> want(axis == 1 ? 3 * 41 : 3 * 7);
        for (std::size_t i = 0; i < x.size(); ++i) {
          const std::size_t at = axis == 1 ? i / (7 * 41) * 41 + i % 41 : i / 41;
          want[at] += static_cast<double>(x[i]) * static_cast<double>(x[i]);
        }
        REQUIRE(y.size() == want.size());
        double worst = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
          const std::size_t each = mean ? x.size() / want.size() : 1;
          worst = std::max(
              worst, std::abs(static_cast<double>(y[i]) - want[i] / static_cast<double>(each)));
        }
        CHECK(worst < 1e-5);
      }
    }
  }
}

TEST_CASE("squares of state that another node changes before they are summed stay in their place") {
  for (const bool square : {false, true}) {
    CAPTURE(square);
    GraphBuilder b;
    const int state = b.variable(kF32, {3});
    const int squares = b.tensor(kF32, {3});
    const std::vector<int> read = square ? std::vector{state} : std::vector{state, state};
    b.op(square ? SQUARE : MUL, read, {squares}, square ? OperatorOptions{} : ActivationOptions{});
    const int axis = b.constant<std::int32_t>({1}, {-1});
    b.op(SUM, {squares, axis}, {b.output(kF32)}, ReducerOptions{});
    CHECK(fusions(b) == 0);
  }
}

TEST_CASE("a clamp does not write before its turn what others write or read") {
  {
    INFO("another node read it first, which makes no sense");
    Clamped model;
    const int clamped = model.b.output(kF32);
    model.b.op(NEG, {clamped}, {model.b.output(kF32)});
    model.b.op(RELU, {model.sum}, {clamped});
    CHECK(fusions(model.b) == 0);
    CHECK_THROWS_WITH_AS(test::run_graph(model.b.graph(), {kNumbers}),
                         doctest::Contains("node 1 (NEG)"), Error);
  }
  {
    INFO("another node writes it too");
    Clamped model;
    const int clamped = model.b.output(kF32);
    model.b.op(RELU, {model.sum}, {clamped});
    model.b.op(NEG, {model.in}, {clamped});
    CHECK(fusions(model.b) == 0);
    CHECK_THROWS_WITH_AS(test::run_graph(model.b.graph(), {kNumbers}),
                         doctest::Contains("node 2 (NEG)"), Error);
  }
  {
    INFO("it is an input");
    Clamped model;
    model.b.op(RELU, {model.sum}, {model.in});
    model.b.op(NEG, {model.in}, {model.b.output(kF32)});
    CHECK(fusions(model.b) == 0);
    CHECK_THROWS_WITH_AS(test::run_graph(model.b.graph(), {kNumbers}),
                         doctest::Contains("node 1 (RELU)"), Error);
  }
}

TEST_CASE("a tensor that is not computed any more has the shape that it would have") {
  GraphBuilder b;
  const int in = b.input(kF32, {1, 4, 6, 3});
  const int filter = b.constant<float>({2, 2, 2, 3}, std::vector<float>(24, 1));
  const int convolved = b.tensor(kF32);
  const int clamped = b.output(kF32);
  b.op(CONV_2D, {in, filter, -1}, {convolved},
       Conv2DOptions{.padding = Padding::SAME, .stride_w = 2, .stride_h = 2});
  b.op(RELU, {convolved}, {clamped});
  const int squares = b.tensor(kF32);
  b.op(SQUARE, {clamped}, {squares});
  b.op(SUM, {squares, b.constant<std::int32_t>({1}, {-1})}, {b.output(kF32)}, ReducerOptions{});
  CHECK(fusions(b) == 2);
  const runtime::Session session(b.graph(), test::kernels_only());
  const auto shapes = session.tensor_shapes(0);
  const std::vector<std::int32_t> want = {1, 2, 3, 2};
  CHECK(shapes.at(static_cast<std::size_t>(convolved)) == want);
  CHECK(shapes.at(static_cast<std::size_t>(squares)) == want);
}

TEST_CASE("indices that no tensor has are left to those who check them") {
  Clamped model;
  model.b.op(RELU, {model.sum}, {model.b.output(kF32)});
  auto& operators = model.b.graph().subgraphs[0].operators;
  operators[1].inputs = {1'000};
  CHECK(fusions(model.b) == 0);
  operators[1].inputs = {-1};
  CHECK(fusions(model.b) == 0);
  operators[1].inputs = {model.sum};
  operators[0].outputs = {model.sum, model.sum};
  CHECK(fusions(model.b) == 0);
}

}  // namespace
}  // namespace litezoo
