#include "runtime/kernels/variable.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "runtime/kernels/dims.h"

namespace litezoo::runtime {
namespace {

struct Variable final : Resource {
  TensorType type = TensorType::FLOAT32;
  Shape shape;
  std::vector<std::byte> bytes;
};

constexpr std::size_t kLargestTotal = std::size_t{4} << 30U;  // of a session's variables

std::size_t total_bytes(const Resources& resources) {
  std::size_t total = 0;
  for (const auto& [key, resource] : resources) {
    if (const auto* variable = dynamic_cast<const Variable*>(resource.get())) {
      total += variable->bytes.size();
    }
  }
  return total;
}

Variable* find_variable(const Node& node, const RuntimeTensor& handle) {
  const auto found = node.resources().find(resource_key(node, handle));
  return found == node.resources().end() ? nullptr : dynamic_cast<Variable*>(found->second.get());
}

bool has_fixed_shape(const Tensor& tensor) {
  const auto dynamic = [](std::int32_t dimension) { return dimension < 0; };
  return (tensor.has_rank || !tensor.shape.empty()) &&
         std::none_of(tensor.shape.begin(), tensor.shape.end(), dynamic) &&
         std::none_of(tensor.shape_signature.begin(), tensor.shape_signature.end(), dynamic);
}

}  // namespace

std::string resource_key(const Node& node, const RuntimeTensor& handle) {
  node.expect_type(handle, {TensorType::RESOURCE});
  return {reinterpret_cast<const char*>(handle.data), handle.bytes};
}

void write_resource_key(const Node& node, std::size_t output_index, const std::string& key) {
  std::memcpy(node.allocate_string(output_index, key.size()), key.data(), key.size());
}

Evaluate prepare_var_handle(Node& node) {
  node.expect_outputs(1);
  node.expect_type(node.output(0), {TensorType::RESOURCE});
  const auto& options = node.options<VarHandleOptions>();
  node.set_shape(0, {});
  return [key = fmt::format("variable: {}/{}", options.container, options.shared_name)](
             const Node& n) { write_resource_key(n, 0, key); };
}

Evaluate prepare_read_variable(Node& node) {
  node.expect_inputs(1, 1);
  node.expect_outputs(1);
  node.expect_type(node.input(0), {TensorType::RESOURCE});
  element_bytes(node, node.output(0));
  const Tensor& declared = *node.output(0).definition;
  if (has_fixed_shape(declared)) {
    node.set_shape(0, declared.shape);
  } else if (!node.running()) {
    return kDeferred;
  } else {
    const Variable* variable = find_variable(node, node.input(0));
    node.set_shape(0, variable != nullptr ? variable->shape : Shape{});
  }
  return [](const Node& n) {
    const Variable* variable = find_variable(n, n.input(0));
    if (variable == nullptr) n.corrupt("it reads a variable that nothing was assigned to");
    const RuntimeTensor& output = n.output(0);
    if (variable->type != output.type || variable->shape != output.shape) {
      n.corrupt("the variable has another type or shape than the tensor that it is read to");
    }
    if (output.bytes > 0) std::memcpy(output.data, variable->bytes.data(), output.bytes);
  };
}

Evaluate prepare_assign_variable(Node& node) {
  node.expect_inputs(2, 2);
  node.expect_outputs(0);
  node.expect_type(node.input(0), {TensorType::RESOURCE});
  element_bytes(node, node.input(1));
  return [](const Node& n) {
    auto& resource = n.resources()[resource_key(n, n.input(0))];
    if (!resource) resource = std::make_unique<Variable>();
    auto* variable = dynamic_cast<Variable*>(resource.get());
    if (variable == nullptr) n.corrupt("it assigns to something that is not a variable");
    const RuntimeTensor& value = n.input(1);
    if (value.bytes > variable->bytes.size() &&
        value.bytes > kLargestTotal - std::min(kLargestTotal, total_bytes(n.resources()))) {
      n.unsupported("the model's variables would take more than 4 GiB");
    }
    variable->type = value.type;
    variable->shape = value.shape;
    variable->bytes.assign(value.data, value.data + value.bytes);
  };
}

}  // namespace litezoo::runtime
