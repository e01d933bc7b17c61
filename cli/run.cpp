#include "cli/run.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <ostream>

#include "base/error.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/context.h"

namespace litezoo::cli {
namespace {

constexpr std::string_view kFooter =
    "Model references: a path, file:, https:, npm:PACKAGE[@VERSION]/PATH, sha256:PREFIX, or a "
    "name\n"
    "that `litezoo search` lists. Exit codes: 0 done, 1 no model satisfies, 2 usage, 3 undecided,\n"
    "4 local environment, 5 network, 6 integrity, 130 interrupted.";

void add_commands(CLI::App& app, Context& context) {
  for (const Command& row : commands()) {
    CLI::App* command = app.add_subcommand(std::string(row.name), std::string(row.summary));
    if (row.hidden) command->group("");
    command->footer(fmt::format("Example:\n  {}", row.example));
    row.add(*command, context);
  }
}

int report(std::ostream& err, std::string_view message, ExitCode code) {
  err << "litezoo: " << escape_for_terminal(message) << '\n';
  return static_cast<int>(code);
}

// CLI11's own message names the option; the next step is ours.
std::string usage_message(const CLI::ParseError& error, const CLI::App& app) {
  const auto unknown = app.remaining();
  if (app.get_subcommands().empty() && !unknown.empty() && !unknown.front().starts_with('-')) {
    std::vector<std::string> names;
    for (const Command& row : commands()) {
      if (!row.hidden) names.emplace_back(row.name);
    }
    const auto near = near_names(unknown.front(), names);
    return fmt::format(
        "there is no command '{}'; {}", unknown.front(),
        near.empty() ? "see 'litezoo --help'" : fmt::format("did you mean {}?", join_names(near)));
  }
  std::string command = "litezoo";
  for (const CLI::App* sub : app.get_subcommands()) command += " " + sub->get_name();
  std::string message = error.what();
  for (char& c : message) {
    if (c == '\n') c = ' ';
  }
  return fmt::format("{}; see '{} --help'", message, command);
}

// Whether standard output is a pipe that nobody reads any more.
bool reader_has_gone() {
  pollfd output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

}  // namespace

int run(int argument_count, const char* const* arguments, std::ostream& out, std::ostream& err) {
  Context context{.out = out, .err = err, .program = "/proc/self/exe"};
  CLI::App app{"Finds, measures and picks pre-built TensorFlow Lite models.", "litezoo"};
  app.set_version_flag("--version", std::string("litezoo ") + LITEZOO_VERSION);
  app.require_subcommand(1);
  app.footer(std::string(kFooter));
  try {
    add_commands(app, context);
    app.parse(argument_count, arguments);
    out.flush();
    // `litezoo search | head` has what it wanted: no failure, and nothing to say.
    if (!out && !reader_has_gone()) {
      return report(err, "cannot write the result; is the disk full?", ExitCode::environment);
    }
    return static_cast<int>(context.result);
  } catch (const CLI::Success& request) {
    return app.exit(request, out, err);
  } catch (const CLI::ParseError& error) {
    return report(err, usage_message(error, app), ExitCode::usage);
  } catch (const Error& error) {
    out.flush();
    return report(err, error.what(), exit_code_of(error.kind()));
  } catch (const std::bad_alloc&) {
    return report(err, "out of memory; close other programs or choose a smaller model",
                  ExitCode::environment);
  } catch (const std::exception& error) {
    return report(err, fmt::format("internal error: {}; please report it", error.what()),
                  ExitCode::environment);
  }
}

}  // namespace litezoo::cli
