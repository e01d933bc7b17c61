#include "cli/given_inputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cli/input_shapes.h"
#include "cli/named_input.h"

namespace litezoo::cli {

GivenInputs given_inputs(const Graph& graph, const std::vector<std::string>& files,
                         const std::vector<std::string>& resizes) {
  GivenInputs inputs;
  if (graph.subgraphs.empty()) return inputs;
  const auto names = main_input_names(graph);
  inputs.shapes = resized(resizes, names);
  const Subgraph& main = graph.subgraphs.front();
  std::vector<std::size_t> indices;
  for (const std::string& text : files) {
    const auto [key, file] = parse_named_input(text, "--input");
    const std::size_t index = input_index(names, key);
    if (std::ranges::find(indices, index) != indices.end()) {
      throw Error(ErrorKind::usage,
                  fmt::format("--input gives input '{}' twice", escape_for_terminal(names[index])));
    }
    const NpyArray& array = inputs.arrays.emplace_back(read_npy(file));
    const Tensor& tensor = main.tensors[static_cast<std::size_t>(main.inputs[index])];
    auto& shape = inputs.shapes[index];
    if (!shape && may_have_shape(tensor, array.shape)) shape = array.shape;
    const auto& taken = shape ? *shape : tensor.shape;
    if (!is_same_shape(taken, array.shape)) {
      throw Error(ErrorKind::usage,
                  fmt::format("the model does not take --input {}: its shape is {}, not {}", text,
                              fmt::join(array.shape, "x"), fmt::join(taken, "x")));
    }
    if (array.type != tensor.type) {
      throw Error(ErrorKind::usage,
                  fmt::format("the model does not take --input {}: it holds {}, not {}", text,
                              tensor_type_name(array.type), tensor_type_name(tensor.type)));
    }
    indices.push_back(index);
  }
  for (std::size_t i = 0; i < indices.size(); ++i) {
    inputs.views.push_back({.index = indices[i], .data = inputs.arrays[i].data});
  }
  return inputs;
}

}  // namespace litezoo::cli
