#include "runtime/session.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "base/sanitizer.h"
#include "runtime/process_memory.h"
#include "tests/support/run_graph.h"

using litezoo::BuiltinOperator;
using litezoo::Error;
using litezoo::ReshapeOptions;
using litezoo::TensorType;
using litezoo::test::GraphBuilder;
using litezoo::test::kernels_only;
using litezoo::test::run_graph;

TEST_CASE("session runs a chain of views in one block of memory") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2, 3});
  const int shape = b.constant<std::int32_t>({2}, {3, 2});
  const int middle = b.tensor(TensorType::FLOAT32);
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::RESHAPE, {x, shape}, {middle}, ReshapeOptions{});
  b.op(BuiltinOperator::RESHAPE, {middle}, {y}, ReshapeOptions{{-1}});
  const auto result = run_graph(b.graph(), {std::vector<float>{1, 2, 3, 4, 5, 6}});
  CHECK(result.values<float>() == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(result.shape() == std::vector<std::int32_t>{6});
  CHECK(result.plan.arena.count == 128);
}

TEST_CASE("session prepares nodes of unknown shape during the run") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {4});
  const int shape = b.input(TensorType::INT32, {2});
  const int middle = b.tensor(TensorType::FLOAT32);
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::RESHAPE, {x, shape}, {middle}, ReshapeOptions{});
  b.op(BuiltinOperator::RESHAPE, {middle}, {y}, ReshapeOptions{{1, -1}});
  const auto result =
      run_graph(b.graph(), {std::vector<float>{1, 2, 3, 4}, std::vector<std::int32_t>{2, 2}});
  CHECK(result.values<float>() == std::vector<float>{1, 2, 3, 4});
  CHECK(result.shape() == std::vector<std::int32_t>{1, 4});
  CHECK_THROWS_AS(
      run_graph(b.graph(), {std::vector<float>{1, 2, 3, 4}, std::vector<std::int32_t>{2, 3}}),
      Error);
}

TEST_CASE("session folds operators whose inputs are constant") {
  GraphBuilder b;
  b.input(TensorType::FLOAT32, {1});
  const int c = b.constant<float>({4}, {1, 2, 3, 4});
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::RESHAPE, {c}, {y}, ReshapeOptions{{2, 2}});
  const auto result = run_graph(b.graph(), {std::vector<float>{0}});
  CHECK(result.values<float>() == std::vector<float>{1, 2, 3, 4});
  CHECK(result.plan.folded_nodes == 1);
  CHECK(result.plan.fallback_nodes == 0);
}

TEST_CASE("session outputs may be inputs, constants, and twice the same tensor") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2});
  const int c = b.constant<std::int32_t>({}, {7});
  b.outputs({x, c, x});
  const auto result = run_graph(b.graph(), {std::vector<float>{1, 2}});
  REQUIRE(result.outputs.size() == 3);
  CHECK(result.values<float>(0) == std::vector<float>{1, 2});
  CHECK(result.values<std::int32_t>(1) == std::vector<std::int32_t>{7});
  CHECK(result.values<float>(2) == std::vector<float>{1, 2});
}

TEST_CASE("session takes other input shapes than the file's") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {-1, 2});
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::RESHAPE, {x}, {y}, ReshapeOptions{{-1}});
  CHECK(run_graph(b.graph(), {std::vector<float>{1, 2}}).shape() == std::vector<std::int32_t>{2});
  auto options = kernels_only();
  options.input_shapes = {std::vector<std::int32_t>{3, 2}};
  const auto result = run_graph(b.graph(), {std::vector<float>{1, 2, 3, 4, 5, 6}}, options);
  CHECK(result.shape() == std::vector<std::int32_t>{6});
  options.input_shapes = {std::vector<std::int32_t>{-3, 2}};
  CHECK_THROWS_AS(litezoo::runtime::Session(b.graph(), options), Error);
}

