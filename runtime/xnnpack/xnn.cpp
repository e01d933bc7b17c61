#include "runtime/xnnpack/xnn.h"

#include <fmt/format.h>
#include <xnnpack.h>

#include <string_view>

#include "base/error.h"

namespace litezoo::runtime::xnn {
namespace {

std::string_view reason(int status) noexcept {
  switch (status) {
    case xnn_status_uninitialized:
      return "it is not initialised";
    case xnn_status_invalid_parameter:
      return "invalid parameter";
    case xnn_status_invalid_state:
      return "invalid state";
    case xnn_status_unsupported_parameter:
      return "unsupported parameter";
    case xnn_status_unsupported_hardware:
      return "unsupported hardware";
    case xnn_status_out_of_memory:
      return "out of memory";
    default:
      return "unknown status";
  }
}

}  // namespace

void DeleteSubgraph::operator()(xnn_subgraph* subgraph) const noexcept {
  xnn_delete_subgraph(subgraph);
}

void DeleteRuntime::operator()(xnn_runtime* runtime) const noexcept {
  xnn_delete_runtime(runtime);
}

bool initialize() noexcept {
  static const bool ready = xnn_initialize(nullptr) == xnn_status_success;
  return ready;
}

void check(int status, const std::string& what) {
  if (status == xnn_status_success) return;
  throw Error(ErrorKind::unsupported,
              fmt::format("XNNPACK cannot {}: {} ({})", what, reason(status), status));
}

}  // namespace litezoo::runtime::xnn
