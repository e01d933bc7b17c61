#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <array>

#include "cli/context.h"

namespace litezoo::cli {
namespace {

constexpr auto kCommands = std::to_array<Command>({
    {"run", "Run a model on inputs and write its outputs as .npy files",
     "litezoo run model.tflite --input 0=image.npy --output-dir out", add_run},
});

}  // namespace

std::span<const Command> commands() noexcept {
  return kCommands;
}

void add_common_options(CLI::App& command, Context& context) {
  command.add_flag("--json", context.json, "Print the result as JSON (with schema_version)");
  command.add_flag("-q,--quiet", context.quiet, "No progress and no notes on stderr");
  command.add_flag("--offline", context.offline, "Open no network connection");
}

}  // namespace litezoo::cli
