#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/graph.h"
#include "base/nouns.h"
#include "inspector/archive.h"
#include "inspector/compatibility.h"
#include "inspector/cost.h"
#include "inspector/domain.h"
#include "inspector/memory.h"
#include "inspector/metadata.h"
#include "inspector/optimization.h"
#include "inspector/read.h"
#include "inspector/stamps.h"
#include "inspector/weight_statistics.h"
#include "inspector/xnnpack_rules.h"

namespace litezoo::inspector {

// Everything that can be told of one .tflite file without running it.
struct Report {
  Inspection inspection;          // the catalog's part; its sha256 is empty, as inspect() leaves it
  Graph graph;                    // views into the bytes, which must outlive the report
  bool buffers_inferred = false;  // Graph::buffers_inside etc. are not the whole file's
  std::optional<Archive> archive;
  std::optional<FileMetadata> metadata;
  DomainGuess domain;
  std::optional<Conversion> conversion;
  std::optional<ChipStamp> chip;
  std::string reduced_precision;  // reduced_precision_support
  Cost cost;
  std::vector<MemoryUse> memory;  // by subgraph
  RuntimeRequirement runtime;
  XnnpackPrediction xnnpack;  // of the main subgraph
  std::vector<Compatibility> compatibility;
  OptimizationState optimization;
  // Only with Weights::measured:
  std::vector<WeightStatistics> statistics;
  std::optional<double> compressed_share;  // what deflate leaves of the weights, by samples
};

enum class Weights { untouched, measured };

// Throws as read_graph does. Weights are read only when they are to be measured, which wants
// followed buffer tables.
Report report_on(std::span<const std::byte> bytes, const std::string& name,
                 Weights weights = Weights::untouched,
                 BufferTables buffer_tables = BufferTables::followed);

// The least memory a run of the main subgraph can do with: its weights and the activations' peak.
Bytes least_memory(const Report& report);

}  // namespace litezoo::inspector
