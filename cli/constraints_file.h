#pragma once

#include <filesystem>

namespace CLI {
class App;
}

namespace litezoo::cli {

// Reads options from a file and gives them to the command wherever its command line did not: a
// JSON object ({"task": "...", "max-size": "4MB", "license": ["MIT", "permissive"]}) when the name
// ends in .json, else TOML (max-size = "4MB"). Keys are the option names without dashes in front;
// '_' is as good as '-'.
// Throws Error(not_found or io), Error(usage) naming the file and the key that is no option or
// whose value the option does not take.
void apply_constraints_file(CLI::App& command, const std::filesystem::path& path);

}  // namespace litezoo::cli