TEST_CASE("session runs the signature that is asked for") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2});
  b.outputs({x});
  b.subgraph();
  const int a = b.input(TensorType::FLOAT32, {4});
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::RESHAPE, {a}, {y}, ReshapeOptions{{2, 2}});
  b.graph().signatures = {{"second", 1, {{"in", a}}, {{"out", y}}}};
  auto options = kernels_only();
  options.signature = "second";
  litezoo::runtime::Session session(b.graph(), options);
  CHECK(session.inputs().at(0).name == "in");
  CHECK(session.outputs().at(0).name == "out");
  CHECK(run_graph(b.graph(), {std::vector<float>{1, 2, 3, 4}}, options).shape() ==
        std::vector<std::int32_t>{2, 2});
  options.signature = "third";
  CHECK_THROWS_AS(litezoo::runtime::Session(b.graph(), options), Error);
}

TEST_CASE("session orders a signature's inputs as the subgraph does") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {1});
  const int y = b.input(TensorType::FLOAT32, {2});
  b.outputs({x, y});
  b.graph().signatures = {{"both", 0, {{"b", y}, {"a", x}}, {{"out_b", y}, {"out_a", x}}}};
  auto options = kernels_only();
  options.signature = "both";
  litezoo::runtime::Session session(b.graph(), options);
  CHECK(session.inputs().at(0).name == "a");
  CHECK(session.inputs().at(1).name == "b");
  CHECK(session.outputs().at(0).name == "out_a");
}

TEST_CASE("session refuses what would pass the memory limit") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {1 << 20, 1 << 20});
  b.outputs({x});
  CHECK_THROWS_AS(run_graph(b.graph(), {}), Error);
}

TEST_CASE("session handles tensors without elements and without dimensions") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {0, 3});
  const int s = b.input(TensorType::FLOAT32, {});
  const int y = b.output(TensorType::FLOAT32);
  const int z = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::RESHAPE, {x}, {y}, ReshapeOptions{{3, 0}});
  b.op(BuiltinOperator::RESHAPE, {s}, {z}, ReshapeOptions{{1}});
  const auto result = run_graph(b.graph(), {std::vector<float>{}, std::vector<float>{5}});
  CHECK(result.shape(0) == std::vector<std::int32_t>{3, 0});
  CHECK(result.values<float>(1) == std::vector<float>{5});
}

TEST_CASE("session refuses graphs that contradict themselves") {
  SUBCASE("an operator reads what a later one computes") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2});
    const int middle = b.tensor(TensorType::FLOAT32);
    const int y = b.output(TensorType::FLOAT32);
    b.op(BuiltinOperator::RESHAPE, {middle}, {y}, ReshapeOptions{{2}});
    b.op(BuiltinOperator::RESHAPE, {x}, {middle}, ReshapeOptions{{2}});
    CHECK_THROWS_AS(run_graph(b.graph(), {std::vector<float>{1, 2}}), Error);
  }
  SUBCASE("an operator writes an input") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2});
    b.op(BuiltinOperator::RESHAPE, {x}, {x}, ReshapeOptions{{2}});
    CHECK_THROWS_AS(run_graph(b.graph(), {std::vector<float>{1, 2}}), Error);
  }
  SUBCASE("an output comes from nowhere") {
    GraphBuilder b;
    b.output(TensorType::FLOAT32, {2});
    CHECK_THROWS_AS(run_graph(b.graph(), {}), Error);
  }
}

TEST_CASE("session names operators that nothing can run") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2});
  const int y = b.output(TensorType::FLOAT32);
  b.custom("FlexErf", {x}, {y});
  const auto nodes = litezoo::runtime::unsupported_nodes(b.graph());
  REQUIRE(nodes.size() == 1);
  CHECK(nodes[0].op == "FlexErf");
  CHECK_THROWS_WITH_AS(run_graph(b.graph(), {std::vector<float>{1, 2}}),
                       "node 0 (FlexErf): there is no kernel for this operator", Error);
}

