#include "inspector/gpu_rules.h"

#include <doctest/doctest.h>

#include <string>

#include "inspector/precision.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

namespace {

std::string refusal(void (*build)(test::GraphBuilder&)) {
  test::GraphBuilder b;
  build(b);
  const Subgraph& main = b.graph().subgraphs[0];
  return inspector::gpu_refusal(main, main.operators.back(), inspector::stored_origins(main));
}

template <BuiltinOperator Code, TensorType From, TensorType To>
void one_input(test::GraphBuilder& b) {
  const int x = b.input(From, {1, 4, 4, 2});
  b.op(Code, {x}, {b.output(To, {1, 4, 4, 2})});
}

}  // namespace

TEST_CASE("the GPU delegate's conditions decide node by node") {
  struct Case {
    const char* name;
    void (*build)(test::GraphBuilder&);
    const char* reason;  // empty = no objection
  };
  const Case cases[] = {
      {"ADD of equal ranks",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 4, 4, 2});
         b.op(ADD, {x, x}, {b.output(FLOAT32, {1, 4, 4, 2})}, AddOptions{});
       },
       ""},
      {"ADD of 4 and 2 dimensions",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 4, 4, 2});
         const int y = b.input(FLOAT32, {4, 2});
         b.op(ADD, {x, y}, {b.output(FLOAT32, {1, 4, 4, 2})}, AddOptions{});
       },
       "broadcasts 2 dimensions to 4"},
      {"CAST of int32 to float", one_input<CAST, INT32, FLOAT32>, ""},
      {"CAST of int64 to float", one_input<CAST, INT64, FLOAT32>, "casts INT64 to FLOAT32"},
      {"DEQUANTIZE of int16", one_input<DEQUANTIZE, INT16, FLOAT32>, "int16"},
      {"EXP", one_input<EXP, FLOAT32, FLOAT32>, ""},
      {"SOFTMAX with beta 2",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 4});
         b.op(SOFTMAX, {x}, {b.output(FLOAT32, {1, 4})}, SoftmaxOptions{.beta = 2});
       },
       "beta"},
      {"MEAN over computed axes",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 4, 4, 2});
         const int axes = b.input(INT32, {2});
         b.op(MEAN, {x, axes}, {b.output(FLOAT32, {1, 2})}, ReducerOptions{});
       },
       "inputs are computed"},
      {"PAD of a vector",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4});
         const int pads = b.constant<std::int32_t>({1, 2}, {1, 1});
         b.op(PAD, {x, pads}, {b.output(FLOAT32, {6})});
       },
       "3x2 or 4x2"},
      {"a custom operator of somebody",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4});
         b.custom("MyOp", {x}, {b.output(FLOAT32, {4})});
       },
       "custom"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const std::string got = refusal(c.build);
    CAPTURE(got);
    if (*c.reason == '\0') CHECK(got.empty());
    if (*c.reason != '\0') CHECK(got.find(c.reason) != std::string::npos);
  }
}
