#include "tests/builder/classifier.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/hash.h"
#include "inspector/read.h"

using namespace litezoo;
using builder::ClassifierOptions;
using builder::Precision;

TEST_CASE("the family has the layers, the signature and the types it promises") {
  const struct {
    Precision precision;
    TensorType border, weights;
    std::ptrdiff_t dequantize;
  } cases[] = {
      {Precision::float32, TensorType::FLOAT32, TensorType::FLOAT32, 0},
      {Precision::float16, TensorType::FLOAT32, TensorType::FLOAT16, 16},
      {Precision::int8, TensorType::INT8, TensorType::INT8, 0},
  };
  for (const auto& c : cases) {
    CAPTURE(builder::to_string(c.precision));
    const auto bytes = builder::classifier({.width = 0.5, .precision = c.precision});
    const auto graph = inspector::read_graph(bytes, "built").graph;
    const auto& main = graph.subgraphs.at(0);

    REQUIRE(graph.signatures.size() == 1);
    const auto& signature = graph.signatures.front();
    CHECK(signature.key == "serving_default");
    CHECK(signature.inputs.at(0).name == "image");
    CHECK(signature.outputs.at(0).name == "probabilities");

    const auto input = static_cast<std::size_t>(main.inputs.at(0));
    CHECK(main.tensors.at(input).type == c.border);
    CHECK(main.tensors.at(input).shape == std::vector<std::int32_t>{1, 64, 64, 3});
    const auto count = [&](BuiltinOperator code) {
      return std::ranges::count(main.operators, code, &Operator::code);
    };
    CHECK(count(BuiltinOperator::CONV_2D) == 8);
    CHECK(count(BuiltinOperator::DEPTHWISE_CONV_2D) == 7);
    CHECK(count(BuiltinOperator::DEQUANTIZE) == c.dequantize);
    const bool stored_so = std::ranges::any_of(main.tensors, [&](const Tensor& tensor) {
      return tensor.is_constant() && tensor.type == c.weights && tensor.shape.size() == 4;
    });
    CHECK(stored_so);
  }
}

TEST_CASE("int8 convolutions have one scale a channel, their biases the product of scales") {
  const auto bytes = builder::classifier({.width = 0.25, .precision = Precision::int8});
  const auto graph = inspector::read_graph(bytes, "built").graph;
  const auto& main = graph.subgraphs.at(0);
  const auto& stem = main.operators.at(0);
  const auto tensor = [&](std::int32_t index) -> const Tensor& {
    return main.tensors.at(static_cast<std::size_t>(index));
  };
  const auto& scales = tensor(stem.inputs.at(1)).quantization.scale;
  const auto& bias_scales = tensor(stem.inputs.at(2)).quantization.scale;
  const float input_scale = tensor(stem.inputs.at(0)).quantization.scale.at(0);
  REQUIRE(scales.size() == 8);
  REQUIRE(bias_scales.size() == 8);
  for (std::size_t i = 0; i < scales.size(); ++i) CHECK(bias_scales[i] == scales[i] * input_scale);
}

TEST_CASE("the same options give the same bytes, on every machine") {
  const auto digest = [](const ClassifierOptions& options) {
    return sha256_of(builder::classifier(options));
  };
  CHECK(digest({.width = 0.25}) == digest({.width = 0.25}));
  CHECK(digest({.width = 0.25}) != digest({.width = 0.25, .seed = 2}));
}

TEST_CASE("width and precision set the size of the file") {
  const auto size = [](double width, Precision precision) {
    return builder::classifier({width, precision}).size();
  };
  CHECK(size(1, Precision::int8) < size(1, Precision::float16));
  CHECK(size(1, Precision::float16) < size(1, Precision::float32));
  CHECK(size(0.5, Precision::float32) < size(1, Precision::float32));
}
