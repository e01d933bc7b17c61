#pragma once

#include <cstddef>
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

// Pages of one listing of files; a hub that goes on after them is not believed.
inline constexpr std::size_t kMostPages = 1000;
// Error(network): `name`'s listing went on after them.
[[noreturn]] void throw_endless(const std::string& name);

// True for the names of models and of bundles of them: what can be fetched and inspected.
bool is_model_file(const std::string& path);

// The one model among the files. Throws Error(not_found) when there is none and Error(usage) that
// lists them when there are several; `reference` is the user's, without a file.
std::string only_model(const std::vector<HubFile>& files, const std::string& reference);

}  // namespace litezoo::fetcher
