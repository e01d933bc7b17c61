#include "tests/builder/write_tflite.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "inspector/read.h"
#include "tests/builder/classifier.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using test::GraphBuilder;

namespace {

// Makes a graph of one operator with two inputs and one output of the same shape.
void add_one_operator(GraphBuilder& builder, BuiltinOperator code, OperatorOptions options) {
  const int a = builder.input(TensorType::FLOAT32, {1, 4, 4, 2});
  const int b = builder.constant({1, 4, 4, 2}, std::vector<float>(32, 1));
  const int out = builder.output(TensorType::FLOAT32, {1, 4, 4, 2});
  builder.op(code, {a, b}, {out}, std::move(options));
  builder.last_op().version = 2;
}

}  // namespace

TEST_CASE("a built model survives being read and written again, byte for byte") {
  for (const auto precision :
       {builder::Precision::float32, builder::Precision::float16, builder::Precision::int8}) {
    CAPTURE(builder::to_string(precision));
    const auto bytes = builder::classifier({.width = 0.25, .precision = precision});
    const auto read = inspector::read_graph(bytes, "built");
    CHECK(read.findings.empty());
    CHECK(builder::write_tflite(read.graph) == bytes);
  }
}

TEST_CASE("operator options keep their kind and their values") {
  const struct {
    BuiltinOperator code;
    OperatorOptions options;
  } cases[] = {
      {BuiltinOperator::CONV_2D, Conv2DOptions{.padding = Padding::VALID, .stride_w = 2}},
      {BuiltinOperator::DEPTHWISE_CONV_2D, DepthwiseConv2DOptions{.depth_multiplier = 3}},
      {BuiltinOperator::TRANSPOSE_CONV, TransposeConvOptions{.stride_h = 2}},
      {BuiltinOperator::MAX_POOL_2D, Pool2DOptions{.filter_width = 3}},
      {BuiltinOperator::FULLY_CONNECTED, FullyConnectedOptions{.keep_num_dims = true}},
      {BuiltinOperator::BATCH_MATMUL, BatchMatMulOptions{.adj_y = true}},
      {BuiltinOperator::ADD, AddOptions{ActivationFunction::RELU}},
      {BuiltinOperator::SUB, AddOptions{ActivationFunction::RELU6}},
      {BuiltinOperator::MUL, ActivationOptions{ActivationFunction::TANH}},
      {BuiltinOperator::DIV, ActivationOptions{ActivationFunction::RELU}},
      {BuiltinOperator::L2_NORMALIZATION, ActivationOptions{}},
      {BuiltinOperator::CONCATENATION, ConcatenationOptions{.axis = -1}},
      {BuiltinOperator::SOFTMAX, SoftmaxOptions{0.5F}},
      {BuiltinOperator::RESIZE_BILINEAR, ResizeBilinearOptions{.half_pixel_centers = true}},
      {BuiltinOperator::RESHAPE, ReshapeOptions{{2, 16}}},
      {BuiltinOperator::GATHER, GatherOptions{.axis = 1}},
      {BuiltinOperator::MEAN, ReducerOptions{true}},
      {BuiltinOperator::SQUEEZE, SqueezeOptions{{0}}},
      {BuiltinOperator::LEAKY_RELU, LeakyReluOptions{0.1F}},
      {BuiltinOperator::CAST, CastOptions{TensorType::FLOAT32, TensorType::INT8}},
      {BuiltinOperator::PACK, PackOptions{2, 1}},
  };
  for (const auto& c : cases) {
    CAPTURE(builtin_operator_name(c.code));
    GraphBuilder model;
    add_one_operator(model, c.code, c.options);
    const auto bytes = builder::write_tflite(model.graph());
    const auto read = inspector::read_graph(bytes, "built");
    const Operator& op = read.graph.subgraphs.at(0).operators.at(0);
    CHECK(op.code == c.code);
    CHECK(op.version == 2);
    CHECK(op.options.index() == c.options.index());
    CHECK(builder::write_tflite(read.graph) == bytes);
  }
}

TEST_CASE("a custom operator keeps its name and its bytes") {
  GraphBuilder model;
  add_one_operator(model, BuiltinOperator::CUSTOM, {});
  const std::vector<std::byte> options = {std::byte{1}, std::byte{2}, std::byte{3}};
  Operator& written = model.last_op();
  written.custom_code = "MaxPoolingWithArgmax2D";
  written.custom_options = options;
  const auto bytes = builder::write_tflite(model.graph());
  const auto read = inspector::read_graph(bytes, "built");
  const Operator& op = read.graph.subgraphs.at(0).operators.at(0);
  CHECK(operator_name(op) == "MaxPoolingWithArgmax2D");
  CHECK(std::vector(op.custom_options.begin(), op.custom_options.end()) == options);
}

TEST_CASE("constants are aligned for the kernels that read them in place") {
  const auto bytes = builder::classifier({.width = 0.25});
  const auto read = inspector::read_graph(bytes, "built");
  for (const auto& tensor : read.graph.subgraphs.at(0).tensors) {
    if (!tensor.is_constant()) continue;
    CAPTURE(tensor.name);
    CHECK((tensor.data.data() - bytes.data()) % 16 == 0);
  }
}

TEST_CASE("what the builder cannot write is refused by name") {
  GraphBuilder model;
  add_one_operator(model, BuiltinOperator::SVDF, SvdfOptions{.rank = 1});
  CHECK_THROWS_WITH_AS(builder::write_tflite(model.graph()),
                       doctest::Contains("does not write the options of SVDF"), Error);
}
