#pragma once

#include <string>
#include <vector>

#include "cli/inspect_json.h"
#include "cli/inspect_one.h"

namespace litezoo::cli {

struct Context;

// What `references` stand for: each as it is, directories replaced by the models below them, see
// search_models(). Throws Error(not_found) for a directory without any.
std::vector<std::string> expand_directories(const Context& context,
                                            const std::vector<std::string>& references);

// Many models at once, on all cores: with --json one line of JSON each, as they come but in order,
// else a table. What cannot be read becomes a line with the error, and exit code 6.
void inspect_many(Context& context, const std::vector<std::string>& references,
                  const ReportOptions& options, GraphDetail detail);

}  // namespace litezoo::cli
