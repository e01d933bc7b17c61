#include "cli/input_shapes.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "cli/named_input.h"

namespace litezoo::cli {
namespace {

bool has_unknown_dimensions(const Tensor& tensor) {
  return std::ranges::find(tensor.shape_signature, -1) != tensor.shape_signature.end();
}

[[noreturn]] void refuse_shape(const std::string& text) {
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is not a shape; write it like 1x192x192x3", text));
}

}  // namespace

void add_resize_option(CLI::App& command, std::vector<std::string>& texts) {
  command
      .add_option("--resize", texts,
                  "INPUT=1x192x192x3: another shape; INPUT is a position or a name (repeatable)")
      ->allow_extra_args(false);
}

std::vector<std::int32_t> parse_shape(const std::string& text) {
  std::vector<std::int32_t> shape;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at < end) {
    std::int32_t dimension = 0;
    const auto [stop, error] = std::from_chars(at, end, dimension);
    const bool separated = stop == end || *stop == 'x' || *stop == ',';
    if (error != std::errc() || dimension < 0 || !separated) {
      refuse_shape(text);
    }
    shape.push_back(dimension);
    at = stop == end ? end : stop + 1;
    // A separator separates.
    if (at == end && stop != end) refuse_shape(text);
  }
  return shape;
}

bool may_have_shape(const Tensor& input, std::span<const std::int32_t> shape) {
  return has_unknown_dimensions(input) && shape.size() == input.shape_signature.size();
}

runtime::InputShapes resized(const std::vector<std::string>& texts,
                             const std::vector<std::string>& names) {
  runtime::InputShapes shapes(names.size());
  for (const auto& text : texts) {
    const auto [key, value] = parse_named_input(text, "--resize");
    shapes[input_index(names, key)] = parse_shape(value);
  }
  return shapes;
}

bool has_shape(const runtime::InputShapes& shapes) {
  return std::ranges::any_of(shapes, [](const auto& shape) { return shape.has_value(); });
}

std::string resize_hint(const Graph& graph, const runtime::InputShapes& shapes) {
  if (graph.subgraphs.empty()) return {};
  const Subgraph& main = graph.subgraphs.front();
  for (std::size_t i = 0; i < main.inputs.size(); ++i) {
    const Tensor& tensor = main.tensors[static_cast<std::size_t>(main.inputs[i])];
    const bool given = i < shapes.size() && shapes[i].has_value();
    if (given || !has_unknown_dimensions(tensor)) continue;
    std::string shape;
    for (const std::int32_t size : tensor.shape_signature) {
      shape += (shape.empty() ? "" : "x") + (size < 0 ? "?" : std::to_string(size));
    }
    return fmt::format("; its input '{}' is {}: try a larger one with --resize {}=SHAPE",
                       escape_for_terminal(tensor.name), shape, i);
  }
  return has_shape(shapes) ? "; with the shapes given" : "";
}

}  // namespace litezoo::cli
