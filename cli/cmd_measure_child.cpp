#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.h"
#include "cli/measure_model.h"

namespace litezoo::cli {

void add_measure_child(CLI::App& command, Context& context) {
  auto request = std::make_shared<std::string>();
  command.add_option("request", *request)->required();
  command.callback([&context, request] { measure_as_child(context, *request); });
}

}  // namespace litezoo::cli
