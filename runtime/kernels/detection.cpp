#include "runtime/kernels/detection.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/flex_options.h"

namespace litezoo::runtime {
namespace {

constexpr std::int64_t kMostDetections = 1 << 20;

struct DetectionOptions {
  std::size_t max_detections = 0, classes_per_detection = 0, detections_per_class = 0, classes = 0;
  float score_threshold = 0, overlap_threshold = 0;
  float y_scale = 1, x_scale = 1, h_scale = 1, w_scale = 1;
  bool regular = false;  // suppression class by class instead of over the best class of each box
};

std::size_t read_count(const Node& node, const FlexOptions& options, std::string_view name,
                       std::int64_t otherwise) {
  const std::int64_t value = options.integer(name, otherwise);
  if (value < 1 || value > kMostDetections) {
    node.corrupt("its option " + std::string(name) + " makes no sense");
  }
  return static_cast<std::size_t>(value);
}

DetectionOptions read_options(const Node& node) {
  const auto flex = FlexOptions::parse(node.op().custom_options);
  if (!flex) node.corrupt("its custom options are malformed");
  DetectionOptions options;
  options.max_detections = read_count(node, *flex, "max_detections", 0);
  options.classes_per_detection = read_count(node, *flex, "max_classes_per_detection", 0);
  options.detections_per_class = read_count(node, *flex, "detections_per_class", 100);
  options.classes = read_count(node, *flex, "num_classes", 0);
  options.score_threshold = flex->number("nms_score_threshold", 0);
  options.overlap_threshold = flex->number("nms_iou_threshold", 0);
  options.y_scale = flex->number("y_scale", 0);
  options.x_scale = flex->number("x_scale", 0);
  options.h_scale = flex->number("h_scale", 0);
  options.w_scale = flex->number("w_scale", 0);
  options.regular = flex->flag("use_regular_nms", false);
  if (!(options.overlap_threshold > 0) || !(options.overlap_threshold <= 1)) {
    node.corrupt("its option nms_iou_threshold is not in (0, 1]");
  }
  return options;
}

std::vector<float> dequantized(const RuntimeTensor& tensor) {
  std::vector<float> values(tensor.size());
  const auto zero = static_cast<float>(tensor.zero_point());
  const auto real = [&](auto raw) { return (static_cast<float>(raw) - zero) * tensor.scale(); };
  if (tensor.type == TensorType::UINT8) {
    std::transform(tensor.values<std::uint8_t>(), tensor.values<std::uint8_t>() + values.size(),
                   values.begin(), real);
  } else if (tensor.type == TensorType::INT8) {
    std::transform(tensor.values<std::int8_t>(), tensor.values<std::int8_t>() + values.size(),
                   values.begin(), real);
  } else {
    std::copy_n(tensor.values<float>(), values.size(), values.begin());
  }
  return values;
}

struct Box {
  float top = 0, left = 0, bottom = 0, right = 0;
  float area() const noexcept { return (bottom - top) * (right - left); }
};

// Encodings are offsets from the anchor's center in its size, and logarithms of sizes.
std::vector<Box> decode_boxes(const Node& n, const DetectionOptions& options) {
  const std::vector<float> encodings = dequantized(n.input(0));
  const std::vector<float> anchors = dequantized(n.input(2));
  const auto step = static_cast<std::size_t>(n.input(0).shape[2]);
  std::vector<Box> boxes(anchors.size() / 4);
  const auto wide = [](float v) { return static_cast<double>(v); };
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const float* code = encodings.data() + i * step;
    const float* anchor = anchors.data() + i * 4;  // y, x, h, w
    const auto y = static_cast<float>(wide(code[0]) / wide(options.y_scale) * wide(anchor[2]) +
                                      wide(anchor[0]));
    const auto x = static_cast<float>(wide(code[1]) / wide(options.x_scale) * wide(anchor[3]) +
                                      wide(anchor[1]));
    const auto h =
        static_cast<float>(0.5 * std::exp(wide(code[2]) / wide(options.h_scale)) * wide(anchor[2]));
    const auto w =
        static_cast<float>(0.5 * std::exp(wide(code[3]) / wide(options.w_scale)) * wide(anchor[3]));
    boxes[i] = {y - h, x - w, y + h, x + w};
    if (boxes[i].top > boxes[i].bottom || boxes[i].left > boxes[i].right) {
      n.corrupt("a decoded box is inside out");
    }
  }
  return boxes;
}

float overlap(const Box& a, const Box& b) {
  if (!(a.area() > 0) || !(b.area() > 0)) return 0;
  const float height = std::max(std::min(a.bottom, b.bottom) - std::max(a.top, b.top), 0.0F);
  const float width = std::max(std::min(a.right, b.right) - std::max(a.left, b.left), 0.0F);
  return height * width / (a.area() + b.area() - height * width);
}

// The best boxes that do not overlap a better one too much, best first.
std::vector<std::size_t> suppress(const std::vector<Box>& boxes, const std::vector<float>& scores,
                                  const DetectionOptions& options, std::size_t most) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i] >= options.score_threshold) order.push_back(i);
  }
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<std::size_t> selected;
  for (const std::size_t box : order) {
    if (selected.size() == most) break;
    const bool covered = std::ranges::any_of(selected, [&](std::size_t other) {
      return overlap(boxes[other], boxes[box]) > options.overlap_threshold;
    });
    if (!covered) selected.push_back(box);
  }
  return selected;
}

