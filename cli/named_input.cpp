#include "cli/named_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::cli {

NamedInput parse_named_input(const std::string& text, std::string_view option) {
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
    throw Error(ErrorKind::usage,
                fmt::format("{} '{}' is not of the form INPUT=VALUE; the first input is 0=VALUE",
                            option, text));
  }
  return {text.substr(0, at), text.substr(at + 1)};
}

std::vector<std::string> main_input_names(const Graph& graph) {
  std::vector<std::string> names;
  if (graph.subgraphs.empty()) return names;
  const Subgraph& main = graph.subgraphs.front();
  for (const std::int32_t tensor : main.inputs) {
    names.push_back(main.tensors[static_cast<std::size_t>(tensor)].name);
  }
  return names;
}

std::size_t input_index(std::span<const std::string> names, const std::string& key) {
  const auto found = std::ranges::find(names, key);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::size_t index = 0;
  const char* const last = key.data() + key.size();
  const auto [end, error] = std::from_chars(key.data(), last, index);
  if (error == std::errc() && end == last && index < names.size()) return index;
  std::string known;
  for (const auto& name : names) {
    known += fmt::format("{}'{}'", known.empty() ? "" : ", ", escape_for_terminal(name));
  }
  throw Error(ErrorKind::usage,
              fmt::format("the model has no input '{}'; it has {} input{}: {}", key, names.size(),
                          names.size() == 1 ? "" : "s", known));
}

}  // namespace litezoo::cli
