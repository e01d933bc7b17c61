#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/kernels/flex_options.h"
#include "runtime/kernels/mediapipe_ops.h"

namespace litezoo::runtime {
namespace {

FlexOptions flex_options(const Node& node) {
  auto options = FlexOptions::parse(node.op().custom_options);
  if (!options) node.corrupt("its options are no FlexBuffer map");
  return std::move(*options);
}

// The first two rows of the 4 x 4 matrix on points with z = 0.
struct AffineMap {
  float xx, xy, x, yx, yy, y;
  float map_x(float px, float py) const { return xx * px + xy * py + x; }
  float map_y(float px, float py) const { return yx * px + yy * py + y; }
};

AffineMap read_map(const RuntimeTensor& matrix) {
  const auto* m = matrix.values<float>();
  return {m[0], m[1], m[3], m[4], m[5], m[7]};
}

void expect_matrix(const Node& node, const RuntimeTensor& matrix) {
  node.expect_type(matrix, {TensorType::FLOAT32});
  if (matrix.size() != 16) node.corrupt("its transformation is no 4 x 4 matrix");
}

struct Image {
  const float* pixels;
  std::size_t height, width, channels;
  // Null outside.
  const float* at(std::size_t row, std::size_t column) const {
    return row < height && column < width ? pixels + (row * width + column) * channels : nullptr;
  }
};

void sample(const Image& image, float x, float y, float* out) {
  const bool inside = x >= 0.0F && x <= static_cast<float>(image.width) - 1.0F && y >= 0.0F &&
                      y <= static_cast<float>(image.height) - 1.0F;
  std::fill_n(out, image.channels, 0.0F);
  if (!inside) return;
  const float left = std::floor(x), top = std::floor(y);
  const float right_share = x - left, lower_share = y - top;
  for (const std::size_t i : {0U, 1U, 2U, 3U}) {
    const bool right = (i & 1U) != 0, lower = i >= 2;
    const float* from = image.at(static_cast<std::size_t>(top) + (lower ? 1 : 0),
                                 static_cast<std::size_t>(left) + (right ? 1 : 0));
    if (from == nullptr) continue;
    const float share =
        (right ? right_share : 1.0F - right_share) * (lower ? lower_share : 1.0F - lower_share);
    for (std::size_t c = 0; c < image.channels; ++c) out[c] += share * from[c];
  }
}

struct CropOptions {
  std::int64_t left = 0, right = 0;  // landmarks that mark the rotation
  float width = 0, height = 0, scale_x = 0, scale_y = 0, target_rotation = 0;
  std::vector<std::size_t> subset;
};

CropOptions crop_options(const Node& node, std::int64_t landmarks) {
  const FlexOptions flex = flex_options(node);
  CropOptions options{.left = flex.integer("left_rotation_idx", -1),
                      .right = flex.integer("right_rotation_idx", -1),
                      .width = flex.number("output_width", 0),
                      .height = flex.number("output_height", 0),
                      .scale_x = flex.number("scale_x", 0),
                      .scale_y = flex.number("scale_y", 0),
                      .target_rotation = flex.number("target_rotation_radians", 0),
                      .subset = {}};
  const auto check = [&](double index) {
    if (!(index >= 0 && index < static_cast<double>(landmarks))) {
      node.corrupt("one of its landmarks lies outside the input");
    }
    return static_cast<std::size_t>(index);
  };
  check(static_cast<double>(options.left));
  check(static_cast<double>(options.right));
  for (const double index : flex.numbers("subset_idxs")) options.subset.push_back(check(index));
  if (options.subset.empty() || !(options.width > 0) || !(options.height > 0) ||
      !(options.scale_x > 0) || !(options.scale_y > 0)) {
    node.corrupt("its crop options are missing or not positive");
  }
  return options;
}

// The map from the crop's pixels to the image's: shift, rotate, scale, centre.
void write_matrix(const CropOptions& options, const float* landmarks, float* matrix) {
  const auto point = [&](std::size_t i) { return landmarks + i * 3; };
  const float* left = point(static_cast<std::size_t>(options.left));
  const float* right = point(static_cast<std::size_t>(options.right));
  const float rotation =
      options.target_rotation - std::atan2(right[1] - left[1], right[0] - left[0]);
  const float cosine = std::cos(rotation), sine = std::sin(rotation);
  constexpr float kFar = std::numeric_limits<float>::max();
  float low_x = kFar, low_y = kFar, high_x = -kFar, high_y = -kFar;
  for (const std::size_t i : options.subset) {
    const float x = cosine * point(i)[0] - sine * point(i)[1];
    const float y = sine * point(i)[0] + cosine * point(i)[1];
    low_x = std::min(low_x, x);
    high_x = std::max(high_x, x);
    low_y = std::min(low_y, y);
    high_y = std::max(high_y, y);
  }
  const float middle_x = (low_x + high_x) / 2, middle_y = (low_y + high_y) / 2;
  const float centre_x = cosine * middle_x + sine * middle_y;
  const float centre_y = -sine * middle_x + cosine * middle_y;
  const float scale_x = options.scale_x * (high_x - low_x) / options.width;
  const float scale_y = options.scale_y * (high_y - low_y) / options.height;
  const float shift_x = -scale_x * options.width / 2, shift_y = -scale_y * options.height / 2;
  const std::array<float, 16> values{cosine * scale_x,
                                     sine * scale_y,
                                     0,
                                     cosine * shift_x + sine * shift_y + centre_x,
                                     -sine * scale_x,
                                     cosine * scale_y,
                                     0,
                                     -sine * shift_x + cosine * shift_y + centre_y,
                                     0,
                                     0,
                                     1,
                                     0,
                                     0,
                                     0,
                                     0,
                                     1};
  std::ranges::copy(values, matrix);
}

}  // namespace

Evaluate prepare_transform_tensor(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& input = node.input(0);
  node.expect_type(input, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  expect_matrix(node, node.input(1));
  if (input.rank() != 4 || input.shape[0] != 1) node.corrupt("its input is no single image");
  const FlexOptions options = flex_options(node);
  const std::int64_t height = options.integer("output_height", 0);
  const std::int64_t width = options.integer("output_width", 0);
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  if (height <= 0 || width <= 0 || height > kMost || width > kMost) {
    node.corrupt("its output size is not positive");
  }
  node.set_shape(
      0, {1, static_cast<std::int32_t>(height), static_cast<std::int32_t>(width), input.shape[3]});
  return [](const Node& running) {
    const RuntimeTensor &x = running.input(0), &y = running.output(0);
    const auto extent = [](const RuntimeTensor& tensor, std::size_t axis) {
      return static_cast<std::size_t>(tensor.shape[axis]);
    };
    const Image image{x.values<float>(), extent(x, 1), extent(x, 2), extent(x, 3)};
    AffineMap map = read_map(running.input(1));
    // Pixels are sampled at their centres.
    map.x += map.xx * 0.5F + map.xy * 0.5F - 0.5F;
    map.y += map.yx * 0.5F + map.yy * 0.5F - 0.5F;
    float* out = running.output(0).mutable_values<float>();
    for (std::size_t row = 0; row < extent(y, 1); ++row) {
      for (std::size_t column = 0; column < extent(y, 2); ++column) {
        const auto px = static_cast<float>(column), py = static_cast<float>(row);
        sample(image, map.map_x(px, py), map.map_y(px, py), out);
        out += image.channels;
      }
    }
  };
}

Evaluate prepare_transform_landmarks(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(1);
  const RuntimeTensor& points = node.input(0);
  node.expect_type(points, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  expect_matrix(node, node.input(1));
  // Version 1 has its points side by side in the channels and names their width; version 2 has
  // one a row.
  const FlexOptions options = flex_options(node);
  const std::int64_t width =
      points.rank() == 3 ? points.shape[2] : options.integer("dimensions", 0);
  const float scale = points.rank() == 3 ? 1.0F : options.number("scale", 1);
  if ((points.rank() != 3 && points.rank() != 4) || (width != 2 && width != 3) ||
      points.shape.back() % width != 0) {
    node.corrupt("its points have neither 2 nor 3 coordinates");
  }
  node.set_shape(0, points.shape);
  return [step = static_cast<std::size_t>(width), scale](const Node& running) {
    AffineMap map = read_map(running.input(1));
    map.x *= scale;
    map.y *= scale;
    const RuntimeTensor& input = running.input(0);
    const auto* from = input.values<float>();
    auto* to = running.output(0).mutable_values<float>();
    for (std::size_t i = 0; i + step <= input.size(); i += step) {
      to[i] = map.map_x(from[i], from[i + 1]);
      to[i + 1] = map.map_y(from[i], from[i + 1]);
      if (step == 3) to[i + 2] = from[i + 2];
    }
  };
}

Evaluate prepare_landmarks_to_matrix(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  const RuntimeTensor& landmarks = node.input(0);
  node.expect_type(landmarks, {TensorType::FLOAT32});
  node.expect_type(node.output(0), {TensorType::FLOAT32});
  if (landmarks.rank() != 3) node.unsupported("version 1 of this operator");
  if (landmarks.size() % 3 != 0) node.corrupt("its landmarks have no 3 coordinates");
  const CropOptions options = crop_options(node, static_cast<std::int64_t>(landmarks.size() / 3));
  node.set_shape(0, {1, 4, 4});
  return [options](const Node& running) {
    write_matrix(options, running.input(0).values<float>(),
                 running.output(0).mutable_values<float>());
  };
}

}  // namespace litezoo::runtime
