#include "inspector/domain.h"

#include <doctest/doctest.h>

#include "tests/support/graph_builder.h"

using namespace litezoo;
using enum BuiltinOperator;
using enum TensorType;

namespace {

using Shape = std::vector<std::int32_t>;

inspector::DomainGuess guess(TensorType type, const Shape& in, const Shape& out,
                             const char* custom = nullptr) {
  test::GraphBuilder b;
  const int x = b.input(type, in);
  const int y = b.output(FLOAT32, out);
  b.op(CONV_2D, {x, x}, {y}, Conv2DOptions{});
  if (custom != nullptr) b.custom(custom, {y}, {b.output(FLOAT32, out)});
  return inspector::guess_domain(b.graph(), std::nullopt);
}

}  // namespace

TEST_CASE("shapes and operators suggest what a model is for") {
  struct Case {
    TensorType type;
    Shape in, out;
    const char* custom;
    const char* task;
  };
  const Case cases[] = {
      {UINT8, {1, 224, 224, 3}, {1, 1001}, nullptr, "image-classification"},
      {FLOAT32, {1, 224, 224, 3}, {1, 1280}, nullptr, "image-feature-vector"},
      {UINT8,
       {1, 300, 300, 3},
       {1, 10, 4},
       "TFLite_Detection_PostProcess",
       "image-object-detection"},
      {FLOAT32, {1, 257, 257, 3}, {1, 257, 257, 21}, nullptr, "image-segmentation"},
      {FLOAT32, {1, 50, 50, 3}, {1, 200, 200, 3}, nullptr, "image-super-resolution"},
      {FLOAT32, {1, 192, 192, 3}, {1, 1, 17, 3}, nullptr, "image-pose-detection"},
      {FLOAT32, {1, 15600}, {1, 521}, nullptr, "audio-event-classification"},
      {INT32, {1, 256}, {1, 2}, nullptr, "text-classification"},
      {FLOAT32, {1, 16, 172, 172, 3}, {1, 600}, nullptr, "video-classification"},
      {FLOAT32, {3, 5}, {3, 5}, nullptr, ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.task);
    const auto got = guess(c.type, c.in, c.out, c.custom);
    CHECK(got.task == c.task);
    CHECK((got.confidence > 0) == (*c.task != '\0'));
    CHECK(got.reason.empty() == (*c.task == '\0'));
  }
}

TEST_CASE("what the publisher's metadata says weighs more than shapes") {
  test::GraphBuilder b;
  const int x = b.input(FLOAT32, {1, 96, 64, 1});
  b.op(CONV_2D, {x, x}, {b.output(FLOAT32, {1, 521})}, Conv2DOptions{});
  inspector::FileMetadata metadata;
  metadata.subgraphs.resize(1);
  metadata.subgraphs[0].inputs.push_back({.content = inspector::ContentKind::audio});
  CHECK(inspector::guess_domain(b.graph(), metadata).domain == "audio");
  CHECK(inspector::guess_domain(Graph{}, metadata).domain.empty());
}

TEST_CASE("anchors with key points and rows of landmarks tell what is looked for") {
  struct Case {
    Shape first, second;
    const char* task;
  };
  const Case cases[] = {
      {{1, 896, 16}, {1, 896, 1}, "image-face-detection"},
      {{1, 2016, 18}, {1, 2016, 1}, "image-hand-detection"},
      {{1, 2254, 12}, {1, 2254, 1}, "image-object-detection"},
      {{1, 63}, {1, 1}, "image-hand-landmark-detection"},
      {{1, 1, 1, 1404}, {1, 1, 1, 1}, "image-face-landmark-detection"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.task);
    test::GraphBuilder b;
    const int x = b.input(FLOAT32, {1, 192, 192, 3});
    b.op(CONV_2D, {x, x}, {b.output(FLOAT32, c.first)}, Conv2DOptions{});
    b.op(CONV_2D, {x, x}, {b.output(FLOAT32, c.second)}, Conv2DOptions{});
    CHECK(inspector::guess_domain(b.graph(), std::nullopt).task == c.task);
  }
}
