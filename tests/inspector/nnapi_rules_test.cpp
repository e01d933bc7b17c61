#include "inspector/nnapi_rules.h"

#include <doctest/doctest.h>

#include <string>

#include "inspector/operator_table.h"
#include "inspector/precision.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

namespace {

using test::GraphBuilder;

inspector::NnapiAnswer answer(void (*build)(GraphBuilder&)) {
  GraphBuilder b;
  build(b);
  const Subgraph& main = b.graph().subgraphs[0];
  return inspector::nnapi_answer(main, main.operators.back(), inspector::stored_origins(main));
}

template <BuiltinOperator Code, TensorType Type>
void unary(GraphBuilder& b) {
  const int x = b.input(Type, {1, 4, 4, 2});
  b.op(Code, {x}, {b.output(Type, {1, 4, 4, 2})});
}

template <TensorType Type>
void add(GraphBuilder& b) {
  const int x = b.input(Type, {1, 4, 4, 2});
  b.op(ADD, {x, x}, {b.output(Type, {1, 4, 4, 2})}, AddOptions{});
}

void convolve(GraphBuilder& b, TensorType type, Quantization weights, std::int32_t dilation) {
  const int x = b.input(type, {1, 4, 4, 2}, test::quantized(0.5F, 0));
  const std::vector<std::byte> bytes(type == FLOAT32 ? 16 : 4);
  const int w = b.constant_bytes(type, {2, 1, 1, 2}, bytes, std::move(weights));
  const int bias = b.constant<std::int32_t>({2}, {0, 0});
  b.op(CONV_2D, {x, w, bias}, {b.output(type, {1, 4, 4, 2}, test::quantized(0.5F, 0))},
       Conv2DOptions{.stride_w = 1,
                     .stride_h = 1,
                     .dilation_w_factor = dilation,
                     .dilation_h_factor = dilation});
}

}  // namespace

