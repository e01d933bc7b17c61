#pragma once

#include <string>
#include <vector>

#include "base/units.h"

namespace litezoo::fetcher {

// One file of a repository or package, as its hub lists it.
struct HubFile {
  std::string path;
  Bytes size;
  std::string sha256;  // empty = the hub does not say
};

// True for names that end in .tflite, .lite or .task.
bool is_model_name(const std::string& path);

// The one model among the files. Throws Error(not_found) when there is none and Error(usage) that
// lists them when there are several; `reference` is the user's, without a file.
std::string only_model(const std::vector<HubFile>& files, const std::string& reference);

}  // namespace litezoo::fetcher
