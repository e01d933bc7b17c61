#include "runtime/xnnpack/definition.h"

#include <fmt/format.h>
#include <xnnpack.h>

#include <algorithm>

#include "base/error.h"

namespace litezoo::runtime::xnn {
namespace {

xnn_datatype datatype(const RuntimeTensor& tensor) {
  switch (tensor.type) {
    case TensorType::FLOAT32:
      return xnn_datatype_fp32;
    case TensorType::INT8:
      return xnn_datatype_qint8;
    case TensorType::UINT8:
      return xnn_datatype_quint8;
    case TensorType::INT32:
      return xnn_datatype_qint32;
    default:
      throw Error(ErrorKind::unsupported,
                  fmt::format("XNNPACK cannot hold tensor '{}' of type {}", tensor.definition->name,
                              tensor_type_name(tensor.type)));
  }
}

}  // namespace

std::vector<std::size_t> dimensions(const Shape& shape) {
  std::vector<std::size_t> result(shape.begin(), shape.end());
  if (result.empty()) result.push_back(1);
  return result;
}

Definition::Definition(std::span<const RuntimeTensor* const> inputs,
                       std::span<const RuntimeTensor* const> outputs) {
  xnn_subgraph_t subgraph = nullptr;
  check(
      xnn_create_subgraph(static_cast<std::uint32_t>(inputs.size() + outputs.size()), 0, &subgraph),
      "create a subgraph");
  subgraph_.reset(subgraph);
  std::uint32_t next = 0;
  const auto add = [&](const RuntimeTensor& tensor, std::uint32_t flags) {
    const std::vector<std::size_t> shape = dimensions(tensor.shape);
    values_.emplace(&tensor, define(tensor, {shape, nullptr, next++, flags}));
  };
  for (const RuntimeTensor* input : inputs) add(*input, XNN_VALUE_FLAG_EXTERNAL_INPUT);
  for (const RuntimeTensor* output : outputs) add(*output, XNN_VALUE_FLAG_EXTERNAL_OUTPUT);
}

std::uint32_t Definition::define(const RuntimeTensor& tensor, const Value& value) {
  std::uint32_t id = XNN_INVALID_VALUE_ID;
  const xnn_datatype type = datatype(tensor);
  // A 32-bit integer that is no bias (a pooling index) has no scale, but XNNPACK asks for one.
  const float scale = type == xnn_datatype_qint32 ? 1.0F : tensor.scale();
  const xnn_status status =
      type == xnn_datatype_fp32
          ? xnn_define_tensor_value(subgraph_.get(), type, value.shape.size(), value.shape.data(),
                                    value.data, value.external, value.flags, &id)
          : xnn_define_quantized_tensor_value(subgraph_.get(), type,
                                              type == xnn_datatype_qint32 ? 0 : tensor.zero_point(),
                                              scale, value.shape.size(), value.shape.data(),
                                              value.data, value.external, value.flags, &id);
  check(status, fmt::format("take tensor '{}'", tensor.definition->name));
  return id;
}

std::uint32_t Definition::value(const RuntimeTensor& tensor, Use use) {
  const bool streamed_constant = tensor.constant && use == Use::streamed;
  if (const auto found = values_.find(&tensor);
      found != values_.end() && (!tensor.constant || streamed_constant)) {
    return found->second;
  }
  const void* data = nullptr;
  if (tensor.constant) {
    data = use == Use::packed ? tensor.data : keep({tensor.data, tensor.bytes});
  }
  const std::vector<std::size_t> shape = dimensions(tensor.shape);
  const std::uint32_t id = define(tensor, {shape, data, XNN_INVALID_VALUE_ID, 0});
  if (!tensor.constant || streamed_constant) values_.emplace(&tensor, id);
  return id;
}

std::uint32_t Definition::filter(const RuntimeTensor& tensor, std::size_t channel_dimension,
                                 float least_scale, std::span<const std::size_t> shape) {
  const std::vector<std::size_t> own_shape = dimensions(tensor.shape);
  if (shape.empty()) shape = own_shape;
  if (tensor.type == TensorType::FLOAT32 || tensor.quantization().scale.size() < 2) {
    return define(tensor, {shape, tensor.data, XNN_INVALID_VALUE_ID, 0});
  }
  std::vector<float> scales = tensor.quantization().scale;
  for (float& scale : scales) scale = std::max(scale, least_scale);
  std::uint32_t id = XNN_INVALID_VALUE_ID;
  check(xnn_define_channelwise_quantized_tensor_value(
            subgraph_.get(), xnn_datatype_qcint8, keep_scales(std::move(scales)), shape.size(),
            channel_dimension, shape.data(), tensor.data, XNN_INVALID_VALUE_ID, 0, &id),
        fmt::format("take weights '{}'", tensor.definition->name));
  return id;
}

std::uint32_t Definition::bias(const RuntimeTensor& tensor, const RuntimeTensor& input,
                               const RuntimeTensor& filter) {
  if (tensor.type == TensorType::FLOAT32) return value(tensor, Use::packed);
  const std::vector<std::size_t> shape = {tensor.size()};
  std::vector<float> scales = filter.quantization().scale;
  for (float& scale : scales) scale *= input.scale();
  std::uint32_t id = XNN_INVALID_VALUE_ID;
  const xnn_status status =
      scales.size() > 1 ? xnn_define_channelwise_quantized_tensor_value(
                              subgraph_.get(), xnn_datatype_qcint32, keep_scales(std::move(scales)),
                              1, 0, shape.data(), tensor.data, XNN_INVALID_VALUE_ID, 0, &id)
                        : xnn_define_quantized_tensor_value(
                              subgraph_.get(), xnn_datatype_qint32, 0, scales.at(0), 1,
                              shape.data(), tensor.data, XNN_INVALID_VALUE_ID, 0, &id);
  check(status, fmt::format("take bias '{}'", tensor.definition->name));
  return id;
}

#if LITEZOO_HAS_xnn_define_dynamically_quantized_tensor_value
std::uint32_t Definition::dynamic(const RuntimeTensor& tensor, std::size_t depth,
                                  std::span<const std::size_t> shape) {
  const auto key = std::pair(&tensor, depth);
  if (const auto found = dynamic_.find(key); found != dynamic_.end()) return found->second;
  const std::vector<std::size_t> own_shape = dimensions(tensor.shape);
  std::uint32_t input = value(tensor);
  if (shape.empty()) {
    shape = own_shape;
  } else if (!std::ranges::equal(shape, own_shape)) {
    const std::uint32_t flat = temporary(tensor, shape);
    reshape(input, flat, shape);
    input = flat;
  }
  std::uint32_t id = XNN_INVALID_VALUE_ID;
  check(xnn_define_dynamically_quantized_tensor_value(subgraph_.get(), xnn_datatype_qdint8,
                                                      shape.size(), depth, shape.data(),
                                                      XNN_INVALID_VALUE_ID, 0, &id),
        fmt::format("quantise tensor '{}' while running", tensor.definition->name));
  convert(input, id);
  dynamic_.emplace(key, id);
  return id;
}

std::uint32_t Definition::dynamic_filter(const RuntimeTensor& tensor, std::size_t channel_dimension,
                                         std::span<const std::size_t> shape) {
  const std::vector<std::size_t> own_shape = dimensions(tensor.shape);
  if (shape.empty()) shape = own_shape;
  std::vector<float> scales = tensor.quantization().scale;
  if (scales.size() == 1) scales.assign(shape[channel_dimension], scales.front());
  std::uint32_t id = XNN_INVALID_VALUE_ID;
  check(xnn_define_channelwise_quantized_tensor_value(
            subgraph_.get(), xnn_datatype_qcint8, keep_scales(std::move(scales)), shape.size(),
            channel_dimension, shape.data(), tensor.data, XNN_INVALID_VALUE_ID, 0, &id),
        fmt::format("take weights '{}'", tensor.definition->name));
  return id;
}
#else
std::uint32_t Definition::dynamic(const RuntimeTensor& tensor, std::size_t,
                                  std::span<const std::size_t>) {
  throw Error(ErrorKind::unsupported,
              fmt::format("this XNNPACK cannot quantise tensor '{}' while running",
                          tensor.definition->name));
}

std::uint32_t Definition::dynamic_filter(const RuntimeTensor& tensor, std::size_t,
                                         std::span<const std::size_t>) {
  return dynamic(tensor, 1);
}
#endif

void Definition::convert(std::uint32_t input, std::uint32_t output) {
#if LITEZOO_HAS_xnn_define_unary
  check(xnn_define_unary(subgraph_.get(), xnn_unary_convert, nullptr, input, output, 0),
        "define a conversion");
#else
  check(xnn_define_convert(subgraph_.get(), input, output, 0), "define a conversion");
#endif
}

void Definition::reshape(std::uint32_t input, std::uint32_t output,
                         std::span<const std::size_t> shape) {
  check(xnn_define_static_reshape(subgraph_.get(), shape.size(), shape.data(), input, output, 0),
        "define a reshape");
}

std::uint32_t Definition::temporary(const RuntimeTensor& like, std::span<const std::size_t> shape) {
  return define(like, {shape, nullptr, XNN_INVALID_VALUE_ID, 0});
}

std::uint32_t Definition::constant(std::vector<float> values, std::span<const std::size_t> shape) {
  std::uint32_t id = XNN_INVALID_VALUE_ID;
  check(
      xnn_define_tensor_value(subgraph_.get(), xnn_datatype_fp32, shape.size(), shape.data(),
                              keep(std::as_bytes(std::span(values))), XNN_INVALID_VALUE_ID, 0, &id),
      "take a constant");
  return id;
}

const void* Definition::keep(std::span<const std::byte> bytes) {
  std::vector<std::byte>& copy = constants_.emplace_back();
  copy.reserve(bytes.size() + kTensorAlignment);
  copy.assign(bytes.begin(), bytes.end());
  copy.resize(bytes.size() + kTensorAlignment);
  return copy.data();
}

const float* Definition::keep_scales(std::vector<float> scales) {
  return static_cast<const float*>(keep(std::as_bytes(std::span(scales))));
}

}  // namespace litezoo::runtime::xnn
