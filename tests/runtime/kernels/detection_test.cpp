#include <doctest/doctest.h>
#include <flatbuffers/flexbuffers.h>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo::test {
namespace {

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

std::vector<std::uint8_t> detection_options(bool regular, int most, float overlap) {
  flexbuffers::Builder flex;
  flex.Map([&] {
    flex.Int("max_detections", most);
    flex.Int("max_classes_per_detection", 1);
    flex.Int("detections_per_class", 1);
    flex.Bool("use_regular_nms", regular);
    flex.Float("nms_score_threshold", 0.0F);
    flex.Float("nms_iou_threshold", overlap);
    flex.Int("num_classes", 2);
    flex.Float("y_scale", 10);
    flex.Float("x_scale", 10);
    flex.Float("h_scale", 5);
    flex.Float("w_scale", 5);
  });
  flex.Finish();
  return flex.GetBuffer();
}

// Six unit boxes, three pairs of near twins; scores for background and two classes.
RunResult run_detection(const std::vector<std::uint8_t>& options) {
  GraphBuilder b;
  const int boxes = b.input(TensorType::FLOAT32, {1, 6, 4});
  const int scores = b.input(TensorType::FLOAT32, {1, 6, 3});
  const int anchors =
      b.constant<float>({6, 4}, {0.5F, 0.5F,  1, 1, 0.5F, 0.5F,  1, 1, 0.5F, 0.5F,   1, 1,
                                 0.5F, 10.5F, 1, 1, 0.5F, 10.5F, 1, 1, 0.5F, 100.5F, 1, 1});
  std::vector<std::int32_t> outputs;
  for (int i = 0; i < 4; ++i) outputs.push_back(b.output(TensorType::FLOAT32));
  b.custom("TFLite_Detection_PostProcess", {boxes, scores, anchors}, outputs, options);
  return run_graph(
      b.graph(),
      {Floats{0, 0, 0, 0, 0, 1, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0},
       Floats{0, .9F, .8F, 0, .75F, .72F, 0, .6F, .5F, 0, .93F, .95F, 0, .5F, .4F, 0, .3F, .2F}});
}

}  // namespace

TEST_CASE("detections are the best boxes of the best class of each box") {
  const RunResult result = run_detection(detection_options(false, 3, 0.5F));
  CHECK(result.shape(0) == Ints{1, 3, 4});
  CHECK(result.values<float>(3) == Floats{3});
  CHECK(result.values<float>(2) == Floats{0.95F, 0.9F, 0.3F});
  CHECK(result.values<float>(1) == Floats{1, 0, 0});
  CHECK(result.values<float>(0) == Floats{0, 10, 1, 11, 0, 0, 1, 1, 0, 100, 1, 101});
}

TEST_CASE("detections class by class, and rows of zeros after the last") {
  const RunResult result = run_detection(detection_options(true, 3, 0.5F));
  CHECK(result.values<float>(3) == Floats{2});
  CHECK(result.values<float>(2) == Floats{0.95F, 0.93F, 0});
  CHECK(result.values<float>(1) == Floats{1, 0, 0});
  CHECK(result.values<float>(0) == Floats{0, 10, 1, 11, 0, 10, 1, 11, 0, 0, 0, 0});
}

TEST_CASE("detection options that make no sense are refused") {
  CHECK_THROWS_AS(run_detection(detection_options(false, -1, 0.5F)), Error);
  CHECK_THROWS_AS(run_detection(detection_options(false, 2147483647, 0.5F)), Error);
  CHECK_THROWS_AS(run_detection(detection_options(false, 3, 0.0F)), Error);
  CHECK_THROWS_AS(run_detection({1, 2, 3}), Error);
  CHECK_THROWS_AS(run_detection({}), Error);
}

TEST_CASE("NON_MAX_SUPPRESSION drops boxes that overlap a better one") {
  const Floats boxes = {1, 1,  0, 0,  0, 0.1F,  1, 1.1F,  0, 0.9F, 1, -0.1F,
                        0, 10, 1, 11, 1, 10.1F, 0, 11.1F, 1, 101,  0, 100};
  const Floats scores = {0.9F, 0.75F, 0.6F, 0.95F, 0.5F, 0.3F};
  const auto run = [&](std::int32_t most, float overlap, float score, bool soft, float sigma) {
    GraphBuilder b;
    std::vector<std::int32_t> inputs = {
        b.input(TensorType::FLOAT32, {6, 4}), b.input(TensorType::FLOAT32, {6}),
        b.constant<std::int32_t>({}, {most}), b.constant<float>({}, {overlap}),
        b.constant<float>({}, {score})};
    std::vector<std::int32_t> outputs = {b.output(TensorType::INT32)};
    if (soft) {
      inputs.push_back(b.constant<float>({}, {sigma}));
      outputs.push_back(b.output(TensorType::FLOAT32));
    }
    outputs.push_back(b.output(TensorType::INT32));
    b.op(soft ? BuiltinOperator::NON_MAX_SUPPRESSION_V5 : BuiltinOperator::NON_MAX_SUPPRESSION_V4,
         inputs, outputs);
    return run_graph(b.graph(), {boxes, scores});
  };
  const RunResult hard = run(6, 0.5F, 0.4F, false, 0);
  CHECK(hard.values<std::int32_t>(0) == Ints{3, 0, 0, 0, 0, 0});
  CHECK(hard.values<std::int32_t>(1) == Ints{2});
  CHECK(run(1, 0.5F, 0.0F, false, 0).values<std::int32_t>(1) == Ints{1});
  CHECK(run(0, 0.5F, 0.0F, false, 0).values<std::int32_t>(1) == Ints{0});

  const RunResult soft = run(6, 1.0F, 0.0F, true, 0.5F);
  CHECK(soft.values<std::int32_t>(0) == Ints{3, 0, 1, 5, 4, 2});
  CHECK(soft.values<std::int32_t>(2) == Ints{6});
  const Floats want = {0.95F, 0.9F, 0.384F, 0.3F, 0.256F, 0.197F};
  for (std::size_t i = 0; i < want.size(); ++i)
    CHECK(std::abs(soft.values<float>(1)[i] - want[i]) < 0.01F);
}

}  // namespace litezoo::test
