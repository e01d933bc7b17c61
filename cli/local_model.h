#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/graph.h"
#include "base/nouns.h"

namespace litezoo::cli {

struct Context;

// A model file on this machine, opened and read.
struct LocalModel {
  std::string name;  // as the user called it
  std::filesystem::path path;
  MappedFile file;  // the bytes the graph looks into
  Graph graph;
  std::vector<Finding> findings;
};

// Where the bytes of a reference lie on this machine, fetched first when they are not here yet.
// Throws what Workspace::obtain throws.
std::filesystem::path local_path(const Context& context, const std::string& reference);

// local_path, then mapped and read. Throws Error(corrupt) when it is not a usable model.
LocalModel open_model(const Context& context, const std::string& reference);

}  // namespace litezoo::cli
