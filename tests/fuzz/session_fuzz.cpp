#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.h"
#include "inspector/read.h"
#include "runtime/inputs.h"
#include "runtime/session.h"

// Loading and running hostile models, with and without XNNPACK. Only Error may escape; memory and
// loops are bounded by the options, so that neither a gigabyte nor a hang is a finding of ours.

using namespace litezoo;

namespace {

// Work that a small file may ask for (a shape is a few bytes) would only slow the fuzzer down: a
// product of matrices takes the third power of a side.
constexpr std::size_t kMostElements = std::size_t{1} << 16U;
constexpr std::size_t kMostOperators = 200;

bool is_small(const Graph& graph) {
  for (const Subgraph& subgraph : graph.subgraphs) {
    if (subgraph.operators.size() > kMostOperators) return false;
    for (const Tensor& tensor : subgraph.tensors) {
      std::size_t count = 1;
      for (const std::int32_t size : tensor.shape) {
        count *= static_cast<std::size_t>(std::clamp(size, 1, 1 << 20));
        if (count > kMostElements) return false;
      }
    }
  }
  return true;
}

void run(const Graph& graph, const std::string& signature, bool delegate) {
  runtime::Session session(graph, {.threads = 1,
                                   .signature = signature,
                                   .delegate = delegate,
                                   .memory_limit = Bytes{std::uint64_t{16} << 20U},
                                   .max_loop_iterations = 50});
  runtime::fill_random(session, 1);
  // Twice: what a run leaves behind (variables, shapes, reused memory) is part of it.
  session.run();
  session.run_timed();
  session.reset_variables();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* first = reinterpret_cast<const std::byte*>(data);
  const std::vector<std::byte> bytes(first, first + size);
  try {
    const auto read = inspector::read_graph(bytes, "fuzz.tflite");
    if (!is_small(read.graph)) return 0;
    std::vector<std::string> signatures{""};
    for (const Signature& signature : read.graph.signatures) signatures.push_back(signature.key);
    if (signatures.size() > 4) signatures.resize(4);
    for (const auto& signature : signatures) {
      for (const bool delegate : {true, false}) {
        try {
          run(read.graph, signature, delegate);
        } catch (const Error&) {
        }
      }
    }
  } catch (const Error&) {
  }
  return 0;
}
