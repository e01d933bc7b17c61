#pragma once

#include <filesystem>
#include <vector>

#include "base/file.h"
#include "base/graph.h"

namespace litezoo::cli {

// Maps the files beside `model` that it says its weights lie in, and lets the graph's tensors look
// into them; the maps must outlive the graph's use. Throws Error(not_found or io) when a file is
// not there, Error(corrupt) for a name that is not a plain one and for bytes beyond the file's end,
// Error(unsupported) for packed, sparse and string weights.
std::vector<MappedFile> attach_external_weights(Graph& graph, const std::filesystem::path& model);

}  // namespace litezoo::cli
