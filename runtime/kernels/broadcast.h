#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "runtime/kernels/elementwise.h"
#include "runtime/kernels/kernel.h"

namespace litezoo::runtime {

// How the elements of up to three tensors meet under numpy's rule: shapes are aligned at their
// last dimension, and a dimension of 1 stretches. Neighbouring dimensions that all inputs walk
// through alike are merged, so that the rows are as long as can be.
class Broadcast {
 public:
  static constexpr std::size_t kMaxInputs = 3;
  static constexpr std::size_t kMaxRank = 8;  // after merging

  // Elements [output, output + count) of the result; input[k] is where the k-th input's elements
  // begin, which advance when steps(k) and stay otherwise.
  struct Row {
    std::size_t output, count;
    std::array<std::size_t, kMaxInputs> input;
  };

  // Throws Error(corrupt) naming the node when the shapes do not fit together, Error(unsupported)
  // beyond kMaxRank.
  Broadcast(const Node& node, std::span<const Shape* const> inputs);

  const Shape& shape() const noexcept { return shape_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t row_length() const noexcept { return inner_; }
  bool steps(std::size_t input) const noexcept { return inner_steps_[input]; }

  // Calls body(Row) for rows that cover the output elements [begin, end), in order.
  template <typename Body>
  void for_rows(std::size_t begin, std::size_t end, const Body& body) const;

 private:
  struct Dimension {
    std::size_t extent;
    std::array<std::size_t, kMaxInputs> stride;
  };
  void add_dimension(const Node& node, const Dimension& dimension);

  Shape shape_;
  std::size_t size_ = 1;
  std::size_t inner_ = 1;                       // length of a row
  std::array<bool, kMaxInputs> inner_steps_{};  // does the input advance within a row
  std::array<Dimension, kMaxRank> outer_{};     // innermost first
  std::size_t outer_count_ = 0;
};

template <typename Body>
void Broadcast::for_rows(std::size_t begin, std::size_t end, const Body& body) const {
  if (begin >= end) return;
  std::array<std::size_t, kMaxRank> position{};
  Row row{begin, 0, {}};
  std::size_t rest = begin / inner_;
  for (std::size_t d = 0; d < outer_count_; ++d) {
    position[d] = rest % outer_[d].extent;
    rest /= outer_[d].extent;
    for (std::size_t k = 0; k < kMaxInputs; ++k) row.input[k] += position[d] * outer_[d].stride[k];
  }
  std::size_t skip = begin % inner_;
  while (row.output < end) {
    Row piece = row;
    for (std::size_t k = 0; k < kMaxInputs; ++k) piece.input[k] += inner_steps_[k] ? skip : 0;
    piece.count = std::min(inner_ - skip, end - row.output);
    body(piece);
    row.output += piece.count;
    skip = 0;
    for (std::size_t d = 0; d < outer_count_; ++d) {
      const Dimension& dimension = outer_[d];
      const bool wraps = ++position[d] == dimension.extent;
      for (std::size_t k = 0; k < kMaxInputs; ++k) {
        row.input[k] += dimension.stride[k];
        if (wraps) row.input[k] -= dimension.extent * dimension.stride[k];
      }
      if (!wraps) break;
      position[d] = 0;
    }
  }
}

// out[i] = op(a[i], b[i]) for one row.
template <typename A, typename B, typename Out, typename Op>
void binary_row(const A* a, bool a_steps, const B* b, bool b_steps, Out* out, std::size_t count,
                const Op& op) {
  if (a_steps && b_steps) {
    for (std::size_t i = 0; i < count; ++i) out[i] = op(a[i], b[i]);
  } else if (a_steps) {
    const B right = *b;
    for (std::size_t i = 0; i < count; ++i) out[i] = op(a[i], right);
  } else {
    const A left = *a;
    for (std::size_t i = 0; i < count; ++i) out[i] = op(left, b[b_steps ? i : 0]);
  }
}

// Sets output 0 to the broadcast shape of inputs 0 and 1 and returns the loop
// output = op(input 0, input 1). Types are the caller's to check.
template <typename A, typename B, typename Out, typename Op>
Evaluate broadcast_binary(Node& node, Op op) {
  const std::array<const Shape*, 2> shapes{&node.input(0).shape, &node.input(1).shape};
  const Broadcast plan(node, shapes);
  node.set_shape(0, plan.shape());
  return [plan, op](const Node& run) {
    const A* a = run.input(0).values<A>();
    const B* b = run.input(1).values<B>();
    Out* out = run.output(0).mutable_values<Out>();
    run.threads().parallel_for(plan.size(), kElementsPerThread,
                               [&](std::size_t begin, std::size_t end) {
                                 plan.for_rows(begin, end, [&](const Broadcast::Row& row) {
                                   binary_row(a + row.input[0], plan.steps(0), b + row.input[1],
                                              plan.steps(1), out + row.output, row.count, op);
                                 });
                               });
  };
}

}  // namespace litezoo::runtime
