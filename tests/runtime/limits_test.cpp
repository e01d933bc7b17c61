#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "tests/support/run_graph.h"

// Small files that ask for what they must not get: other tensors' memory, endless work, more memory
// than the limit.

namespace litezoo::test {
namespace {

using Floats = std::vector<float>;

// Subgraph 0 calls 1, which calls 2, and so on; each calls the next `calls` times. The last one
// negates.
void add_chain(GraphBuilder& b, std::int32_t length, int calls) {
  for (std::int32_t i = 0; i < length; ++i) {
    if (i > 0) b.subgraph();
    int last = b.input(TensorType::FLOAT32, {1});
    for (int turn = 0; turn < calls; ++turn) {
      const int next = b.tensor(TensorType::FLOAT32, {1});
      if (i + 1 < length) {
        b.op(BuiltinOperator::CALL, {last}, {next}, CallOptions{i + 1});
      } else {
        b.op(BuiltinOperator::NEG, {last}, {next});
      }
      last = next;
    }
    b.outputs({last});
  }
}

}  // namespace

TEST_CASE("operators without some of their inputs are refused or run, and end nothing") {
  constexpr std::int32_t kCodes = 256;
  std::size_t refused = 0;
  for (std::int32_t code = 0; code < kCodes; ++code) {
    for (const unsigned absent : {1U, 2U, 3U, 7U}) {
      CAPTURE(code);
      CAPTURE(absent);
      GraphBuilder b;
      std::vector<int> inputs;
      for (unsigned i = 0; i < 3; ++i) {
        const bool is_absent = (absent >> i & 1U) != 0;
        inputs.push_back(is_absent ? -1 : b.input(TensorType::FLOAT32, {1, 2, 2, 1}));
      }
      b.op(static_cast<BuiltinOperator>(code), inputs, {b.output(TensorType::FLOAT32)});
      for (const bool delegate : {false, true}) {
        try {
          runtime::Session(b.graph(), {.delegate = delegate}).run();
        } catch (const Error&) {
          ++refused;
        }
      }
    }
  }
  CHECK(refused > 4 * kCodes);
}

TEST_CASE("calls inside of calls are run as deep as 60 and refused far below the stack's end") {
  GraphBuilder shallow;
  add_chain(shallow, 60, 1);
  CHECK(run_graph(shallow.graph(), {Floats{2}}).values<float>() == Floats{-2});
  GraphBuilder deep;
  add_chain(deep, 20'000, 1);
  CHECK_THROWS_WITH_AS(run_graph(deep.graph(), {Floats{2}}), doctest::Contains("calls inside"),
                       Error);
}

TEST_CASE("calls that double from level to level are stopped at the limit of one run") {
  GraphBuilder b;
  add_chain(b, 40, 2);
  runtime::SessionOptions options = kernels_only();
  options.max_loop_iterations = 100;
  CHECK_THROWS_WITH_AS(run_graph(b.graph(), {Floats{2}}, options),
                       doctest::Contains("called each other 100 times"), Error);
}

TEST_CASE("each run may call subgraphs as often as the one before") {
  GraphBuilder b;
  add_chain(b, 5, 2);  // 30 calls
  runtime::SessionOptions options = kernels_only();
  options.max_loop_iterations = 30;
  runtime::Session session(b.graph(), options);
  set_inputs(session, {Floats{2}});
  for (int turn = 0; turn < 3; ++turn) CHECK_NOTHROW(session.run());
  options.max_loop_iterations = 20;
  CHECK_THROWS_AS(run_graph(b.graph(), {Floats{2}}, options), Error);
}

TEST_CASE("an input that is a constant of the model is refused") {
  GraphBuilder b;
  const int c = b.constant<float>({4}, {1, 2, 3, 4});
  b.inputs({c});
  b.op(BuiltinOperator::NEG, {c}, {b.output(TensorType::FLOAT32)});
  CHECK_THROWS_WITH_AS(runtime::Session(b.graph(), kernels_only()),
                       doctest::Contains("is a constant of the model"), Error);
}

TEST_CASE("a signature's input that is constant, folded or never computed is refused") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {4});
  const int c = b.constant<float>({4}, {1, 2, 3, 4});
  const int folded = b.tensor(TensorType::FLOAT32);
  const int nothing = b.tensor(TensorType::FLOAT32, {4});
  const int y = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::RESHAPE, {c}, {folded}, ReshapeOptions{{2, 2}});
  b.op(BuiltinOperator::NEG, {x}, {y});
  for (const int tensor : {c, folded, nothing}) {
    CAPTURE(tensor);
    b.graph().signatures = {{"s", 0, {{"in", tensor}}, {{"out", y}}}};
    runtime::SessionOptions options = kernels_only();
    options.signature = "s";
    CHECK_THROWS_WITH_AS(runtime::Session(b.graph(), options), doctest::Contains("input 'in'"),
                         Error);
  }
}

