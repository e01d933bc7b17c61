#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/graph.h"
#include "runtime/session.h"

namespace CLI {
class App;
}

namespace litezoo::cli {

// --resize INPUT=1x192x192x3, repeatable; `texts` must outlive the command.
void add_resize_option(CLI::App& command, std::vector<std::string>& texts);

// "1x192x192x3", or with commas. Throws Error(usage).
std::vector<std::int32_t> parse_shape(const std::string& text);

// Whether the model leaves a dimension of an input open and it could have that shape.
bool may_have_shape(const Tensor& input, std::span<const std::int32_t> shape);

// The shapes that --resize asks for, by position of the inputs called so. Throws Error(usage).
runtime::InputShapes resized(const std::vector<std::string>& texts,
                             const std::vector<std::string>& names);

// Whether any of them is given.
bool has_shape(const runtime::InputShapes& shapes);

// What may help when the main graph cannot be run with these shapes: "; its input 'image' is
// 1x?x?x3: try a larger one with --resize 0=SHAPE", or "; with the shapes given". Empty when all is
// as the file has it.
std::string resize_hint(const Graph& graph, const runtime::InputShapes& shapes);

// use(), where a contradiction in the graph may come from the shapes that it is run with: its error
// gets the hint, and is an Error(usage) when the user gave a shape.
template <typename Use>
auto with_resize_hint(const Graph& graph, const runtime::InputShapes& shapes, Use use) {
  try {
    return use();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    throw Error(has_shape(shapes) ? ErrorKind::usage : ErrorKind::corrupt,
                error.what() + resize_hint(graph, shapes));
  }
}

}  // namespace litezoo::cli
