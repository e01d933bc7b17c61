#include "cli/given_inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/input_shapes.h"
#include "cli/named_input.h"
#include "cli/real_values.h"
#include "cli/render.h"

namespace litezoo::cli {
namespace {

bool is_quantized(const Tensor& tensor) {
  const bool stored = tensor.type == TensorType::INT8 || tensor.type == TensorType::UINT8 ||
                      tensor.type == TensorType::INT16;
  return stored && tensor.quantization.scale.size() == 1;
}

// Real numbers as a quantised input stores them, so that one file serves every variant of a model.
void quantize(NpyArray& array, const Tensor& input) {
  if (array.type != TensorType::FLOAT32 || !is_quantized(input)) return;
  array.data = stored_values(input.type, real_values(array.type, array.data, input), input);
  array.type = input.type;
}

void require_fit(const GivenArray& given, const Tensor& input,
                 std::span<const std::int32_t> shape) {
  const NpyArray& array = given.array;
  if (array.type == input.type && is_same_shape(shape, array.shape)) return;
  throw Error(
      ErrorKind::usage,
      fmt::format("the model does not take --input {}: the file holds {} {}, the input {} {}",
                  given.text, tensor_type_name(array.type), shape_text(array.shape),
                  tensor_type_name(input.type), shape_text(shape)));
}

}  // namespace

std::vector<GivenArray> read_given_arrays(const std::vector<std::string>& texts,
                                          std::span<const std::string> names) {
  std::vector<GivenArray> arrays;
  for (const std::string& text : texts) {
    const auto [key, file] = parse_named_input(text, "--input");
    const std::size_t index = input_index(names, key);
    if (std::ranges::find(arrays, index, &GivenArray::index) != arrays.end()) {
      throw Error(ErrorKind::usage,
                  fmt::format("--input gives input '{}' twice", escape_for_terminal(names[index])));
    }
    arrays.push_back({index, text, read_npy(file)});
  }
  return arrays;
}

std::vector<runtime::InputBytes> GivenInputs::views() const {
  std::vector<runtime::InputBytes> views;
  for (const GivenArray& given : arrays) {
    views.push_back({.index = given.index, .data = given.array.data});
  }
  return views;
}

GivenInputs given_inputs(const Graph& graph, const std::vector<std::string>& files,
                         const std::vector<std::string>& resizes) {
  GivenInputs inputs;
  if (graph.subgraphs.empty()) return inputs;
  const auto names = main_input_names(graph);
  inputs.shapes = resized(resizes, names);
  inputs.arrays = read_given_arrays(files, names);
  const Subgraph& main = graph.subgraphs.front();
  for (GivenArray& given : inputs.arrays) {
    const Tensor& tensor = main.tensors[static_cast<std::size_t>(main.inputs[given.index])];
    auto& shape = inputs.shapes[given.index];
    if (!shape && may_have_shape(tensor, given.array.shape)) shape = given.array.shape;
    quantize(given.array, tensor);
    require_fit(given, tensor, shape ? *shape : tensor.shape);
  }
  return inputs;
}

}  // namespace litezoo::cli
