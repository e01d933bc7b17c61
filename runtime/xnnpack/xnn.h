#pragma once

#include <memory>
#include <string>

// XNNPACK's own names, so that xnnpack.h stays out of other headers.
struct xnn_subgraph;
struct xnn_runtime;

namespace litezoo::runtime::xnn {

struct DeleteSubgraph {
  void operator()(xnn_subgraph* subgraph) const noexcept;
};
struct DeleteRuntime {
  void operator()(xnn_runtime* runtime) const noexcept;
};
using SubgraphHandle = std::unique_ptr<xnn_subgraph, DeleteSubgraph>;
using RuntimeHandle = std::unique_ptr<xnn_runtime, DeleteRuntime>;

// Initialises the library once a process. False when it cannot work here (no /proc, an old CPU);
// everything runs on our own kernels then.
bool initialize() noexcept;

// Throws Error(unsupported) "XNNPACK cannot <what>: <why>" unless `status` is success.
// `status` is an xnn_status.
void check(int status, const std::string& what);

}  // namespace litezoo::runtime::xnn
