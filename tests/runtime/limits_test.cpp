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
  options.max_loop_iterations = 10;
  CHECK_THROWS_WITH_AS(run_graph(b.graph(), {Floats{2}}, options),
                       doctest::Contains("called 1000 times"), Error);
}

TEST_CASE("each run may call subgraphs as often as the one before") {
  GraphBuilder b;
  add_chain(b, 5, 2);  // 30 calls
  runtime::SessionOptions options = kernels_only();
  options.max_loop_iterations = 1;
  runtime::Session session(b.graph(), options);
  set_inputs(session, {Floats{2}});
  for (int turn = 0; turn < 5; ++turn) CHECK_NOTHROW(session.run());
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

}  // namespace litezoo::test