TEST_CASE("NNAPI's conditions decide from which feature level on a node is taken") {
  struct Case {
    const char* name;
    void (*build)(GraphBuilder&);
    int level;           // 0 = never
    const char* reason;  // part of what it says then
  };
  const Case cases[] = {
      {"ADD of floats", add<FLOAT32>, 1, ""},
      {"ADD of int32", add<INT32>, 4, ""},
      {"ADD of int64", add<INT64>, 0, "INT64"},
      {"ADD of five dimensions",
       [](GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 1, 4, 4, 2});
         b.op(ADD, {x, x}, {b.output(FLOAT32, {1, 1, 4, 4, 2})}, AddOptions{});
       },
       0, "four dimensions"},
      {"ADD of a version to come",
       [](GraphBuilder& b) {
         add<FLOAT32>(b);
         b.last_op().version = 3;
       },
       0, "version 2, not 3"},
      {"ABS of floats", unary<ABS, FLOAT32>, 3, ""},
      {"TANH of floats", unary<TANH, FLOAT32>, 1, ""},
      {"TANH of int8", unary<TANH, INT8>, 3, ""},
      {"TANH of int16", unary<TANH, INT16>, 0, "INT16"},
      {"ELU", unary<ELU, FLOAT32>, 4, ""},
      {"GELU", unary<GELU, FLOAT32>, 0, "it has no GELU"},
      {"CONV_2D of floats", [](GraphBuilder& b) { convolve(b, FLOAT32, {}, 1); }, 1, ""},
      {"CONV_2D with dilation", [](GraphBuilder& b) { convolve(b, FLOAT32, {}, 2); }, 3, ""},
      {"CONV_2D quantised per channel",
       [](GraphBuilder& b) {
         convolve(b, INT8, test::quantized_by(0, {0.1F, 0.2F}), 1);
       },
       3, ""},
      {"CONV_2D without bias",
       [](GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 4, 4, 2});
         const int w = b.constant<float>({1, 1, 1, 2}, {0, 0});
         b.op(CONV_2D, {x, w}, {b.output(FLOAT32, {1, 4, 4, 1})}, Conv2DOptions{});
       },
       0, "bias"},
      {"DEQUANTIZE of constant float16",
       [](GraphBuilder& b) {
         const std::vector<std::byte> bytes(4);
         const int x = b.constant_bytes(FLOAT16, {2}, bytes);
         b.op(DEQUANTIZE, {x}, {b.output(FLOAT32, {2})});
       },
       3, ""},
      {"MEAN to a scalar",
       [](GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4});
         b.op(MEAN, {x, b.constant<std::int32_t>({1}, {0})}, {b.output(FLOAT32, {})},
              ReducerOptions{});
       },
       0, "scalar"},
      {"BATCH_TO_SPACE_ND that crops",
       [](GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4, 2, 2, 1});
         const int block = b.constant<std::int32_t>({2}, {2, 2});
         const int crops = b.constant<std::int32_t>({2, 2}, {0, 1, 0, 0});
         b.op(BATCH_TO_SPACE_ND, {x, block, crops}, {b.output(FLOAT32, {1, 3, 4, 1})});
       },
       0, "crops"},
      {"RESIZE_BILINEAR that centres pixels",
       [](GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 2, 2, 1});
         const int size = b.constant<std::int32_t>({2}, {4, 4});
         b.op(RESIZE_BILINEAR, {x, size}, {b.output(FLOAT32, {1, 4, 4, 1})},
              ResizeBilinearOptions{.half_pixel_centers = true});
       },
       4, ""},
      {"RESHAPE to a computed shape",
       [](GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4});
         b.op(RESHAPE, {x, b.input(INT32, {2})}, {b.output(FLOAT32, {2, 2})}, ReshapeOptions{});
       },
       0, "computed"},
      {"a custom operator",
       [](GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4});
         b.custom("MyOp", {x}, {b.output(FLOAT32, {4})});
       },
       0, "MyOp"},
      {"an operator without inputs",
       [](GraphBuilder& b) { b.op(ABS, {}, {b.output(FLOAT32, {4})}); }, 0, "lacks input 0"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto got = answer(c.build);
    CAPTURE(got.refusal);
    CHECK(got.level == c.level);
    CHECK(got.refusal.empty() == (c.level > 0));
    CHECK(got.refusal.find(c.reason) != std::string::npos);
  }
}

TEST_CASE("NNAPI's rules cover the operators that its delegate has a case for, and no others") {
  for (std::int32_t code = 0; code < kBuiltinOperatorCount; ++code) {
    const auto op = static_cast<BuiltinOperator>(code);
    CAPTURE(builtin_operator_name(op));
    const auto* const facts = inspector::find_operator_facts(op);
    REQUIRE(facts != nullptr);
    const bool has_case = (facts->delegates & inspector::OperatorFacts::kNnapi) != 0;
    CHECK(inspector::has_nnapi_rule(op) == has_case);
  }
}

TEST_CASE("no rule of NNAPI's needs operands that a file may lack") {
  for (std::int32_t code = 0; code < kBuiltinOperatorCount; ++code) {
    const auto op = static_cast<BuiltinOperator>(code);
    CAPTURE(builtin_operator_name(op));
    for (const TensorType type : {FLOAT32, INT32, UINT8, INT8, BOOL, FLOAT16}) {
      for (const std::size_t inputs : {0U, 1U, 2U, 5U}) {
        GraphBuilder b;
        std::vector<std::int32_t> operands;
        if (inputs > 0) operands.push_back(b.input(type, {}));
        operands.resize(inputs, -1);
        b.op(op, operands, {});
        const Subgraph& main = b.graph().subgraphs[0];
        const auto got =
            inspector::nnapi_answer(main, main.operators.back(), inspector::stored_origins(main));
        CHECK(got.refusal.empty() == (got.level > 0));
      }
    }
  }
}
