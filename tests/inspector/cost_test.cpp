#include "inspector/cost.h"

#include <doctest/doctest.h>

#include "base/file.h"
#include "inspector/inspect.h"
#include "tests/inspector/shared_models.h"
#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

namespace {

std::vector<float> zeros(std::size_t count) {
  return std::vector<float>(count, 0.0F);
}

}  // namespace

TEST_CASE("multiply-accumulates and parameters follow from the shapes") {
  struct Case {
    const char* name;
    void (*build)(test::GraphBuilder& b);
    std::uint64_t macs, parameters;
  };
  const Case cases[] = {
      {"3x3 convolution, 2 to 4 channels, 5x5 out",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 5, 5, 2});
         const int w = b.constant<float>({4, 3, 3, 2}, zeros(72));
         const int bias = b.constant<float>({4}, zeros(4));
         b.op(CONV_2D, {x, w, bias}, {b.output(FLOAT32, {1, 5, 5, 4})}, Conv2DOptions{});
       },
       5 * 5 * 4 * 3 * 3 * 2, 76},
      {"depthwise 3x3",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {1, 5, 5, 2});
         const int w = b.constant<float>({1, 3, 3, 4}, zeros(36));
         b.op(DEPTHWISE_CONV_2D, {x, w}, {b.output(FLOAT32, {1, 5, 5, 4})},
              DepthwiseConv2DOptions{});
       },
       5 * 5 * 4 * 9, 36},
      {"fully connected, batch 3",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {3, 8});
         const int w = b.constant<float>({10, 8}, zeros(80));
         b.op(FULLY_CONNECTED, {x, w, -1}, {b.output(FLOAT32, {3, 10})}, FullyConnectedOptions{});
       },
       3 * 10 * 8, 80},
      {"transposed convolution",
       [](test::GraphBuilder& b) {
         const int shape = b.constant<std::int32_t>({4}, {1, 8, 8, 5});
         const int w = b.constant<float>({5, 2, 2, 3}, zeros(60));
         const int x = b.input(FLOAT32, {1, 4, 4, 3});
         b.op(TRANSPOSE_CONV, {shape, w, x}, {b.output(FLOAT32, {1, 8, 8, 5})},
              TransposeConvOptions{});
       },
       4 * 4 * 3 * 2 * 2 * 5, 60},
      {"batch matrix product",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {2, 3, 4});
         const int y = b.input(FLOAT32, {2, 4, 5});
         b.op(BATCH_MATMUL, {x, y}, {b.output(FLOAT32, {2, 3, 5})}, BatchMatMulOptions{});
       },
       2 * 3 * 5 * 4, 0},
      {"reshape: its shape is no parameter",
       [](test::GraphBuilder& b) {
         const int x = b.input(FLOAT32, {4, 4});
         const int shape = b.constant<std::int32_t>({1}, {16});
         b.op(RESHAPE, {x, shape}, {b.output(FLOAT32, {16})}, ReshapeOptions{});
       },
       0, 0},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    test::GraphBuilder b;
    c.build(b);
    const inspector::Cost cost = inspector::cost_of(b.graph());
    CHECK(cost.macs == c.macs);
    CHECK(cost.parameters == c.parameters);
    REQUIRE(cost.nodes.size() == 1);
    CHECK(cost.nodes[0][0].macs == c.macs);
  }
}

TEST_CASE("weights that two operators share count once") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1, 4});
  const int w = b.constant<float>({4, 4}, zeros(16));
  const int y = b.tensor(FLOAT32, {1, 4});
  b.op(FULLY_CONNECTED, {x, w, -1}, {y}, FullyConnectedOptions{});
  b.op(FULLY_CONNECTED, {y, w, -1}, {b.output(FLOAT32, {1, 4})}, FullyConnectedOptions{});
  const inspector::Cost cost = inspector::cost_of(b.graph());
  CHECK(cost.parameters == 16);
  CHECK(cost.weights == Bytes{64});
  CHECK(cost.macs == 32);
}

TEST_CASE("known networks have the published numbers of parameters and MACs") {
  const auto folder = test::shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to compare with");
    return;
  }
  struct Case {
    const char* file;
    double parameters_million, macs_million;
  };
  // MobileNet v1 and v2: the tables of their papers' release notes; YAMNet: its README.
  const Case cases[] = {
      {"gh-google-coral-test_data/mobilenet_v1_0.25_128_quant.tflite", 0.47, 14},
      {"gh-tensorflow-tflite-support/mobilenet_v1_0.25_224_quant.tflite", 0.47, 41},
      {"gh-google-coral-test_data/tf2_mobilenet_v2_1.0_224_ptq.tflite", 3.5, 300},
      {"gh-tensorflow-tflite-support/yamnet_audio_classifier_with_metadata.tflite", 3.75, 69.2},
  };
  for (const Case& c : cases) {
    CAPTURE(c.file);
    const MappedFile file(folder / c.file);
    const Inspection inspection = inspector::inspect(file.bytes(), c.file);
    CHECK(static_cast<double>(inspection.parameters) / 1e6 ==
          doctest::Approx(c.parameters_million).epsilon(0.03));
    CHECK(static_cast<double>(inspection.macs) / 1e6 ==
          doctest::Approx(c.macs_million).epsilon(0.03));
  }
}
