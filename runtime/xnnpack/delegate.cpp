#include "runtime/xnnpack/delegate.h"

#include <xnnpack.h>

#include "base/error.h"
#include "runtime/xnnpack/definition.h"

namespace litezoo::runtime::xnn {

Delegate::Delegate(std::span<const LoweredNode> nodes, std::vector<RuntimeTensor*> inputs,
                   std::vector<RuntimeTensor*> outputs, const ThreadPool& threads,
                   [[maybe_unused]] PackedWeights* packed)
    : inputs_(std::move(inputs)), outputs_(std::move(outputs)) {
  const std::vector<const RuntimeTensor*> read(inputs_.begin(), inputs_.end());
  const std::vector<const RuntimeTensor*> written(outputs_.begin(), outputs_.end());
  Definition definition(read, written);
  for (const LoweredNode& lowered : nodes) lowered.lowering.define(*lowered.node, definition);
  xnn_runtime_t runtime = nullptr;
  xnn_status status = xnn_status_invalid_state;
#if LITEZOO_HAS_xnn_create_runtime_v4
  if (packed != nullptr) {
    status = xnn_create_runtime_v4(definition.subgraph(), packed->provider(), nullptr,
                                   threads.native(), 0, &runtime);
  }
#endif
  if (packed == nullptr) {
    status = xnn_create_runtime_v2(definition.subgraph(), threads.native(), 0, &runtime);
  }
  check(status, "create a runtime");
  runtime_.reset(runtime);
  constants_ = definition.take_constants();
}

void Delegate::reserve() {
#if LITEZOO_HAS_xnn_reshape_runtime
  check(xnn_reshape_runtime(runtime_.get()), "reshape a runtime");
#endif
}

void Delegate::bind() {
  std::vector<xnn_external_value> values;
  std::uint32_t id = 0;
  for (const RuntimeTensor* tensor : inputs_) values.push_back({id++, tensor->data});
  for (const RuntimeTensor* tensor : outputs_) values.push_back({id++, tensor->data});
#if LITEZOO_HAS_xnn_setup_runtime_v2
  check(xnn_setup_runtime_v2(runtime_.get(), values.size(), values.data()), "set up a runtime");
#else
  check(xnn_setup_runtime(runtime_.get(), values.size(), values.data()), "set up a runtime");
#endif
}

void Delegate::run() {
  if (xnn_invoke_runtime(runtime_.get()) != xnn_status_success) {
    throw Error(ErrorKind::internal, "XNNPACK failed while running; please report the model");
  }
}

}  // namespace litezoo::runtime::xnn
