#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::run_graph;

TEST_CASE("a sequence RNN adds what it said before, step by step") {
  const std::vector<float> x{1, 2, 3, 4};
  for (const bool time_major : {true, false}) {
    CAPTURE(time_major);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {2, 2, 1});
    const int state = b.variable(TensorType::FLOAT32, {2, 1});
    SequenceRnnOptions options;
    options.time_major = time_major;
    options.fused_activation_function = ActivationFunction::RELU;
    b.op(BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN,
         {in, b.constant<float>({1, 1}, {10}), b.constant<float>({1, 1}, {0.5F}),
          b.constant<float>({1}, {1}), state},
         {b.output(TensorType::FLOAT32)}, options);
    // 10 x + h / 2 + 1
    CHECK(run_graph(b.graph(), {x}).values<float>() ==
          (time_major ? std::vector<float>{11, 21, 36.5F, 51.5F}
                      : std::vector<float>{11, 26.5F, 31, 56.5F}));
  }
}

TEST_CASE("BIDIRECTIONAL_SEQUENCE_RNN reads from both ends") {
  for (const bool merged : {false, true}) {
    CAPTURE(merged);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {3, 1, 1});
    const int one = b.constant<float>({1, 1}, {1}), zero = b.constant<float>({1}, {0});
    BidirectionalSequenceRnnOptions options;
    options.time_major = true;
    options.merge_outputs = merged;
    std::vector<std::int32_t> outputs{b.output(TensorType::FLOAT32)};
    if (!merged) outputs.push_back(b.output(TensorType::FLOAT32));
    b.op(BuiltinOperator::BIDIRECTIONAL_SEQUENCE_RNN,
         {in, one, one, zero, b.variable(TensorType::FLOAT32, {1, 1}), one, one, zero,
          b.variable(TensorType::FLOAT32, {1, 1}), -1, -1, -1},
         outputs, options);
    const auto result = run_graph(b.graph(), {std::vector<float>{1, 2, 4}});
    if (merged) {
      CHECK(result.values<float>() == std::vector<float>{1, 7, 3, 6, 7, 4});
    } else {
      CHECK(result.values<float>(0) == std::vector<float>{1, 3, 7});
      CHECK(result.values<float>(1) == std::vector<float>{7, 6, 4});
    }
  }
}

TEST_CASE("RNN quantises its inputs when its weights are 8 bits wide") {
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 2});
  const Quantization scale = test::quantized(0.5F, 0);
  b.op(BuiltinOperator::RNN,
       {in, b.constant<std::int8_t>({1, 2}, {4, -2}, scale),
        b.constant<std::int8_t>({1, 1}, {2}, scale), b.constant<float>({1}, {1}),
        b.variable(TensorType::FLOAT32, {1, 1})},
       {b.output(TensorType::FLOAT32)}, RnnOptions{});
  CHECK(run_graph(b.graph(), {std::vector<float>{3, 1}}).values<float>()[0] ==
        doctest::Approx(2 * 3 - 1 + 1).epsilon(0.01));
}

// Two filters of rank 1 with a memory of 2: y = t0 * last + t1 * now + b.
SvdfOptions svdf_options() {
  SvdfOptions options;
  options.rank = 1;
  return options;
}

TEST_CASE("SVDF weighs what its filters saw over time") {
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 2});
  const int state = b.variable(TensorType::FLOAT32, {1, 4});
  b.op(BuiltinOperator::SVDF,
       {in, b.constant<float>({2, 2}, {1, 0, 0, 1}), b.constant<float>({2, 2}, {10, 1, 100, 1}),
        b.constant<float>({2}, {0.5F, 0}), state},
       {b.output(TensorType::FLOAT32)}, svdf_options());
  runtime::Session session(b.graph(), test::kernels_only());
  const std::vector<std::vector<float>> steps{{1, 2}, {3, 4}, {0, 0}};
  const std::vector<std::vector<float>> want{{1.5F, 2}, {13.5F, 204}, {30.5F, 400}};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    test::set_inputs(session, {steps[i]});
    session.run();
    CHECK(test::read_outputs(session).values<float>() == want[i]);
  }
}

template <typename T>
void check_integer_svdf() {
  GraphBuilder b;
  const int in = b.input(TensorType::INT8, {1, 2}, test::quantized(1.0F, -1));
  const int feature = b.constant<std::int8_t>({2, 2}, {1, 0, 0, 1}, test::quantized(1.0F, 0));
  const int time = b.constant<T>({2, 2}, {10, 1, 2, 1}, test::quantized(1.0F, 0));
  const int bias = b.constant<std::int32_t>({2}, {3, 0});
  const int state = b.variable(test::tensor_type_of<T>(), {1, 4}, test::quantized(1.0F, 0));
  b.op(BuiltinOperator::SVDF, {in, feature, time, bias, state},
       {b.output(TensorType::INT8, {}, test::quantized(1.0F, 2))}, svdf_options());
  runtime::Session session(b.graph(), test::kernels_only());
  const std::vector<std::vector<std::int8_t>> steps{{0, 1}, {2, 3}, {-1, -1}};
  // With the input's zero point off: (1, 2), (3, 4), (0, 0).
  const std::vector<std::vector<std::int8_t>> want{{6, 4}, {18, 10}, {35, 10}};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    test::set_inputs(session, {steps[i]});
    session.run();
    CHECK(test::read_outputs(session).template values<std::int8_t>() == want[i]);
  }
}

TEST_CASE("integer SVDF gives the same with a wide and a narrow state") {
  check_integer_svdf<std::int16_t>();
  check_integer_svdf<std::int8_t>();
}

TEST_CASE("recurrent operators refuse weights that do not fit") {
  GraphBuilder svdf;
  const int in = svdf.input(TensorType::FLOAT32, {1, 2});
  svdf.op(BuiltinOperator::SVDF,
          {in, svdf.constant<float>({2, 3}, std::vector<float>(6)),
           svdf.constant<float>({2, 2}, std::vector<float>(4)), -1,
           svdf.variable(TensorType::FLOAT32, {1, 4})},
          {svdf.output(TensorType::FLOAT32)}, svdf_options());
  CHECK_THROWS_WITH_AS(run_graph(svdf.graph(), {std::vector<float>(2)}), doctest::Contains("SVDF"),
                       Error);
  GraphBuilder rnn;
  const int x = rnn.input(TensorType::FLOAT32, {1, 2});
  rnn.op(
      BuiltinOperator::RNN,
      {x, rnn.constant<float>({3, 2}, std::vector<float>(6)),
       rnn.constant<float>({2, 3}, std::vector<float>(6)),
       rnn.constant<float>({3}, std::vector<float>(3)), rnn.variable(TensorType::FLOAT32, {1, 3})},
      {rnn.output(TensorType::FLOAT32)}, RnnOptions{});
  CHECK_THROWS_WITH_AS(run_graph(rnn.graph(), {std::vector<float>(2)}), doctest::Contains("RNN"),
                       Error);
}

}  // namespace
}  // namespace litezoo
