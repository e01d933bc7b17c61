#include "inspector/partition.h"

#include <algorithm>
#include <utility>

namespace litezoo::inspector {
namespace {

// A file may order its nodes so that every pass takes one only; real files need a few passes, and
// what takes longer than this is left out.
constexpr std::size_t kMostVisits = 20'000'000;

// What is known while the subgraph is being cut. A tensor is ready when nobody has to compute it
// or its node is already in a partition.
class Cut {
 public:
  Cut(const Subgraph& subgraph, const std::vector<bool>& delegated)
      : subgraph_(subgraph),
        delegated_(delegated),
        done_(subgraph.operators.size()),
        ready_(subgraph.tensors.size(), true) {
    for (const Operator& op : subgraph.operators) {
      for (const std::int32_t t : op.outputs) ready_[static_cast<std::size_t>(t)] = false;
    }
    for (const std::int32_t t : subgraph.inputs) ready_[static_cast<std::size_t>(t)] = true;
    for (std::size_t t = 0; t < ready_.size(); ++t) {
      if (subgraph.tensors[t].is_variable) ready_[t] = true;
    }
  }

  // The next partition; empty when nothing more can run.
  Partition next() {
    Partition result;
    bool grew = true;
    while (grew) {
      grew = false;
      for (std::size_t node = first_open_; node < done_.size(); ++node) {
        if (++visits_ > kMostVisits) return {};
        if (done_[node] || !can_run(node)) continue;
        if (result.nodes.empty()) result.delegated = delegated_[node];
        if (delegated_[node] != result.delegated) continue;
        take(node);
        result.nodes.push_back(node);
        grew = true;
      }
      while (first_open_ < done_.size() && done_[first_open_]) ++first_open_;
    }
    std::ranges::sort(result.nodes);
    return result;
  }

 private:
  bool can_run(std::size_t node) const {
    return std::ranges::all_of(subgraph_.operators[node].inputs, [this](std::int32_t t) {
      return t < 0 || ready_[static_cast<std::size_t>(t)];
    });
  }

  void take(std::size_t node) {
    done_[node] = true;
    for (const std::int32_t t : subgraph_.operators[node].outputs) {
      ready_[static_cast<std::size_t>(t)] = true;
    }
  }

  const Subgraph& subgraph_;
  const std::vector<bool>& delegated_;
  std::vector<bool> done_, ready_;
  std::size_t first_open_ = 0;
  std::size_t visits_ = 0;
};

}  // namespace

std::vector<Partition> partition(const Subgraph& subgraph, const std::vector<bool>& delegated) {
  std::vector<Partition> result;
  Cut cut(subgraph, delegated);
  for (Partition next = cut.next(); !next.nodes.empty(); next = cut.next()) {
    result.push_back(std::move(next));
  }
  return result;
}

}  // namespace litezoo::inspector
