#include "inspector/xnnpack_rules.h"

#include <doctest/doctest.h>

#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

namespace {

std::vector<std::byte> bytes(std::size_t count) {
  return std::vector<std::byte>(count);
}

// The refusal of the last node of what `build` makes; empty = taken.
std::string refusal(void (*build)(test::GraphBuilder& b)) {
  test::GraphBuilder b;
  build(b);
  return inspector::predict_xnnpack(b.graph().subgraphs[0]).refusals.back();
}

template <BuiltinOperator code, TensorType activation, TensorType weights>
void convolution(test::GraphBuilder& b) {
  const int x = b.input(activation, {1, 4, 4, 2}, test::quantized(1, 0));
  const int w = b.constant_bytes(weights, {1, 1, 1, 2}, bytes(16), test::quantized(1, 0));
  const int bias = b.constant<float>({2}, {0, 0});
  const int y = b.output(activation, {1, 4, 4, 2}, test::quantized(1, 0));
  if (code == CONV_2D) b.op(code, {x, w, bias}, {y}, Conv2DOptions{});
  if (code != CONV_2D) b.op(code, {x, w, bias}, {y}, DepthwiseConv2DOptions{});
}

template <BuiltinOperator code, TensorType type>
void unary(test::GraphBuilder& b) {
  const int x = b.input(type, {4}, test::quantized(1, 0));
  b.op(code, {x}, {b.output(type, {4}, test::quantized(1, 0))});
}

}  // namespace

TEST_CASE("the delegate takes what its rules allow and says why not otherwise") {
  struct Case {
    const char* name;
    void (*build)(test::GraphBuilder& b);
    const char* reason;  // part of it; empty = taken
  };
  const Case cases[] = {
      {"float convolution", convolution<CONV_2D, FLOAT32, FLOAT32>, ""},
      {"8-bit weights, float activations", convolution<CONV_2D, FLOAT32, INT8>, ""},
      {"the same, depthwise", convolution<DEPTHWISE_CONV_2D, FLOAT32, INT8>,
       "float activations with INT8 weights"},
      {"int8 depthwise", convolution<DEPTHWISE_CONV_2D, INT8, INT8>, ""},
      {"16-bit activations", convolution<CONV_2D, INT16, INT8>, "INT16 is not supported"},
      {"float EXP", unary<EXP, FLOAT32>, ""},
      {"int8 EXP", unary<EXP, INT8>, "INT8 is not supported"},
      {"int8 LOGISTIC", unary<LOGISTIC, INT8>, ""},
      {"int8 HARD_SWISH", unary<HARD_SWISH, INT8>, "INT8 is not supported"},
      {"GATHER", unary<GATHER, FLOAT32>, "the delegate has no GATHER"},
      {"ADD with fused TANH",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4});
         b.op(ADD, {x, x}, {b.output(FLOAT32, {4})},
              AddOptions{.fused_activation_function = ActivationFunction::TANH});
       },
       "fused activation"},
      {"a convolution without bias",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 4, 4, 2});
         const int w = b.constant_bytes(FLOAT32, {1, 1, 1, 2}, bytes(8));
         b.op(CONV_2D, {x, w, -1}, {b.output(FLOAT32, {1, 4, 4, 1})}, Conv2DOptions{});
       },
       "bias"},
      {"an 8-bit SUB of scales a million apart",
       [](test::GraphBuilder& b) {
         const int x = b.input(INT8, {4}, test::quantized(1, 0));
         const int y = b.input(INT8, {4}, test::quantized(1e-6F, 0));
         b.op(SUB, {x, y}, {b.output(INT8, {4}, test::quantized(1, 0))}, AddOptions{});
       },
       "too far apart"},
      {"a tensor without elements",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {0});
         b.op(ADD, {x, x}, {b.output(FLOAT32, {0})}, AddOptions{});
       },
       "without elements"},
      {"a custom operator",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4});
         b.custom("MyOp", {x}, {b.output(FLOAT32, {4})});
       },
       "custom operator"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string got = refusal(c.build);
    CAPTURE(got);
    if (*c.reason == '\0') CHECK(got.empty());
    if (*c.reason != '\0') CHECK(got.find(c.reason) != std::string::npos);
  }
}

TEST_CASE("unpacking stored weights is taken unless a node outside needs them") {
  for (const bool outside : {false, true}) {
    CAPTURE(outside);
    test::GraphBuilder b;
    const int x = b.input(FLOAT32, {4});
    const int half = b.constant_bytes(FLOAT16, {4}, bytes(8));
    const int w = b.tensor(FLOAT32, {4});
    b.op(DEQUANTIZE, {half}, {w});
    b.op(ADD, {x, w}, {b.output(FLOAT32, {4})}, AddOptions{});
    if (outside) b.op(CAST, {w}, {b.output(INT32, {4})});
    const auto prediction = inspector::predict_xnnpack(b.graph().subgraphs[0]);
    CHECK(prediction.refusals[0].empty() == !outside);
    CHECK(prediction.delegated_nodes == (outside ? 1 : 2));
  }
}

TEST_CASE("partitions follow the order in which nodes can run") {
  // Two branches: float, float, GATHER, float  and  float alone.
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {4});
  const int i = b.constant<std::int32_t>({4}, {0, 1, 2, 3});
  const int a = b.tensor(FLOAT32, {4}), c = b.tensor(FLOAT32, {4}), d = b.tensor(FLOAT32, {4});
  b.op(EXP, {x}, {a});
  b.op(GATHER, {a, i}, {c}, GatherOptions{});
  b.op(EXP, {c}, {d});
  b.op(EXP, {x}, {b.output(FLOAT32, {4})});  // can join the first partition
  b.outputs({d});
  const auto prediction = inspector::predict_xnnpack(b.graph().subgraphs[0]);
  REQUIRE(prediction.partitions.size() == 3);
  CHECK(prediction.partitions[0].nodes == std::vector<std::size_t>{0, 3});
  CHECK_FALSE(prediction.partitions[1].delegated);
  CHECK(prediction.partitions[2].nodes == std::vector<std::size_t>{2});
  CHECK(prediction.delegated_partitions == 2);
  CHECK(prediction.delegated_nodes == 3);
}

TEST_CASE("nodes whose inputs nobody computes do not hang the cut") {
  test::GraphBuilder b;
  const int orphan = b.tensor(FLOAT32, {4});
  const int y = b.tensor(FLOAT32, {4});
  b.op(EXP, {y}, {orphan});
  b.op(EXP, {orphan}, {y});
  CHECK(inspector::predict_xnnpack(b.graph().subgraphs[0]).partitions.empty());
}
