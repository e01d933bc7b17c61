#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/graph.h"

namespace litezoo::cli {

// What an option says of one input: "--input image=cat.npy", "--resize 0=1x192x192x3".
struct NamedInput {
  std::string key;  // a name or a position
  std::string value;
};

// Throws Error(usage) unless the option's text is of that form. The last '=' separates: a tensor's
// name may hold one, a file's hardly ever does.
NamedInput parse_named_input(const std::string& text, std::string_view option);

// The names of the main graph's inputs, in order.
std::vector<std::string> main_input_names(const Graph& graph);

// Which of the inputs with these names is meant: the one called so, else the one at that position.
// Throws Error(usage) with their names.
std::size_t input_index(std::span<const std::string> names, const std::string& key);

}  // namespace litezoo::cli
