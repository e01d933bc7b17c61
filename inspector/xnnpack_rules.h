#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"
#include "inspector/partition.h"

namespace litezoo::inspector {

// A prediction of what LiteRT's XNNPACK delegate would do with a subgraph, by its rules as read in
// the sources at commit f6745779 (2026-08-21), with the flags of a default build (QS8, QU8).
struct XnnpackPrediction {
  std::vector<std::string>
      refusals;  // by node: why it stays with the builtin kernels; empty = taken
  std::vector<Partition> partitions;  // of either kind
  std::size_t delegated_nodes = 0;
  std::size_t delegated_partitions = 0;
};

inline constexpr std::string_view kXnnpackRulesSource =
    "LiteRT's XNNPACK delegate at f6745779, 2026-08";

XnnpackPrediction predict_xnnpack(const Subgraph& subgraph);

}  // namespace litezoo::inspector