TEST_CASE("a session that is running refuses a second thread") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {1});
  b.op(BuiltinOperator::WHILE, {x}, {b.output(TensorType::FLOAT32)}, litezoo::WhileOptions{1, 2});
  b.subgraph();
  b.input(TensorType::FLOAT32, {1});
  b.outputs({b.constant<bool>({}, {true})});
  b.subgraph();
  const int value = b.input(TensorType::FLOAT32, {1});
  b.op(BuiltinOperator::ADD, {value, value}, {b.output(TensorType::FLOAT32)},
       litezoo::AddOptions{});
  auto options = kernels_only();
  options.max_loop_iterations = 300'000;  // long enough for the other thread to come by
  litezoo::runtime::Session session(b.graph(), options);
  std::atomic<int> refused{0};
  std::atomic<int> ended{0};
  std::latch both(2);
  const auto run = [&] {
    both.arrive_and_wait();
    try {
      session.run();
    } catch (const Error& error) {
      ++(error.kind() == litezoo::ErrorKind::usage ? refused : ended);
    }
  };
  std::thread other(run);
  run();
  other.join();
  CHECK(refused == 1);
  CHECK(ended == 1);
}

TEST_CASE("a split session runs each node of a partition alone, to the same result") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {1, 64});
  const int w = b.constant<float>({64, 64}, std::vector<float>(64 * 64, 0.01F));
  const int middle = b.tensor(TensorType::FLOAT32);
  const int high = b.tensor(TensorType::FLOAT32);
  b.op(BuiltinOperator::FULLY_CONNECTED, {x, w}, {middle}, litezoo::FullyConnectedOptions{});
  b.op(BuiltinOperator::LOGISTIC, {middle}, {high});
  b.op(BuiltinOperator::ADD, {high, middle}, {b.output(TensorType::FLOAT32)},
       litezoo::AddOptions{});
  std::vector<float> input(64);
  std::iota(input.begin(), input.end(), 0.0F);
  litezoo::runtime::SessionOptions options;
  const auto whole = run_graph(b.graph(), {input}, options);
  CHECK(whole.plan.partitions == 1);
  CHECK(whole.plan.partition_nodes == std::vector<std::vector<std::size_t>>{{0, 1, 2}});
  options.split_partitions = true;
  const auto split = run_graph(b.graph(), {input}, options);
  CHECK(split.plan.partitions == 3);
  CHECK(split.values<float>() == whole.values<float>());
  litezoo::runtime::Session session(b.graph(), options);
  const auto timings = session.run_timed();
  REQUIRE(timings.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(timings[i].node == i);
    CHECK(timings[i].partition == i);
    CHECK(timings[i].engine == "xnnpack");
  }
}

TEST_CASE("weights that were computed at load for XNNPACK alone survive a second plan") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {-1, 8});
  const int half = b.constant_bytes(TensorType::FLOAT16, {4, 8},
                                    std::vector<std::byte>(4 * 8 * 2, std::byte{0x38}));
  const int w = b.tensor(TensorType::FLOAT32);
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::DEQUANTIZE, {half}, {w});
  b.op(BuiltinOperator::FULLY_CONNECTED, {x, w}, {y}, litezoo::FullyConnectedOptions{});
  litezoo::runtime::SessionOptions options;
  const auto once = run_graph(b.graph(), {std::vector<float>(8, 1.0F)}, options);
  CHECK(once.plan.partitions == 1);
  options.input_shapes = {std::vector<std::int32_t>{3, 8}};
  const auto thrice = run_graph(b.graph(), {std::vector<float>(24, 1.0F)}, options);
  REQUIRE(thrice.values<float>().size() == 12);
  // 0x3838 is 0.52734375 in 16 bits.
  CHECK(thrice.values<float>() == std::vector<float>(12, 8 * 0.52734375F));
  CHECK(once.values<float>() == std::vector<float>(4, 8 * 0.52734375F));
}

TEST_CASE("a sum has the type of its inputs, whatever the file says of its output") {
  GraphBuilder b;
  const auto q = litezoo::test::quantized(0.5F, 0);
  const int x = b.input(TensorType::INT8, {3}, q);
  const int middle = b.tensor(TensorType::FLOAT32, {}, q);
  const int y = b.output(TensorType::INT8, {}, q);
  b.op(BuiltinOperator::ADD, {x, x}, {middle}, litezoo::AddOptions{});
  b.op(BuiltinOperator::ADD, {middle, x}, {y}, litezoo::AddOptions{});
  const auto result = run_graph(b.graph(), {std::vector<std::int8_t>{1, -2, 3}});
  CHECK(result.values<std::int8_t>() == std::vector<std::int8_t>{3, -6, 9});
}