TEST_CASE("a signature's output that nothing computes is refused") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {4});
  b.op(BuiltinOperator::NEG, {x}, {b.output(TensorType::FLOAT32)});
  const int nothing = b.tensor(TensorType::FLOAT32, {4});
  b.graph().signatures = {{"s", 0, {{"in", x}}, {{"out", nothing}}}};
  runtime::SessionOptions options = kernels_only();
  options.signature = "s";
  CHECK_THROWS_WITH_AS(runtime::Session(b.graph(), options),
                       doctest::Contains("output 'out' of signature 's'"), Error);
}

TEST_CASE("an empty tensor with a huge dimension costs neither memory nor time") {
  // With a budget for the tables that a kernel would make of the huge dimension, it would fail.
  runtime::SessionOptions options = kernels_only();
  options.memory_limit = {std::uint64_t{1} << 30U};
  const auto is_empty = [&](GraphBuilder& b) {
    return run_graph(b.graph(), {Floats{}}, options).outputs.at(0).bytes.empty();
  };
  SUBCASE("TOPK_V2") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {0, 500'000'000});
    const int k = b.constant<std::int32_t>({}, {1});
    b.op(BuiltinOperator::TOPK_V2, {x, k},
         {b.output(TensorType::FLOAT32), b.output(TensorType::INT32)});
    CHECK(is_empty(b));
  }
  SUBCASE("MIRROR_PAD") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {0, 200'000'000});
    const int paddings = b.constant<std::int32_t>({2, 2}, {0, 0, 100'000'000, 100'000'000});
    b.op(BuiltinOperator::MIRROR_PAD, {x, paddings}, {b.output(TensorType::FLOAT32)},
         MirrorPadOptions{});
    CHECK(is_empty(b));
  }
  SUBCASE("RFFT2D") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {0, 1, 1});
    const int lengths = b.constant<std::int32_t>({2}, {1, 1 << 28});
    b.op(BuiltinOperator::RFFT2D, {x, lengths}, {b.output(TensorType::COMPLEX64)});
    CHECK(is_empty(b));
  }
  SUBCASE("ARG_MAX") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {0, 2, 500'000'000});
    const int axis = b.constant<std::int32_t>({}, {1});
    b.op(BuiltinOperator::ARG_MAX, {x, axis}, {b.output(TensorType::INT32)});
    CHECK(is_empty(b));
  }
  SUBCASE("BATCH_MATMUL") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {500'000'000, 0, 2});
    const int y = b.constant<float>({1, 2, 1}, {1, 2});
    b.op(BuiltinOperator::BATCH_MATMUL, {x, y}, {b.output(TensorType::FLOAT32)},
         BatchMatMulOptions{});
    CHECK(is_empty(b));
  }
}

