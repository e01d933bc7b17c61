#include "inspector/report.h"

#include <utility>

#include "inspector/inspect.h"

namespace litezoo::inspector {

Report report_on(std::span<const std::byte> bytes, const std::string& name, Weights weights,
                 BufferTables buffer_tables) {
  ReadResult read = read_graph(bytes, name, OtherSchemaVersions::accepted, buffer_tables);
  Report report;
  report.inspection = inspect(bytes, read);
  report.graph = std::move(read.graph);
  const Graph& graph = report.graph;
  report.buffers_inferred = buffer_tables == BufferTables::inferred;
  report.archive = find_archive(bytes);
  // inspect() has reported what is wrong with it.
  std::vector<Finding> known;
  report.metadata = read_metadata(graph, known);
  report.domain = guess_domain(graph, report.metadata);
  report.conversion = read_conversion(graph);
  report.chip = read_chip_stamp(graph);
  report.reduced_precision = reduced_precision_support(graph);
  report.cost = cost_of(graph);
  report.memory.reserve(graph.subgraphs.size());
  for (const Subgraph& subgraph : graph.subgraphs) report.memory.push_back(memory_use(subgraph));
  report.runtime = required_runtime(graph);
  if (!graph.subgraphs.empty()) report.xnnpack = predict_xnnpack(graph.subgraphs.front());
  report.compatibility = compatibility(graph);
  if (weights == Weights::measured) {
    report.statistics = weight_statistics(graph);
    report.compressed_share = compressed_share(graph);
  }
  report.optimization = optimization_state(graph, report.statistics);
  return report;
}

Bytes least_memory(const Report& report) {
  const std::uint64_t weights = report.inspection.weight_bytes.count;
  const std::uint64_t peak = report.memory.empty() ? 0 : report.memory.front().peak.count;
  return {weights + peak < weights ? weights : weights + peak};
}

}  // namespace litezoo::inspector
