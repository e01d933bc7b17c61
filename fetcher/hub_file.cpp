#include "fetcher/hub_file.h"

#include <algorithm>

#include "base/error.h"
#include "base/model_name.h"
#include "base/text.h"

namespace litezoo::fetcher {

bool is_model_file(const std::string& path) {
  return is_model_name(path) || is_bundle_name(path);
}

void throw_endless(const std::string& name) {
  throw Error(ErrorKind::network, "the hub lists the files of '" + escape_for_terminal(name) +
                                      "' without end; name one as " + escape_for_terminal(name) +
                                      "/FILE");
}

std::string only_model(const std::vector<HubFile>& files, const std::string& reference) {
  std::vector<std::string> models;
  for (const HubFile& file : files) {
    if (is_model_file(file.path)) models.push_back(escape_for_terminal(file.path));
  }
  const std::string shown = "'" + escape_for_terminal(reference) + "'";
  if (models.empty()) {
    throw Error(ErrorKind::not_found, shown + " holds no .tflite or .task file; name one as " +
                                          escape_for_terminal(reference) + "/FILE");
  }
  if (models.size() == 1) return models.front();
  constexpr std::size_t kMostListed = 12;
  const std::size_t left_out = models.size() - std::min(models.size(), kMostListed);
  models.resize(models.size() - left_out);
  if (left_out > 0) models.push_back(std::to_string(left_out) + " more");
  throw Error(ErrorKind::usage, shown + " holds several models; add one of " + join_names(models));
}

}  // namespace litezoo::fetcher
