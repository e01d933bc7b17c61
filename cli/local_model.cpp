#include "cli/local_model.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/hash.h"
#include "cli/context.h"
#include "cli/external_weights.h"
#include "cli/interrupt.h"
#include "cli/workspace.h"
#include "fetcher/reference.h"
#include "inspector/read.h"

namespace litezoo::cli {

std::filesystem::path local_path(const Context& context, const std::string& reference) {
  const auto parsed = fetcher::parse_reference(reference);
  const bool local =
      parsed.scheme == fetcher::Scheme::path || parsed.scheme == fetcher::Scheme::file;
  // A local file needs no catalog: no start-up cost, no home directory.
  if (local) return parsed.address;
  const InterruptGuard guard;
  try {
    return Workspace(context).obtain(reference).path;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found || parsed.scheme != fetcher::Scheme::name) throw;
    throw Error(ErrorKind::not_found,
                fmt::format("no file '{}' here and {}", reference, error.what()));
  }
}

LocalModel open_model(const Context& context, const std::string& reference) {
  ModelBytes bytes = open_bytes(context, reference);
  bytes.require_intact();
  auto [graph, findings] = inspector::read_graph(bytes.bytes(), reference);
  LocalModel model{.name = reference,
                   .bytes = std::move(bytes),
                   .graph = std::move(graph),
                   .findings = std::move(findings),
                   .weights = {}};
  if (!model.graph.external_buffers.empty()) {
    model.weights =
        attach_external_weights(model.graph, local_path(context, split_member(reference).bundle));
  }
  return model;
}

}  // namespace litezoo::cli
