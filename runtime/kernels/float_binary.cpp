#include "runtime/kernels/float_binary.h"

#include <array>
#include <limits>
#include <memory>
#include <vector>

#include "runtime/kernels/broadcast.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kShortRow = 256;
constexpr std::size_t kLeastBlock = 512, kMostBlock = std::size_t{1} << 14U;

struct Function {
  FloatBinary which;
  float low, high;
};

// Rows as long as they are.
Evaluate by_rows(const Broadcast& plan, const Function& function) {
  return [plan, function](const Node& node) {
    const float* a = node.input(0).values<float>();
    const float* b = node.input(1).values<float>();
    float* y = node.output(0).mutable_values<float>();
    node.threads().parallel_for(plan.size(), kElementsPerThread,
                                [&](std::size_t begin, std::size_t end) {
                                  plan.for_rows(begin, end, [&](const Broadcast::Row& row) {
                                    apply(function.which, {.a = a + row.input[0],
                                                           .b = b + row.input[1],
                                                           .a_steps = plan.steps(0),
                                                           .b_steps = plan.steps(1),
                                                           .y = y + row.output,
                                                           .count = row.count,
                                                           .low = function.low,
                                                           .high = function.high});
                                  });
                                });
  };
}

// A shape cut in two: the dimensions that make up a block of the output, and those before.
struct CutShape {
  Shape outer, inner;
};

CutShape cut(const Shape& shape, std::size_t rank, std::size_t inner_rank) {
  Shape whole(rank - shape.size(), 1);
  whole.insert(whole.end(), shape.begin(), shape.end());
  const auto middle = whole.end() - static_cast<std::ptrdiff_t>(inner_rank);
  return {{whole.begin(), middle}, {middle, whole.end()}};
}

// The last dimensions that make up a block at least as long as vectors like.
std::size_t inner_rank_of(const Shape& shape) {
  std::size_t block = 1, rank = 0;
  while (rank < shape.size() && block < kLeastBlock) {
    block *= static_cast<std::size_t>(shape[shape.size() - ++rank]);
  }
  return rank;
}

// Rows too short for vectors: inputs that broadcast within a block are spread out first.
class ByBlocks {
 public:
  ByBlocks(const Node& node, const Broadcast& plan, const Function& function)
      : ByBlocks(node,
                 {cut(node.input(0).shape, plan.shape().size(), inner_rank_of(plan.shape())),
                  cut(node.input(1).shape, plan.shape().size(), inner_rank_of(plan.shape()))},
                 function) {}

  void run(const Node& node) const {
    const std::array<const float*, 2> inputs{node.input(0).values<float>(),
                                             node.input(1).values<float>()};
    float* y = node.output(0).mutable_values<float>();
    const std::size_t grain = std::max<std::size_t>(kElementsPerThread / block_, 1);
    node.threads().parallel_for(outer_.size(), grain, [&](std::size_t begin, std::size_t end) {
      std::array<Spread, 2> spreads;
      outer_.for_rows(begin, end, [&](const Broadcast::Row& row) {
        for (std::size_t i = 0; i < row.count; ++i) {
          const auto source = [&](std::size_t k) {
            const std::size_t at = row.input[k] + (outer_.steps(k) ? i : 0);
            return lay_out(k, inputs[k] + at * inner_size_[k], spreads[k]);
          };
          apply(function_.which, {.a = source(0),
                                  .b = source(1),
                                  .a_steps = inner_size_[0] > 1,
                                  .b_steps = inner_size_[1] > 1,
                                  .y = y + (row.output + i) * block_,
                                  .count = block_,
                                  .low = function_.low,
                                  .high = function_.high});
        }
      });
    });
  }

 private:
  struct Spread {
    const float* of = nullptr;
    std::vector<float> values;
  };

  ByBlocks(const Node& node, const std::array<CutShape, 2>& shapes, const Function& function)
      : function_(function),
        outer_(node, std::array<const Shape*, 2>{&shapes[0].outer, &shapes[1].outer}),
        inner_size_{element_count(shapes[0].inner), element_count(shapes[1].inner)} {
    const Broadcast inner(node, std::array<const Shape*, 2>{&shapes[0].inner, &shapes[1].inner});
    block_ = inner.size();
    for (std::size_t k = 0; k < 2; ++k) {
      if (inner_size_[k] == 1 || inner_size_[k] == block_) continue;
      inner.for_rows(0, block_, [&](const Broadcast::Row& row) {
        for (std::size_t i = 0; i < row.count; ++i) {
          order_[k].push_back(static_cast<std::uint32_t>(row.input[k] + (inner.steps(k) ? i : 0)));
        }
      });
    }
  }

  const float* lay_out(std::size_t k, const float* from, Spread& spread) const {
    if (order_[k].empty()) return from;
    if (spread.of != from) {
      spread.values.resize(block_);
      for (std::size_t i = 0; i < block_; ++i) spread.values[i] = from[order_[k][i]];
      spread.of = from;
    }
    return spread.values.data();
  }

  Function function_;
  Broadcast outer_;
  std::array<std::size_t, 2> inner_size_;  // of each input in a block
  std::size_t block_ = 1;
  std::array<std::vector<std::uint32_t>, 2> order_;  // empty: as it lies
};

bool suits_blocks(const Broadcast& plan) {
  const Shape& shape = plan.shape();
  std::size_t block = 1;
  for (std::size_t i = shape.size() - inner_rank_of(shape); i < shape.size(); ++i) {
    block *= static_cast<std::size_t>(shape[i]);
  }
  return plan.size() > 0 && plan.row_length() < kShortRow && plan.row_length() < plan.size() &&
         block <= kMostBlock;
}

}  // namespace

Evaluate prepare_float_binary(Node& node, FloatBinary function, float low, float high) {
  const std::array<const Shape*, 2> shapes{&node.input(0).shape, &node.input(1).shape};
  const Broadcast plan(node, shapes);
  node.set_shape(0, plan.shape());
  const Function clamped{function, low, high};
  if (!suits_blocks(plan)) return by_rows(plan, clamped);
  const auto blocks = std::make_shared<const ByBlocks>(node, plan, clamped);
  return [blocks](const Node& running) { blocks->run(running); };
}

Evaluate prepare_float_binary(Node& node, FloatBinary function) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return prepare_float_binary(node, function, -kInfinity, kInfinity);
}

}  // namespace litezoo::runtime
