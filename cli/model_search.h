#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace litezoo::cli {

struct Context;

// The models below a directory, told by content, sorted by path: .tflite files, models in bundles
// as FILE!MEMBER, and files of other frameworks or with a model's name, so that they get a line
// that says what to do. Links to directories are not followed, those to files when they are named
// like a model; what the kernel shows as files (/proc, /sys) is left out. Shows progress on a
// terminal.
struct FoundModels {
  std::vector<std::string> references;
  std::size_t unreadable = 0;  // directories and files that may hold more
};
FoundModels search_models(const Context& context, const std::filesystem::path& directory);

}  // namespace litezoo::cli
