#pragma once

#include <span>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace litezoo::cli {

struct Context;

// One row a command. `add` declares the options on its sub-command and sets the callback that
// runs it; the callback leaves the exit code in Context::result or throws Error.
struct Command {
  std::string_view name;
  std::string_view summary;
  std::string_view example;  // shown by --help
  void (*add)(CLI::App& command, Context& context);
  bool hidden = false;  // not for people: Litezoo starts it itself
};

std::span<const Command> commands() noexcept;

// One function a command, each in cli/cmd_<name>.cpp.
void add_search(CLI::App& command, Context& context);
void add_show(CLI::App& command, Context& context);
void add_fetch(CLI::App& command, Context& context);
void add_sync(CLI::App& command, Context& context);
void add_store(CLI::App& command, Context& context);
void add_inspect(CLI::App& command, Context& context);
void add_compare(CLI::App& command, Context& context);
void add_run(CLI::App& command, Context& context);
void add_profile(CLI::App& command, Context& context);
void add_recommend(CLI::App& command, Context& context);
void add_verify(CLI::App& command, Context& context);
void add_catalog(CLI::App& command, Context& context);
void add_doctor(CLI::App& command, Context& context);
void add_measure_child(CLI::App& command, Context& context);

// The sub-commands of `catalog` that keep it whole and carry it elsewhere.
void add_catalog_upkeep(CLI::App& command, Context& context);

// --json, -q/--quiet, --offline: on every command.
void add_common_options(CLI::App& command, Context& context);

}  // namespace litezoo::cli
