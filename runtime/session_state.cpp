#include "runtime/session_state.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "runtime/program.h"
#include "runtime/xnnpack/lowering.h"

namespace litezoo::runtime {
namespace {

constexpr std::size_t kLeastShared = 4096;  // bytes; what is smaller is not worth a comparison

}  // namespace

SessionState::SessionState(const Graph& session_graph, const SessionOptions& session_options)
    : graph(session_graph),
      options(session_options),
      threads(session_options.threads),
      budget(session_options.memory_limit),
      programs(session_graph.subgraphs.size()) {}

SessionState::~SessionState() = default;

Program& SessionState::program(std::int32_t index) {
  if (index < 0 || static_cast<std::size_t>(index) >= programs.size()) {
    throw Error(ErrorKind::corrupt,
                fmt::format("subgraph {} is called, but the model has {}", index, programs.size()));
  }
  if (std::ranges::none_of(programs, [](const auto& program) { return program != nullptr; })) {
    count_readers(static_cast<std::size_t>(index));
  }
  auto& program = programs[static_cast<std::size_t>(index)];
  if (!program) program = std::make_unique<Program>(*this, static_cast<std::size_t>(index));
  return *program;
}

// Of the subgraphs that may run in this session: other signatures' have sessions of their own.
void SessionState::count_readers(std::size_t entry) {
  if (!options.delegate || !xnn::PackedWeights::is_supported()) return;
  std::vector<bool> runs(graph.subgraphs.size(), true);
  for (const Signature& signature : graph.signatures) {
    const auto subgraph = static_cast<std::size_t>(signature.subgraph);
    if (subgraph < runs.size() && subgraph != entry) runs[subgraph] = false;
  }
  for (std::size_t i = 0; i < graph.subgraphs.size(); ++i) {
    if (!runs[i]) continue;
    const Subgraph& subgraph = graph.subgraphs[i];
    for (const Operator& op : subgraph.operators) {
      if (!xnn::find_lowering(op)) continue;
      for (const std::int32_t input : op.inputs) {
        if (input < 0 || static_cast<std::size_t>(input) >= subgraph.tensors.size()) continue;
        const auto& data = subgraph.tensors[static_cast<std::size_t>(input)].data;
        if (data.size() >= kLeastShared) ++readers[data.data()];
      }
    }
  }
}

xnn::PackedWeights* SessionState::packed_weights(std::span<const std::byte> constant) {
  if (constant.size() < kLeastShared) return nullptr;
  if (options.packed_weights) return options.packed_weights.get();
  const auto found = readers.find(constant.data());
  if (found == readers.end() || found->second < 2) return nullptr;
  if (!packed) packed = make_packed_weights();
  return packed.get();
}

}  // namespace litezoo::runtime
