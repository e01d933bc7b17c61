#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Floats = std::vector<float>;

// A subgraph that gives its input times a factor.
void add_scaling(GraphBuilder& b, float factor) {
  b.subgraph();
  const int x = b.input(TensorType::FLOAT32, {2});
  const int f = b.constant<float>({}, {factor});
  b.op(BuiltinOperator::MUL, {x, f}, {b.output(TensorType::FLOAT32)}, ActivationOptions{});
}

// A subgraph that gives its input with as many elements again.
void add_doubling(GraphBuilder& b) {
  b.subgraph();
  const int x = b.input(TensorType::FLOAT32, {1});
  b.op(BuiltinOperator::CONCATENATION, {x, x}, {b.output(TensorType::FLOAT32)},
       ConcatenationOptions{});
}

// WHILE whose first subgraph decides by the flags it is given, one a turn, and whose second grows
// or scales. State: {flags, value}; the body drops the first flag.
Graph& build_loop(GraphBuilder& b, std::int32_t flags, bool growing, bool stablehlo = false) {
  const int first = b.input(TensorType::BOOL, {flags});
  const int x = b.input(TensorType::FLOAT32, {1});
  const std::vector<std::int32_t> after{b.output(TensorType::BOOL), b.output(TensorType::FLOAT32)};
  if (stablehlo) {
    b.op(BuiltinOperator::STABLEHLO_WHILE, {first, x}, after, StablehloWhileOptions{1, 2});
  } else {
    b.op(BuiltinOperator::WHILE, {first, x}, after, WhileOptions{1, 2});
  }
  b.subgraph();
  const int left = b.input(TensorType::BOOL, {flags});
  b.input(TensorType::FLOAT32, {1});
  const int zero = b.constant<std::int32_t>({}, {0});
  b.op(BuiltinOperator::GATHER, {left, zero}, {b.output(TensorType::BOOL)}, GatherOptions{});
  b.subgraph();
  const int before = b.input(TensorType::BOOL, {flags});
  const int value = b.input(TensorType::FLOAT32, {1});
  std::vector<std::int32_t> order;
  for (std::int32_t i = 0; i < flags; ++i) order.push_back((i + 1) % flags);
  const int rotated = b.constant<std::int32_t>({flags}, order);
  b.op(BuiltinOperator::GATHER, {before, rotated}, {b.output(TensorType::BOOL)}, GatherOptions{});
  const int next = b.output(TensorType::FLOAT32);
  if (growing) {
    b.op(BuiltinOperator::CONCATENATION, {value, value}, {next}, ConcatenationOptions{});
  } else {
    b.op(BuiltinOperator::ADD, {value, value}, {next}, AddOptions{});
  }
  return b.graph();
}

}  // namespace

TEST_CASE("IF runs the branch that its condition names") {
  GraphBuilder b;
  const int condition = b.input(TensorType::BOOL, {});
  const int x = b.input(TensorType::FLOAT32, {2});
  b.op(BuiltinOperator::IF, {condition, x}, {b.output(TensorType::FLOAT32)}, IfOptions{1, 2});
  add_scaling(b, 2);
  add_scaling(b, 3);
  CHECK(run_graph(b.graph(), {std::vector<bool>{true}, Floats{1, 2}}).values<float>() ==
        Floats{2, 4});
  CHECK(run_graph(b.graph(), {std::vector<bool>{false}, Floats{1, 2}}).values<float>() ==
        Floats{3, 6});
}

TEST_CASE("IF with branches of different shapes gives the shape of the one that ran") {
  GraphBuilder b;
  const int condition = b.input(TensorType::BOOL, {});
  const int x = b.input(TensorType::FLOAT32, {2});
  const int either = b.tensor(TensorType::FLOAT32);
  b.op(BuiltinOperator::IF, {condition, x}, {either}, IfOptions{1, 2});
  b.op(BuiltinOperator::ADD, {either, either}, {b.output(TensorType::FLOAT32)}, AddOptions{});
  add_scaling(b, 2);
  add_doubling(b);
  CHECK(run_graph(b.graph(), {std::vector<bool>{true}, Floats{1, 2}}).values<float>() ==
        Floats{4, 8});
  CHECK(run_graph(b.graph(), {std::vector<bool>{false}, Floats{1, 2}}).values<float>() ==
        Floats{2, 4, 2, 4});
}

TEST_CASE("WHILE repeats its body until the condition fails") {
  for (const bool growing : {false, true}) {
    CAPTURE(growing);
    GraphBuilder b;
    const Graph& graph = build_loop(b, 4, growing);
    const RunResult none =
        run_graph(graph, {std::vector<bool>{false, true, true, true}, Floats{1}});
    CHECK(none.values<float>(1) == Floats{1});
    const RunResult three =
        run_graph(graph, {std::vector<bool>{true, true, true, false}, Floats{1}});
    CHECK(three.values<float>(1) == (growing ? Floats(8, 1.0F) : Floats{8}));
  }
}

