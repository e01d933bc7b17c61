#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/measure_model.h"

namespace litezoo::cli {

void add_measure_child(CLI::App& command, Context& context) {
  struct Arguments {
    std::string path, sha256, settings;
  };
  auto arguments = std::make_shared<Arguments>();
  command.add_option("path", arguments->path)->required();
  command.add_option("sha256", arguments->sha256)->required();
  command.add_option("settings", arguments->settings)->required();
  command.callback([&context, arguments] {
    measure_as_child(context, arguments->path, arguments->sha256, arguments->settings);
  });
}

}  // namespace litezoo::cli
