#include <doctest/doctest.h>

#include <flatbuffers/flexbuffers.h>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "tests/support/run_graph.h"

namespace litezoo {
namespace {

using test::GraphBuilder;
using test::run_graph;

// The bytes of a C struct of 32-bit fields.
std::vector<std::uint8_t> fields(const std::vector<std::int32_t>& values) {
  std::vector<std::uint8_t> bytes(values.size() * 4);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

constexpr std::int32_t kSame = 1, kValid = 2;

TEST_CASE("Convolution2DTransposeBias finds its own output size") {
  struct {
    std::int32_t padding;
    std::vector<std::int32_t> shape;
    std::vector<float> want;
  } const cases[] = {{kSame, {1, 1, 4, 1}, {101, 110, 102, 120}},
                     {kValid, {1, 1, 4, 1}, {101, 110, 102, 120}}};
  for (const auto& c : cases) {
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, {1, 1, 2, 1});
    b.custom("Convolution2DTransposeBias",
             {in, b.constant<float>({1, 1, 2, 1}, {1, 10}), b.constant<float>({1}, {100})},
             {b.output(TensorType::FLOAT32)}, fields({c.padding, 2, 1}));
    const auto result = run_graph(b.graph(), {std::vector<float>{1, 2}});
    CHECK(result.shape() == c.shape);
    CHECK(result.values<float>() == c.want);
  }
}

TEST_CASE("MaxUnpooling2D puts back what MaxPoolingWithArgmax2D found") {
  const auto options = fields({kSame, 2, 2, 2, 2, 0});
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 2, 4, 1});
  const int greatest = b.output(TensorType::FLOAT32), indices = b.output(TensorType::FLOAT32);
  b.custom("MaxPoolingWithArgmax2D", {in}, {greatest, indices}, options);
  b.custom("MaxUnpooling2D", {greatest, indices}, {b.output(TensorType::FLOAT32)}, options);
  const auto result = run_graph(b.graph(), {std::vector<float>{1, 2, -5, -6, 4, 3, -7, -4}});
  CHECK(result.values<float>(0) == std::vector<float>{4, -4});
  CHECK(result.values<float>(1) == std::vector<float>{2.1F, 3.1F});
  CHECK(result.shape(2) == std::vector<std::int32_t>{1, 2, 4, 1});
  CHECK(result.values<float>(2) == std::vector<float>{0, 0, 0, 0, 4, 0, 0, -4});
}

TEST_CASE("MaxUnpooling2D leaves out an index outside the window") {
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 1, 2, 1});
  const int indices = b.constant<float>({1, 1, 2, 1}, {NAN, 1e9F});
  b.custom("MaxUnpooling2D", {in, indices}, {b.output(TensorType::FLOAT32)},
           fields({kSame, 2, 2, 2, 2, 0}));
  CHECK(run_graph(b.graph(), {std::vector<float>{1, 2}}).values<float>() == std::vector<float>(8));
}

TEST_CASE("TransformTensorBilinear samples an image through a map") {
  flexbuffers::Builder flex;
  flex.Map([&] {
    flex.Int("output_height", 1);
    flex.Int("output_width", 3);
  });
  flex.Finish();
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 2, 2, 1});
  // Half a pixel to the right: outside from the second on.
  const int map = b.constant<float>({1, 4, 4}, {1, 0, 0, 0.5F, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1});
  b.custom("TransformTensorBilinear", {in, map}, {b.output(TensorType::FLOAT32)}, flex.GetBuffer());
  const auto result = run_graph(b.graph(), {std::vector<float>{1, 3, 5, 7}});
  CHECK(result.shape() == std::vector<std::int32_t>{1, 1, 3, 1});
  CHECK(result.values<float>() == std::vector<float>{2, 0, 0});
}