TEST_CASE("STABLEHLO_WHILE repeats its body as WHILE does") {
  GraphBuilder b;
  const Graph& graph = build_loop(b, 3, false, true);
  CHECK(run_graph(graph, {std::vector<bool>{true, true, false}, Floats{1}}).values<float>(1) ==
        Floats{4});
}

TEST_CASE("a loop without end is stopped at the limit") {
  GraphBuilder b;
  const Graph& graph = build_loop(b, 1, false);
  runtime::SessionOptions options = kernels_only();
  options.max_loop_iterations = 100;
  CHECK_THROWS_AS(run_graph(graph, {std::vector<bool>{true}, Floats{1}}, options), Error);
}

TEST_CASE("a subgraph that calls itself is refused") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2});
  b.op(BuiltinOperator::STABLEHLO_COMPOSITE, {x}, {b.output(TensorType::FLOAT32)},
       StablehloCompositeOptions{
           .name = "circle", .decomposition_subgraph_index = 0, .composite_attributes = {}});
  CHECK_THROWS_AS(run_graph(b.graph(), {Floats{1, 2}}), Error);
}

TEST_CASE("a call of a subgraph that is absent or takes other inputs is refused") {
  for (const std::int32_t index : {-1, 7, 1}) {
    CAPTURE(index);
    GraphBuilder b;
    const int x = b.input(TensorType::FLOAT32, {2});
    b.op(BuiltinOperator::STABLEHLO_COMPOSITE, {x, x}, {b.output(TensorType::FLOAT32)},
         StablehloCompositeOptions{
             .name = "f", .decomposition_subgraph_index = index, .composite_attributes = {}});
    add_scaling(b, 2);
    CHECK_THROWS_AS(run_graph(b.graph(), {Floats{1, 2}}), Error);
  }
}

TEST_CASE("STABLEHLO_CASE takes the last branch for an index out of range") {
  GraphBuilder b;
  const int index = b.input(TensorType::INT32, {});
  const int x = b.input(TensorType::FLOAT32, {2});
  b.op(BuiltinOperator::STABLEHLO_CASE, {index, x}, {b.output(TensorType::FLOAT32)},
       StablehloCaseOptions{{1, 2}});
  add_scaling(b, 2);
  add_scaling(b, 3);
  const auto run = [&](std::int32_t at) {
    return run_graph(b.graph(), {std::vector<std::int32_t>{at}, Floats{1, 2}}).values<float>();
  };
  CHECK(run(0) == Floats{2, 4});
  CHECK(run(1) == Floats{3, 6});
  CHECK(run(-5) == Floats{3, 6});
}

TEST_CASE("CALL_ONCE sets a variable that later runs read and change") {
  GraphBuilder b;
  const int x = b.input(TensorType::FLOAT32, {2});
  const int handle = b.tensor(TensorType::RESOURCE);
  const int state = b.tensor(TensorType::FLOAT32, {2});
  const int sum = b.output(TensorType::FLOAT32);
  b.op(BuiltinOperator::CALL_ONCE, {}, {}, CallOnceOptions{1});
  b.op(BuiltinOperator::VAR_HANDLE, {}, {handle}, VarHandleOptions{"", "state"});
  b.op(BuiltinOperator::READ_VARIABLE, {handle}, {state});
  b.op(BuiltinOperator::ADD, {state, x}, {sum}, AddOptions{});
  b.op(BuiltinOperator::ASSIGN_VARIABLE, {handle, sum}, {});
  b.subgraph();
  const int same = b.tensor(TensorType::RESOURCE);
  const int start = b.constant<float>({2}, {10, 20});
  b.op(BuiltinOperator::VAR_HANDLE, {}, {same}, VarHandleOptions{"", "state"});
  b.op(BuiltinOperator::ASSIGN_VARIABLE, {same, start}, {});

  runtime::Session session(b.graph(), kernels_only());
  set_inputs(session, {Floats{1, 2}});
  session.run();
  CHECK(read_outputs(session).values<float>() == Floats{11, 22});
  session.run();
  CHECK(read_outputs(session).values<float>() == Floats{12, 24});
}

TEST_CASE("reading a variable that was never assigned is refused") {
  GraphBuilder b;
  b.input(TensorType::FLOAT32, {1});
  const int handle = b.tensor(TensorType::RESOURCE);
  b.op(BuiltinOperator::VAR_HANDLE, {}, {handle}, VarHandleOptions{"", "nothing"});
  b.op(BuiltinOperator::READ_VARIABLE, {handle}, {b.output(TensorType::FLOAT32, {2})});
  CHECK_THROWS_AS(run_graph(b.graph(), {Floats{1}}), Error);
}

}  // namespace litezoo::test
