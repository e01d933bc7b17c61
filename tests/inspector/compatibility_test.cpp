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
  CHECK(need.litert == "1.0.1");
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

TEST_CASE("a model compiled for the Edge TPU says so") {
  test::GraphBuilder b;
  const auto q = test::quantized(0.5F, 0);
  const int x = b.input(UINT8, {1, 4}, q);
  b.custom("edgetpu-custom-op", {x}, {b.output(UINT8, {1, 4}, q)});
  CHECK(target(inspector::compatibility(b.graph()), "edge-tpu").verdict == Verdict::yes);
}
