#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/graph.h"
#include "runtime/kernels/kernel.h"
#include "runtime/memory.h"
#include "runtime/session.h"
#include "runtime/xnnpack/packed_weights.h"

namespace litezoo::runtime {

class Program;

// What the programs of one session share. Programs are made when they are first called for.
struct SessionState {
  SessionState(const Graph& session_graph, const SessionOptions& session_options);
  ~SessionState();
  // Throws Error(corrupt) when the graph has no such subgraph.
  Program& program(std::int32_t index);
  // Where a partition with this constant among its weights finds what others packed; null when no
  // other node of this session reads it and no sessions share.
  xnn::PackedWeights* packed_weights(std::span<const std::byte> constant);
  // All subgraph calls of a run count together; before each run.
  void begin_run() noexcept { calls = planned_nodes = 0; }

  const Graph& graph;
  SessionOptions options;
  ThreadPool threads;
  MemoryBudget budget;
  Resources resources;
  std::shared_ptr<xnn::PackedWeights> packed;                 // made when first needed
  std::unordered_map<const std::byte*, std::size_t> readers;  // nodes, by constant
  std::vector<std::unique_ptr<Program>> programs;             // by subgraph
  std::size_t depth = 0;            // programs that are planning or running now
  std::uint64_t calls = 0;          // of subgraphs, in this run
  std::uint64_t planned_nodes = 0;  // in this run, or while loading

 private:
  void count_readers(std::size_t entry);
};

}  // namespace litezoo::runtime