TEST_CASE("TransformLandmarks maps points and leaves depths alone") {
  GraphBuilder b;
  const int map = b.constant<float>({1, 4, 4}, {2, 0, 0, 10, 0, 3, 0, 20, 0, 0, 1, 0, 0, 0, 0, 1});
  const int flat = b.input(TensorType::FLOAT32, {1, 2, 2}),
            deep = b.input(TensorType::FLOAT32, {1, 1, 3});
  b.custom("TransformLandmarks", {flat, map}, {b.output(TensorType::FLOAT32)});
  b.custom("TransformLandmarks", {deep, map}, {b.output(TensorType::FLOAT32)});
  const auto result =
      run_graph(b.graph(), {std::vector<float>{1, 2, 3, 4}, std::vector<float>{1, 2, 9}});
  CHECK(result.values<float>(0) == std::vector<float>{12, 26, 16, 32});
  CHECK(result.values<float>(1) == std::vector<float>{12, 26, 9});
}

std::vector<std::uint8_t> crop_options(std::int64_t left, const std::vector<std::int64_t>& subset) {
  flexbuffers::Builder flex;
  flex.Map([&] {
    flex.Int("left_rotation_idx", left);
    flex.Int("right_rotation_idx", 1);
    flex.Int("output_height", 4);
    flex.Int("output_width", 4);
    flex.Float("scale_x", 1.0F);
    flex.Float("scale_y", 1.0F);
    flex.TypedVector("subset_idxs", [&] {
      for (const std::int64_t index : subset) flex.Int(index);
    });
  });
  flex.Finish();
  return flex.GetBuffer();
}

TEST_CASE("Landmarks2TransformMatrix maps a crop's corners to the landmarks' box") {
  // A square turned by a quarter: its first two landmarks point up.
  const std::vector<float> landmarks{10, 0, 0, 10, 8, 0, 2, 0, 0, 2, 8, 0};
  GraphBuilder b;
  const int in = b.input(TensorType::FLOAT32, {1, 4, 3});
  b.custom("Landmarks2TransformMatrix", {in}, {b.output(TensorType::FLOAT32)},
           crop_options(0, {0, 1, 2, 3}));
  const auto m = run_graph(b.graph(), {landmarks}).values<float>();
  REQUIRE(m.size() == 16);
  const auto map = [&](float x, float y) {
    return std::vector<float>{m[0] * x + m[1] * y + m[3], m[4] * x + m[5] * y + m[7]};
  };
  const struct {
    float x, y, want_x, want_y;
  } corners[] = {{0, 0, 10, 0}, {4, 0, 10, 8}, {0, 4, 2, 0}, {4, 4, 2, 8}, {2, 2, 6, 4}};
  for (const auto& c : corners) {
    const auto got = map(c.x, c.y);
    CHECK(got[0] == doctest::Approx(static_cast<double>(c.want_x)));
    CHECK(got[1] == doctest::Approx(static_cast<double>(c.want_y)));
  }
}

TEST_CASE("MediaPipe's operators refuse options that make no sense") {
  const struct {
    const char* name;
    const char* op;
    std::vector<std::int32_t> shape;
    std::vector<std::uint8_t> options;
  } cases[] = {
      {"options cut short", "MaxPoolingWithArgmax2D", {1, 2, 2, 1}, fields({kSame, 2, 2})},
      {"no stride", "MaxPoolingWithArgmax2D", {1, 2, 2, 1}, fields({kSame, 0, 2, 2, 2, 0})},
      {"unknown padding", "MaxPoolingWithArgmax2D", {1, 2, 2, 1}, fields({7, 2, 2, 2, 2, 0})},
      {"no options", "Landmarks2TransformMatrix", {1, 4, 3}, {}},
      {"a landmark outside", "Landmarks2TransformMatrix", {1, 4, 3}, crop_options(4, {0, 1})},
      {"a subset outside", "Landmarks2TransformMatrix", {1, 4, 3}, crop_options(0, {0, -1})},
      {"an empty subset", "Landmarks2TransformMatrix", {1, 4, 3}, crop_options(0, {})},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    GraphBuilder b;
    const int in = b.input(TensorType::FLOAT32, c.shape);
    std::vector<std::int32_t> outputs{b.output(TensorType::FLOAT32)};
    if (std::string(c.op) == "MaxPoolingWithArgmax2D")
      outputs.push_back(b.output(TensorType::FLOAT32));
    b.custom(c.op, {in}, outputs, c.options);
    CHECK_THROWS_WITH_AS(run_graph(b.graph(), {std::vector<float>(element_count(c.shape))}),
                         doctest::Contains(c.op), Error);
  }
}

}  // namespace
}  // namespace litezoo
