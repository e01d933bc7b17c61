#include "inspector/compatibility.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;
using inspector::Verdict;

namespace {

const inspector::Compatibility& target(const std::vector<inspector::Compatibility>& all,
                                       const char* name) {
  const auto it = std::ranges::find(all, name, &inspector::Compatibility::target);
  REQUIRE(it != all.end());
  return *it;
}

}  // namespace

TEST_CASE("the oldest runtime follows from the newest operator version") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1});
  const int y = b.tensor(FLOAT32, {1});
  b.op(ADD, {x, x}, {y}, AddOptions{});                      // 1.5.0
  b.op(GELU, {y}, {b.output(FLOAT32, {1})}, GeluOptions{});  // 2.9.0
  b.last_op().version = 1;
  const auto need = inspector::required_runtime(b.graph());
  CHECK(need.tensorflow == "2.9.0");
  CHECK(need.litert == "1.0.0");
  CHECK(need.litert_decided_by.empty());
  REQUIRE(need.decided_by.size() == 1);
  CHECK(need.decided_by[0] == "GELU version 1");
  CHECK(need.litert_has_kernels);
}

TEST_CASE("releases are compared by number, not as text") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1});
  b.op(FLOOR, {x}, {b.tensor(FLOAT32, {1})});  // 1.9.0
  b.op(FULLY_CONNECTED, {x, x}, {b.output(FLOAT32, {1})}, FullyConnectedOptions{});
  b.last_op().version = 2;  // 1.10.0
  CHECK(inspector::required_runtime(b.graph()).tensorflow == "1.10.0");
}

TEST_CASE("LiteRT's releases are told in their own numbering") {
  struct Case {
    BuiltinOperator code;
    std::int32_t version;
    const char* tensorflow;
    const char* litert;
  };
  const Case cases[] = {
      {CONV_2D, 8, "2.15.0", "1.0.0"},   {CAST, 7, "2.17.0", "1.1.0"},
      {SQRT, 2, "2.21.0", "2.0.2"},      {QUANTIZE, 4, "2.21.0", "2.1.0"},
      {QUANTIZE, 5, "2.21.0", "2.1.3"},  {ADD, 6, "2.23.0", "2.1.6"},
      {GATHER, 8, "2.23.0", "2.2.0"},    {GATHER, 9, "", ""},
      {STABLEHLO_CBRT, 1, "2.17.0", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    CAPTURE(c.version);
    test::GraphBuilder b;
    const int x = b.input(FLOAT32, {1});
    b.op(c.code, {x, x}, {b.output(FLOAT32, {1})});
    b.last_op().version = c.version;
    const auto need = inspector::required_runtime(b.graph());
    CHECK(need.tensorflow == c.tensorflow);
    CHECK(need.litert == c.litert);
    CHECK(need.litert_has_kernels == (*c.litert != '\0'));
  }
}

TEST_CASE("the newest of several operator versions decides LiteRT's release") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1});
  b.op(SQRT, {x}, {b.tensor(FLOAT32, {1})});
  b.last_op().version = 2;
  b.op(ADD, {x, x}, {b.output(FLOAT32, {1})}, AddOptions{});
  b.last_op().version = 6;
  const auto need = inspector::required_runtime(b.graph());
  CHECK(need.litert == "2.1.6");
  CHECK(need.litert_decided_by == std::vector<std::string>{"ADD version 6"});
}

TEST_CASE("a version that the table does not have is unknown, not ignored") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1});
  b.op(ADD, {x, x}, {b.output(FLOAT32, {1})}, AddOptions{});
  b.last_op().version = 77;
  const auto need = inspector::required_runtime(b.graph());
  CHECK(need.tensorflow.empty());
  CHECK(need.litert.empty());
  CHECK(need.unknown == std::vector<std::string>{"ADD version 77"});
  CHECK_FALSE(need.litert_has_kernels);
}

TEST_CASE("each target gets a verdict with the nodes behind it") {
  test::GraphBuilder b;
  const auto q = test::quantized(0.5F, 0);
  const int x = b.input(INT8, {1, 4}, q);
  const int y = b.tensor(INT8, {1, 4}, q);
  const int z = b.tensor(INT8, {1, 4}, q);
  b.op(RELU, {x}, {y});
  b.custom("FlexErf", {y}, {z});
  b.custom("MyOp", {z}, {b.output(INT8, {1, 4}, q)});
  const auto all = inspector::compatibility(b.graph());
  CHECK(target(all, "flex").verdict == Verdict::partly);
  CHECK(target(all, "flex").nodes == std::vector<std::size_t>{1});
  CHECK(target(all, "custom-operators").nodes == std::vector<std::size_t>{2});
  CHECK(target(all, "edge-tpu").verdict == Verdict::partly);
  CHECK(target(all, "edge-tpu").nodes.front() == 1);
  CHECK(target(all, "npu").verdict == Verdict::unknown);
}

TEST_CASE("NNAPI's verdict names the feature level that the accepted nodes need") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1, 4});
  const int y = b.tensor(FLOAT32, {1, 4});
  b.op(ABS, {x}, {y});
  b.op(ADD, {y, y}, {b.output(FLOAT32, {1, 4})}, AddOptions{});
  const auto taken = inspector::compatibility(b.graph());
  CHECK(target(taken, "nnapi").verdict == Verdict::unknown);
  CHECK(target(taken, "nnapi").reason.find("level 3 (Android 10)") != std::string::npos);
  b.op(GELU, {y}, {b.output(FLOAT32, {1, 4})}, GeluOptions{});
  const auto partly = inspector::compatibility(b.graph());
  CHECK(target(partly, "nnapi").verdict == Verdict::partly);
  CHECK(target(partly, "nnapi").nodes == std::vector<std::size_t>{2});
}

TEST_CASE("what cannot begin on the Edge TPU does not go there at all") {
  test::GraphBuilder b;
  const auto q = test::quantized(0.5F, 0);
  const int x = b.input(FLOAT32, {1, 4});
  const int y = b.tensor(INT8, {1, 4}, q);
  b.custom("MyOp", {x}, {y});
  b.op(RELU, {y}, {b.output(INT8, {1, 4}, q)});
  CHECK(target(inspector::compatibility(b.graph()), "edge-tpu").verdict == Verdict::no);
}

TEST_CASE("a model compiled for the Edge TPU says so") {
  test::GraphBuilder b;
  const auto q = test::quantized(0.5F, 0);
  const int x = b.input(UINT8, {1, 4}, q);
  b.custom("edgetpu-custom-op", {x}, {b.output(UINT8, {1, 4}, q)});
  CHECK(target(inspector::compatibility(b.graph()), "edge-tpu").verdict == Verdict::yes);
}