TEST_CASE("tables and packed weights count against the memory limit") {
  runtime::SessionOptions options;
  options.memory_limit = {std::uint64_t{8} << 20U};
  const auto refuses = [&](GraphBuilder& b) {
    CHECK_THROWS_WITH_AS(runtime::Session(b.graph(), options), doctest::Contains("memory limit"),
                         Error);
  };
  SUBCASE("the weights that many nodes share are packed for each") {
    constexpr std::int32_t kSize = 256;
    GraphBuilder b;
    const int weights =
        b.constant<float>({kSize, kSize}, Floats(static_cast<std::size_t>(kSize * kSize), 0.5F));
    int last = b.input(TensorType::FLOAT32, {1, kSize});
    for (int i = 0; i < 100; ++i) {  // 26 MB
      const int next = b.tensor(TensorType::FLOAT32, {1, kSize});
      b.op(BuiltinOperator::FULLY_CONNECTED, {last, weights, -1}, {next}, FullyConnectedOptions{});
      last = next;
    }
    b.outputs({last});
    for (const bool delegate : {false, true}) {
      CAPTURE(delegate);
      options.delegate = delegate;
      refuses(b);
    }
    options.memory_limit = runtime::SessionOptions{}.memory_limit;
    CHECK_NOTHROW(runtime::Session(b.graph(), options));
  }
  SUBCASE("TOPK_V2's order of a long row") {
    GraphBuilder b;
    const int x = b.input(TensorType::INT8, {4'000'000});
    const int k = b.constant<std::int32_t>({}, {1});
    b.op(BuiltinOperator::TOPK_V2, {x, k},
         {b.output(TensorType::INT8), b.output(TensorType::INT32)});
    refuses(b);
  }
  SUBCASE("GATHER's places, which are wider than its indices") {
    GraphBuilder b;
    const int x = b.input(TensorType::INT8, {4});
    const int at = b.input(TensorType::INT8, {1'500'000});
    b.op(BuiltinOperator::GATHER, {x, at}, {b.output(TensorType::INT8)}, GatherOptions{});
    options.delegate = false;
    refuses(b);
  }
  SUBCASE("the rows of 8-bit numbers that a product widens") {
    GraphBuilder b;
    const int x = b.input(TensorType::INT8, {1'500'000, 4}, quantized(0.1F, 0));
    const int weights = b.constant<std::int8_t>({1, 4}, {1, 2, 3, 4}, quantized(0.1F, 1));
    b.op(BuiltinOperator::FULLY_CONNECTED, {x, weights, -1},
         {b.output(TensorType::INT8, {}, quantized(0.1F, 0))}, FullyConnectedOptions{});
    options.delegate = false;
    refuses(b);
  }
  SUBCASE("the sums of 8-bit numbers, which are wider than what they go to") {
    GraphBuilder b;
    const int x = b.input(TensorType::INT8, {1'500'000, 2}, quantized(0.1F, 0));
    const int axis = b.constant<std::int32_t>({1}, {1});
    b.op(BuiltinOperator::SUM, {x, axis}, {b.output(TensorType::INT8, {}, quantized(0.2F, 0))},
         ReducerOptions{});
    options.delegate = false;
    refuses(b);
  }
  SUBCASE("the lines of an image that each convolution keeps for a thread") {
    GraphBuilder b;
    const int filter = b.constant<float>({32, 3, 3, 32}, Floats(9 * 32 * 32, 0.5F));
    int last = b.input(TensorType::FLOAT32, {1, 3, 1000, 32});
    for (int i = 0; i < 20; ++i) {  // 10 MB
      const int next = b.tensor(TensorType::FLOAT32);
      b.op(BuiltinOperator::CONV_2D, {last, filter, -1}, {next},
           Conv2DOptions{.padding = Padding::SAME, .stride_w = 1, .stride_h = 1});
      last = next;
    }
    b.outputs({last});
    options.delegate = false;
    refuses(b);
  }
  SUBCASE("the copies of a depthwise filter that fill whole vectors") {
    GraphBuilder b;
    const int filter = b.constant<float>({1, 1, 600, 17}, Floats(600 * 17, 0.5F));
    int last = b.input(TensorType::FLOAT32, {1, 1, 600, 17});
    for (int i = 0; i < 20; ++i) {  // 13 MB, and 3 of lines
      const int next = b.tensor(TensorType::FLOAT32);
      b.op(BuiltinOperator::DEPTHWISE_CONV_2D, {last, filter, -1}, {next},
           DepthwiseConv2DOptions{
               .padding = Padding::SAME, .stride_w = 1, .stride_h = 1, .depth_multiplier = 1});
      last = next;
    }
    b.outputs({last});
    options.delegate = false;
    refuses(b);
  }
  SUBCASE("the taps of a huge window") {
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {1, 1000, 1000, 1});
    const int filter = b.constant<float>({1, 1000, 1000, 1}, Floats(1'000'000, 0.5F));
    b.op(BuiltinOperator::CONV_2D, {x, filter, -1}, {b.output(TensorType::FLOAT32)},
         Conv2DOptions{.padding = Padding::VALID, .stride_w = 1, .stride_h = 1});
    options.delegate = false;
    refuses(b);
  }
}

TEST_CASE("strings count against the memory limit before they are made") {
  GraphBuilder b;
  const std::vector<std::int32_t> empty = {1, 12, 12};
  const int shape = b.constant<std::int32_t>({1}, {1'000'000});
  const int text = b.constant_bytes(TensorType::STRING, {}, std::as_bytes(std::span(empty)));
  b.op(BuiltinOperator::FILL, {shape, text}, {b.output(TensorType::STRING)});
  runtime::SessionOptions options = kernels_only();
  options.memory_limit = {std::uint64_t{16} << 20U};  // as many empty strings take 4 MB themselves
  CHECK_THROWS_WITH_AS(run_graph(b.graph(), {}, options), doctest::Contains("memory limit"), Error);
}

TEST_CASE("memory for what a node keeps is given back when it is prepared anew") {
  // Each run prepares the node anew for its shape, which depends on values.
  GraphBuilder b;
  const int x = b.input(TensorType::INT8, {100'000});
  const int k = b.input(TensorType::INT32, {});
  b.op(BuiltinOperator::TOPK_V2, {x, k}, {b.output(TensorType::INT8), b.output(TensorType::INT32)});
  runtime::SessionOptions options = kernels_only();
  options.memory_limit = {2'000'000};  // the row's order takes 800,000
  runtime::Session session(b.graph(), options);
  set_inputs(session, {std::vector<std::int8_t>(100'000, 1), std::vector<std::int32_t>{1}});
  for (int turn = 0; turn < 10; ++turn) CHECK_NOTHROW(session.run());
}

TEST_CASE("a plan of as many partitions as nodes keeps every value") {
  GraphBuilder b;
  int last = b.input(TensorType::FLOAT32, {1});
  for (int i = 0; i < 400; ++i) {
    const int next = b.tensor(TensorType::FLOAT32, {1});
    b.op(i % 2 == 0 ? BuiltinOperator::NEG : BuiltinOperator::SIN, {last}, {next});
    last = next;
  }
  b.outputs({last});
  const auto alone = run_graph(b.graph(), {Floats{0.5F}});
  const auto cut = run_graph(b.graph(), {Floats{0.5F}}, runtime::SessionOptions{});
  CHECK(cut.plan.partitions == 200);
  CHECK(cut.values<float>() == alone.values<float>());
}

}  // namespace litezoo::test
