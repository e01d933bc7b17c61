#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/graph.h"
#include "base/nouns.h"
#include "cli/model_bytes.h"

namespace litezoo::cli {

struct Context;

// A model on this machine, opened and read.
struct LocalModel {
  std::string name;  // as the user called it
  ModelBytes bytes;  // what the graph looks into
  Graph graph;
  std::vector<Finding> findings;
  std::vector<MappedFile> weights;  // of a model that keeps them in files beside it
};

// Where the bytes of a reference lie on this machine, fetched first when they are not here yet.
// Throws what Workspace::obtain throws.
std::filesystem::path local_path(const Context& context, const std::string& reference);

// open_bytes, then read, ready to be run. Throws Error(corrupt) when it is not a usable model, and
// as attach_external_weights does.
LocalModel open_model(const Context& context, const std::string& reference);

}  // namespace litezoo::cli
