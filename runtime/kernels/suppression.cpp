#include "runtime/kernels/suppression.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

struct Thresholds {
  float overlap = 0, score = 0, sigma = 0;
};

struct Candidate {
  std::size_t box = 0;
  float score = 0;
  std::size_t compared = 0;  // selected boxes that have been looked at
  bool operator<(const Candidate& other) const noexcept {
    return score < other.score || (score == other.score && box > other.box);
  }
};

// Intersection over union of boxes given by two opposite corners.
float overlap(const float* a, const float* b) {
  const float a_top = std::min(a[0], a[2]);
  const float a_left = std::min(a[1], a[3]);
  const float a_bottom = std::max(a[0], a[2]);
  const float a_right = std::max(a[1], a[3]);
  const float b_top = std::min(b[0], b[2]);
  const float b_left = std::min(b[1], b[3]);
  const float b_bottom = std::max(b[0], b[2]);
  const float b_right = std::max(b[1], b[3]);
  const float a_area = (a_bottom - a_top) * (a_right - a_left);
  const float b_area = (b_bottom - b_top) * (b_right - b_left);
  if (!(a_area > 0) || !(b_area > 0)) return 0;
  const float height = std::max(std::min(a_bottom, b_bottom) - std::max(a_top, b_top), 0.0F);
  const float width = std::max(std::min(a_right, b_right) - std::max(a_left, b_left), 0.0F);
  return height * width / (a_area + b_area - height * width);
}

std::vector<Candidate> select(const float* boxes, const float* scores, std::size_t count,
                              std::size_t most, const Thresholds& thresholds) {
  std::priority_queue<Candidate> queue;
  for (std::size_t i = 0; i < count; ++i) {
    if (scores[i] > thresholds.score) queue.push({i, scores[i], 0});
  }
  const float decay = thresholds.sigma > 0 ? -0.5F / thresholds.sigma : 0.0F;
  std::vector<Candidate> selected;
  while (selected.size() < most && !queue.empty()) {
    Candidate next = queue.top();
    queue.pop();
    const float before = next.score;
    bool dropped = false;
    // A candidate is compared with each selected box once.
    for (std::size_t j = selected.size(); j-- > next.compared;) {
      const float common = overlap(boxes + 4 * next.box, boxes + 4 * selected[j].box);
      dropped = common >= thresholds.overlap;
      if (dropped) break;
      if (thresholds.sigma > 0) next.score *= std::exp(decay * common * common);
      if (!(next.score > thresholds.score)) break;
    }
    next.compared = selected.size();
    if (dropped) continue;
    if (next.score == before) {
      selected.push_back(next);
    } else if (next.score > thresholds.score) {
      queue.push(next);
    }
  }
  return selected;
}

float single_value(const Node& node, std::size_t input) {
  const float value = *node.input(input).values<float>();
  if (std::isnan(value)) node.corrupt("a threshold is not a number");
  return value;
}

}  // namespace

Evaluate prepare_non_max_suppression(Node& node) {
  node.expect_inputs(5, 6);
  const bool soft = node.input_count() == 6;
  node.expect_outputs(soft ? 3 : 2);
  const RuntimeTensor& boxes = node.input(0);
  const RuntimeTensor& scores = node.input(1);
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{3}, std::size_t{4}}) {
    node.expect_type(node.input(i), {TensorType::FLOAT32});
  }
  if (boxes.rank() != 2 || boxes.shape[1] != 4 || scores.rank() != 1 ||
      scores.shape[0] != boxes.shape[0]) {
    node.corrupt("it needs boxes [n, 4] and scores [n]");
  }
  for (std::size_t i = 3; i < node.input_count(); ++i) {
    node.expect_type(node.input(i), {TensorType::FLOAT32});
    if (node.input(i).size() != 1) node.corrupt("a threshold is not one value");
  }
  const std::size_t valid = soft ? 2 : 1;
  node.expect_type(node.output(0), {TensorType::INT32});
  node.expect_type(node.output(valid), {TensorType::INT32});
  if (soft) node.expect_type(node.output(1), {TensorType::FLOAT32});
  if (!node.value_known(2)) return kDeferred;
  const std::int32_t most = checked_dimension(node, integer_value(node, node.input(2)));
  node.set_shape(0, {most});
  if (soft) node.set_shape(1, {most});
  node.set_shape(valid, {});
  return [soft, most, valid](const Node& n) {
    const Thresholds thresholds{single_value(n, 3), single_value(n, 4),
                                soft ? single_value(n, 5) : 0.0F};
    const auto selected = select(n.input(0).values<float>(), n.input(1).values<float>(),
                                 n.input(1).size(), static_cast<std::size_t>(most), thresholds);
    auto* indices = n.output(0).mutable_values<std::int32_t>();
    std::fill_n(indices, most, 0);
    std::ranges::transform(selected, indices,
                           [](const Candidate& c) { return static_cast<std::int32_t>(c.box); });
    if (soft) {
      auto* kept = n.output(1).mutable_values<float>();
      std::fill_n(kept, most, 0.0F);
      std::ranges::transform(selected, kept, &Candidate::score);
    }
    *n.output(valid).mutable_values<std::int32_t>() = static_cast<std::int32_t>(selected.size());
  };
}

}  // namespace litezoo::runtime
