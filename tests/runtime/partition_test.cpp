#include "runtime/partition.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using litezoo::runtime::NodeGroup;
using litezoo::runtime::partition;
using litezoo::runtime::PartitionNode;

namespace {

struct Described {
  std::vector<std::int32_t> inputs, outputs;
  char kind;  // 'd' delegated, 'k' kernel, 's' kernel with side effects
};

// "d01 k2": the groups in order.
std::string groups_of(const std::vector<Described>& nodes) {
  std::vector<PartitionNode> described;
  for (const Described& node : nodes) {
    described.push_back({node.inputs, node.outputs, node.kind == 'd', node.kind == 's'});
  }
  std::string text;
  for (const NodeGroup& group : partition(described, 16)) {
    text += text.empty() ? "" : " ";
    text += group.delegated ? 'd' : 'k';
    for (const std::size_t node : group.nodes) text += std::to_string(node);
  }
  return text;
}

}  // namespace

TEST_CASE("partitions are maximal, also across independent branches") {
  struct Case {
    const char* name;
    std::vector<Described> nodes;
    const char* groups;
  };
  const Case cases[] = {
      {"a chain", {{{0}, {1}, 'd'}, {{1}, {2}, 'd'}, {{2}, {3}, 'd'}}, "d012"},
      {"a chain with a hole", {{{0}, {1}, 'd'}, {{1}, {2}, 'k'}, {{2}, {3}, 'd'}}, "d0 k1 d2"},
      {"an unrelated kernel in between",
       {{{0}, {1}, 'd'}, {{0}, {2}, 'k'}, {{1}, {3}, 'd'}, {{2, 3}, {4}, 'd'}},
       "d02 k1 d3"},
      {"two branches with a kernel each",
       {{{0}, {1}, 'd'},
        {{1}, {2}, 'k'},
        {{2}, {3}, 'd'},
        {{1}, {4}, 'd'},
        {{4}, {5}, 'k'},
        {{5, 3}, {6}, 'd'}},
       "d03 k14 d25"},
      {"side effects keep their order",
       {{{0}, {1}, 'k'}, {{1}, {2}, 'd'}, {{2}, {3}, 's'}, {{0}, {4}, 's'}, {{0}, {5}, 'k'}},
       "k04 d1 k23"},
      {"an absent input", {{{-1, 0}, {1}, 'd'}}, "d0"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CHECK(groups_of(c.nodes) == c.groups);
  }
}
