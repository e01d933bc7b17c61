#include "runtime/kernels/kernel.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.h"
#include "base/error.h"

namespace litezoo::runtime {
namespace {

RuntimeTensor& checked_tensor(const Node& node, std::span<RuntimeTensor* const> tensors,
                              std::size_t i, std::string_view what) {
  if (i >= tensors.size() || tensors[i] == nullptr) {
    node.corrupt(fmt::format("{} {} is missing", what, i));
  }
  return *tensors[i];
}

}  // namespace

const RuntimeTensor& Node::input(std::size_t i) const {
  return checked_tensor(*this, inputs_, i, "input");
}

RuntimeTensor& Node::output(std::size_t i) const {
  return checked_tensor(*this, outputs_, i, "output");
}

RuntimeTensor& Node::variable_input(std::size_t i) const {
  RuntimeTensor& tensor = checked_tensor(*this, inputs_, i, "input");
  if (tensor.constant) corrupt(fmt::format("input {} is state but also constant", i));
  return tensor;
}

const RuntimeTensor& Node::constant(std::int32_t index) const {
  const RuntimeTensor* tensor = services_->constant(index);
  if (tensor == nullptr) corrupt(fmt::format("tensor {} is not constant", index));
  return *tensor;
}

void Node::set_shape(std::size_t output_index, Shape shape) const {
  RuntimeTensor& tensor = output(output_index);
  std::int64_t count = 1;
  for (const std::int32_t dimension : shape) {
    if (dimension < 0) corrupt(fmt::format("output {} would have a negative size", output_index));
    // An empty tensor's other sizes count too: kernels compute strides from them.
    const auto product = checked_multiply<std::int64_t>(count, std::max(dimension, 1));
    if (!product || *product > std::numeric_limits<std::int64_t>::max() / 16) {
      corrupt(fmt::format("the size of output {} overflows", output_index));
    }
    count = *product;
  }
  services_->set_shape(tensor, std::move(shape));
}

void Node::unsupported(const std::string& why) const {
  throw Error(ErrorKind::unsupported,
              fmt::format("node {} ({}): {}", index_, operator_name(*op_), why));
}

void Node::corrupt(const std::string& why) const {
  throw Error(ErrorKind::corrupt,
              fmt::format("node {} ({}): {}", index_, operator_name(*op_), why));
}

void Node::expect_inputs(std::size_t least, std::size_t most) const {
  if (inputs_.size() < least || inputs_.size() > most) {
    corrupt(fmt::format(
        "it has {} inputs, {} are needed", inputs_.size(),
        least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most)));
  }
}

void Node::expect_outputs(std::size_t count) const {
  if (outputs_.size() != count) {
    corrupt(fmt::format("it has {} outputs, {} are needed", outputs_.size(), count));
  }
}

void Node::expect_type(const RuntimeTensor& tensor,
                       std::initializer_list<TensorType> allowed) const {
  if (std::ranges::find(allowed, tensor.type) == allowed.end()) {
    unsupported(fmt::format("type {} of tensor '{}' is not supported here",
                            tensor_type_name(tensor.type), tensor.definition->name));
  }
}

}  // namespace litezoo::runtime