TEST_CASE("a chain of layers in one partition takes the memory of a few of them") {
  constexpr int kLayers = 40;
  constexpr std::int32_t kElements = 1 << 20;
  GraphBuilder b;
  // The thread sanitizer takes memory beside what is written.
  constexpr std::size_t kMost = litezoo::kThreadSanitizer ? 40 : 15;
  const int one = b.constant<float>({}, {1.0F});
  const int x = b.input(TensorType::FLOAT32, {1, kElements});
  int last = x;
  for (int layer = 0; layer < kLayers; ++layer) {
    const bool is_last = layer + 1 == kLayers;
    const int next = is_last ? b.output(TensorType::FLOAT32) : b.tensor(TensorType::FLOAT32);
    b.op(BuiltinOperator::ADD, {last, one}, {next}, litezoo::AddOptions{});
    last = next;
  }
  const auto before = litezoo::runtime::ProcessMemory::now().anonymous.count;
  litezoo::runtime::Session session(b.graph(), {});
  litezoo::test::set_inputs(session, {std::vector<float>(kElements, 2.0F)});
  session.run();
  const auto after = litezoo::runtime::ProcessMemory::now().anonymous.count;
  CHECK(session.plan().partitions == 1);
  CHECK(session.plan().arena.count <= 5 * sizeof(float) * kElements);
  // Memory of earlier tests may go back to the system meanwhile.
  CHECK(after < before + kMost * sizeof(float) * kElements);
  const auto result = litezoo::test::read_outputs(session).values<float>();
  CHECK(std::ranges::count(result, 42.0F) == kElements);
}

TEST_CASE("padding, clamping and several readers inside a partition keep their values") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {1, 6, 6, 4});
  const int pads = b.constant<std::int32_t>({4, 2}, {0, 0, 1, 1, 1, 1, 0, 0});
  const int weights = b.constant<float>({1, 3, 3, 4}, std::vector<float>(36, 0.25F));
  const int bias = b.constant<float>({4}, {-1, 0, 1, -2});
  std::vector<std::int32_t> sums;
  int from = x;
  for (int layer = 0; layer < 4; ++layer) {
    const int padded = b.tensor(TensorType::FLOAT32);
    const int convolved = b.tensor(TensorType::FLOAT32);
    const int clamped = b.tensor(TensorType::FLOAT32);
    const int sum = layer == 3 ? b.output(TensorType::FLOAT32) : b.tensor(TensorType::FLOAT32);
    litezoo::DepthwiseConv2DOptions options;
    options.padding = litezoo::Padding::VALID;
    options.stride_w = options.stride_h = 1;
    options.depth_multiplier = 1;
    b.op(BuiltinOperator::PAD, {from, pads}, {padded});
    b.op(BuiltinOperator::DEPTHWISE_CONV_2D, {padded, weights, bias}, {convolved}, options);
    b.op(BuiltinOperator::RELU, {convolved}, {clamped});
    // Reads what earlier layers wrote: nothing may lie over it by then.
    b.op(BuiltinOperator::ADD,
         {clamped, layer == 0 ? x : sums[static_cast<std::size_t>(layer) / 2]}, {sum},
         litezoo::AddOptions{});
    sums.push_back(sum);
    from = sum;
  }
  std::vector<float> values(144);
  std::iota(values.begin(), values.end(), -70.0F);
  const auto want = run_graph(b.graph(), {values}).values<float>();
  const auto result = run_graph(b.graph(), {values}, {});
  CHECK(result.plan.fallback_nodes == 0);
  const auto got = result.values<float>();
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CHECK(got[i] == doctest::Approx(static_cast<double>(want[i])).epsilon(1e-5));
  }
}
