#include "runtime/kernels/scalar_body.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/kernels/dims.h"
#include "runtime/kernels/integer.h"

namespace litezoo::runtime {
namespace {

struct KnownBody {
  BuiltinOperator code;
  ScalarFunction function;
};
constexpr auto kKnownBodies = std::to_array<KnownBody>({
    {BuiltinOperator::ADD, ScalarFunction::add},
    {BuiltinOperator::MUL, ScalarFunction::multiply},
    {BuiltinOperator::MAXIMUM, ScalarFunction::greatest},
    {BuiltinOperator::MINIMUM, ScalarFunction::least},
    {BuiltinOperator::LOGICAL_OR, ScalarFunction::either},
    {BuiltinOperator::LOGICAL_AND, ScalarFunction::both},
    {BuiltinOperator::STABLEHLO_ADD, ScalarFunction::add},
    {BuiltinOperator::STABLEHLO_MULTIPLY, ScalarFunction::multiply},
    {BuiltinOperator::STABLEHLO_MAXIMUM, ScalarFunction::greatest},
    {BuiltinOperator::STABLEHLO_AND, ScalarFunction::both},
    {BuiltinOperator::STABLEHLO_MINIMUM, ScalarFunction::least},
});

bool is_clamped(const OperatorOptions& options) {
  if (const auto* add = std::get_if<AddOptions>(&options)) {
    return add->fused_activation_function != ActivationFunction::NONE;
  }
  const auto* other = std::get_if<ActivationOptions>(&options);
  return other != nullptr && other->fused_activation_function != ActivationFunction::NONE;
}

bool is_scalar_number(const Tensor& tensor, TensorType type) {
  return tensor.type == type && element_count(tensor.shape) == 1 &&
         tensor.quantization.scale.empty() && !tensor.is_variable && !tensor.is_constant();
}

template <typename T>
Combine combine_numbers(ScalarFunction function) {
  const auto with = [](auto f) -> Combine {
    return [f](std::byte* accumulator, const std::byte* value) {
      T a, b;
      std::memcpy(&a, accumulator, sizeof(T));
      std::memcpy(&b, value, sizeof(T));
      const T result = f(a, b);
      std::memcpy(accumulator, &result, sizeof(T));
    };
  };
  switch (function) {
    case ScalarFunction::add:
      return with([](T a, T b) { return wrapping_add(a, b); });
    case ScalarFunction::multiply:
      return with([](T a, T b) { return wrapping_multiply(a, b); });
    case ScalarFunction::least:
      return with([](T a, T b) { return std::min(a, b); });
    case ScalarFunction::greatest:
      return with([](T a, T b) { return std::max(a, b); });
    default:
      return nullptr;
  }
}

Combine combine_flags(ScalarFunction function) {
  const auto with = [](auto f) -> Combine {
    return [f](std::byte* accumulator, const std::byte* value) {
      *accumulator =
          f(*accumulator != std::byte{0}, *value != std::byte{0}) ? std::byte{1} : std::byte{0};
    };
  };
  if (function == ScalarFunction::both) return with([](bool a, bool b) { return a && b; });
  if (function == ScalarFunction::either) return with([](bool a, bool b) { return a || b; });
  return nullptr;
}

// Null where the function is not one of this type.
Combine combine_natively(ScalarFunction function, TensorType type, std::size_t element) {
  if (function == ScalarFunction::replace) {
    return [element](std::byte* accumulator, const std::byte* value) {
      std::memcpy(accumulator, value, element);
    };
  }
  switch (type) {
    case TensorType::BOOL:
      return combine_flags(function);
    case TensorType::FLOAT32:
      return combine_numbers<float>(function);
    case TensorType::FLOAT64:
      return combine_numbers<double>(function);
    case TensorType::INT8:
      return combine_numbers<std::int8_t>(function);
    case TensorType::UINT8:
      return combine_numbers<std::uint8_t>(function);
    case TensorType::INT16:
      return combine_numbers<std::int16_t>(function);
    case TensorType::INT32:
      return combine_numbers<std::int32_t>(function);
    case TensorType::UINT32:
      return combine_numbers<std::uint32_t>(function);
    case TensorType::INT64:
      return combine_numbers<std::int64_t>(function);
    default:
      return nullptr;
  }
}

// One element as the body sees it.
RuntimeTensor scalar_of(const RuntimeTensor& like, std::size_t bytes) {
  RuntimeTensor scalar;
  scalar.definition = like.definition;
  scalar.type = like.type;
  scalar.bytes = bytes;
  return scalar;
}

Combine combine_by_running(const Node& node, SubgraphRunner& body, const RuntimeTensor& like,
                           std::size_t element) {
  return [&node, &body, first = scalar_of(like, element), second = scalar_of(like, element)](
             std::byte* accumulator, const std::byte* value) mutable {
    first.data = accumulator;
    // Runners see inputs as const; RuntimeTensor is one type for both.
    second.data = const_cast<std::byte*>(value);
    const RuntimeTensor* inputs[] = {&first, &second};
    body.run(inputs);
    const RuntimeTensor& result = body.output(0);
    if (result.type != first.type || result.bytes != first.bytes) {
      node.corrupt("its body gives another type or shape than it takes");
    }
    std::memcpy(accumulator, result.data, result.bytes);
  };
}

}  // namespace

std::optional<ScalarFunction> scalar_function(const Subgraph& body) {
  if (body.inputs.size() != 2 || body.outputs.size() != 1) return std::nullopt;
  if (body.operators.empty()) {
    const bool second = body.outputs[0] == body.inputs[1] && body.inputs[0] != body.inputs[1];
    return second ? std::optional(ScalarFunction::replace) : std::nullopt;
  }
  const Operator& op = body.operators.front();
  const auto* known = std::ranges::find(kKnownBodies, op.code, &KnownBody::code);
  // The functions are symmetric.
  const bool plain = body.operators.size() == 1 && op.outputs == body.outputs &&
                     std::ranges::is_permutation(op.inputs, body.inputs) &&
                     body.inputs[0] != body.inputs[1];
  if (!plain || known == kKnownBodies.end() || is_clamped(op.options)) return std::nullopt;
  const auto tensor = [&](std::int32_t i) -> const Tensor& {
    return body.tensors.at(static_cast<std::size_t>(i));
  };
  for (const std::int32_t i : {body.inputs[0], body.inputs[1], body.outputs[0]}) {
    if (!is_scalar_number(tensor(i), tensor(body.inputs[0]).type)) return std::nullopt;
  }
  return known->function;
}

Combine make_combine(const Node& node, std::int32_t subgraph, const RuntimeTensor& like) {
  SubgraphRunner& body = node.subgraph(subgraph);
  if (body.input_count() != 2 || body.output_count() != 1) {
    node.corrupt("its body does not make one value of two");
  }
  const std::size_t element = element_bytes(node, like);
  const Subgraph& definition = body.definition();
  const auto input = static_cast<std::size_t>(definition.inputs[1]);
  if (const auto function = scalar_function(definition);
      function && definition.tensors.at(input).type == like.type) {
    if (Combine native = combine_natively(*function, like.type, element)) return native;
  }
  return combine_by_running(node, body, like, element);
}

}  // namespace litezoo::runtime
