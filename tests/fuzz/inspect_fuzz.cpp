#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "inspector/bundle.h"
#include "inspector/compatibility.h"
#include "inspector/domain.h"
#include "inspector/inspect.h"
#include "inspector/memory.h"
#include "inspector/metadata.h"
#include "inspector/optimization.h"
#include "inspector/weight_statistics.h"
#include "inspector/xnnpack_rules.h"

// The whole inspector on hostile bytes. Only Error may escape, and only where a header says so.

using namespace litezoo;

namespace {

void look_at_everything(std::span<const std::byte> bytes) {
  const auto read =
      inspector::read_graph(bytes, "fuzz.tflite", inspector::OtherSchemaVersions::accepted);
  const Graph& graph = read.graph;
  inspector::inspect(bytes, read);
  std::vector<Finding> findings;
  const auto metadata = inspector::read_metadata(graph, findings);
  inspector::guess_domain(graph, metadata);
  inspector::compatibility(graph);
  inspector::required_runtime(graph);
  inspector::optimization_state(graph, inspector::weight_statistics(graph));
  for (const Subgraph& subgraph : graph.subgraphs) {
    inspector::memory_use(subgraph);
    inspector::predict_xnnpack(subgraph);
  }
}

void look_into_archive(std::span<const std::byte> bytes) {
  for (const auto& entry : inspector::models_in_bundle(bytes)) {
    inspector::read_member(bytes, "fuzz.task", entry.name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A heap copy of exactly this size: aligned, and every read beyond it is seen by the sanitizer.
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(first, first + size);
  try {
    look_into_archive(bytes);
  } catch (const Error&) {
  }
  try {
    look_at_everything(bytes);
  } catch (const Error&) {
  }
  return 0;
}
