#include "cli/local_model.h"

#include "base/hash.h"
#include "cli/context.h"
#include "inspector/read.h"

namespace litezoo::cli {

std::filesystem::path local_path(const Context&, const std::string& reference) {
  return reference.starts_with("file:") ? reference.substr(5) : reference;
}

LocalModel open_model(const Context& context, const std::string& reference) {
  auto path = local_path(context, reference);
  MappedFile file(path);
  auto [graph, findings] = inspector::read_graph(file.bytes(), reference);
  std::string sha256 = sha256_of(file.bytes());
  return {.name = reference,
          .path = std::move(path),
          .sha256 = std::move(sha256),
          .file = std::move(file),
          .graph = std::move(graph),
          .findings = std::move(findings)};
}

}  // namespace litezoo::cli