struct Detection {
  std::size_t box = 0, label = 0;
  float score = 0;
};

// What a run works on: scores of `classes` after `offset` background columns.
struct Predictions {
  std::vector<Box> boxes;
  std::vector<float> scores;
  std::size_t columns = 0, offset = 0;
  float score(std::size_t box, std::size_t label) const {
    return scores[box * columns + offset + label];
  }
};

// NaN counts as the lowest score, so that sorting has an order.
bool better(float a, float b) {
  return a > b || (std::isnan(b) && !std::isnan(a));
}

std::vector<Detection> detect_by_box(const Predictions& p, const DetectionOptions& options) {
  const std::size_t labels = std::min(options.classes_per_detection, options.classes);
  std::vector<std::size_t> order(options.classes);
  const auto best_labels = [&](std::size_t box) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(labels),
                      order.end(), [&](std::size_t a, std::size_t b) {
                        const float x = p.score(box, a);
                        const float y = p.score(box, b);
                        return better(x, y) || (!better(y, x) && a < b);
                      });
  };
  std::vector<float> best(p.boxes.size());
  for (std::size_t i = 0; i < best.size(); ++i) {
    best_labels(i);
    best[i] = p.score(i, order[0]);
  }
  std::vector<Detection> detections;
  for (const std::size_t box : suppress(p.boxes, best, options, options.max_detections)) {
    best_labels(box);
    for (std::size_t i = 0; i < options.classes_per_detection; ++i) {
      if (i < labels) {
        detections.push_back({box, order[i], p.score(box, order[i])});
      } else {
        detections.push_back({box, 0, 0});
      }
    }
  }
  return detections;
}

std::vector<Detection> detect_by_class(const Predictions& p, const DetectionOptions& options) {
  std::vector<Detection> detections;
  std::vector<float> scores(p.boxes.size());
  for (std::size_t label = 0; label < options.classes; ++label) {
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = p.score(i, label);
    for (const std::size_t box : suppress(p.boxes, scores, options, options.detections_per_class)) {
      detections.push_back({box, label, scores[box]});
    }
    std::ranges::stable_sort(detections, [](const Detection& a, const Detection& b) {
      return better(a.score, b.score);
    });
    if (detections.size() > options.max_detections) detections.resize(options.max_detections);
  }
  return detections;
}

void write_detections(const Node& n, const Predictions& p, const std::vector<Detection>& detections,
                      std::size_t count) {
  float* boxes = n.output(0).mutable_values<float>();
  float* labels = n.output(1).mutable_values<float>();
  float* scores = n.output(2).mutable_values<float>();
  std::fill_n(boxes, n.output(0).size(), 0.0F);
  std::fill_n(labels, n.output(1).size(), 0.0F);
  std::fill_n(scores, n.output(2).size(), 0.0F);
  for (std::size_t i = 0; i < detections.size(); ++i) {
    const Box& box = p.boxes[detections[i].box];
    const float corners[] = {box.top, box.left, box.bottom, box.right};
    std::copy_n(corners, 4, boxes + 4 * i);
    labels[i] = static_cast<float>(detections[i].label);
    scores[i] = detections[i].score;
  }
  *n.output(3).mutable_values<float>() = static_cast<float>(count);
}

}  // namespace

Evaluate prepare_detection_postprocess(Node& node) {
  node.expect_inputs(3, 3);
  node.expect_outputs(4);
  const DetectionOptions options = read_options(node);
  const RuntimeTensor& encodings = node.input(0);
  const RuntimeTensor& scores = node.input(1);
  const RuntimeTensor& anchors = node.input(2);
  for (std::size_t i = 0; i < 3; ++i) {
    node.expect_type(node.input(i), {TensorType::FLOAT32, TensorType::UINT8, TensorType::INT8});
  }
  for (std::size_t i = 0; i < 4; ++i) node.expect_type(node.output(i), {TensorType::FLOAT32});
  if (encodings.rank() != 3 || scores.rank() != 3 || anchors.rank() != 2 ||
      encodings.shape[0] != 1 || scores.shape[0] != 1 || encodings.shape[2] < 4 ||
      anchors.shape[1] != 4 || anchors.shape[0] != encodings.shape[1] ||
      scores.shape[1] != encodings.shape[1]) {
    node.corrupt("boxes, scores and anchors do not fit");
  }
  const auto columns = static_cast<std::size_t>(scores.shape[2]);
  if (columns != options.classes && columns != options.classes + 1) {
    node.corrupt("it has scores for another number of classes than its options name");
  }
  const std::size_t per_box = options.regular ? 1 : options.classes_per_detection;
  const std::int32_t rows =
      checked_dimension(node, static_cast<std::int64_t>(options.max_detections * per_box));
  node.set_shape(0, {1, rows, 4});
  node.set_shape(1, {1, rows});
  node.set_shape(2, {1, rows});
  node.set_shape(3, {1});
  return [options, columns, per_box](const Node& n) {
    const Predictions predictions{decode_boxes(n, options), dequantized(n.input(1)), columns,
                                  columns - options.classes};
    const auto detections = options.regular ? detect_by_class(predictions, options)
                                            : detect_by_box(predictions, options);
    write_detections(n, predictions, detections, detections.size() / per_box);
  };
}

}  // namespace litezoo::runtime
