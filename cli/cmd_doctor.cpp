#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog/stats.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/render.h"
#include "cli/workspace.h"
#include "runtime/device.h"
#include "runtime/kernels/kernel.h"

namespace litezoo::cli {
namespace {

struct Check {
  std::string name;
  bool good = true;
  std::string detail;
  ExitCode problem = ExitCode::environment;  // when it is not good
};

std::string device_text(const Device& device) {
  return fmt::format("{}, {} x {}, {} ({})", device.fingerprint, device.cores, device.cpu,
                     to_text(device.memory), device.system);
}

Check catalog_check() {
  try {
    auto catalog = open_catalog();
    const auto stats = catalog::stats(catalog);
    return {"catalog", true,
            fmt::format("{}: schema {}, {} artifacts", catalog.path().string(),
                        stats.schema_version, stats.artifacts)};
  } catch (const Error& error) {
    return {"catalog", false, error.what(), exit_code_of(error.kind())};
  }
}

Check store_check(const std::filesystem::path& store) {
  // The nearest directory that exists decides whether the store can be written.
  auto directory = store;
  while (!std::filesystem::exists(directory) && directory.has_relative_path()) {
    directory = directory.parent_path();
  }
  if (::access(directory.c_str(), W_OK) != 0) {
    return {"store", false,
            fmt::format("'{}' is not writable; set LITEZOO_HOME to a directory of yours",
                        directory.string())};
  }
  std::error_code error;
  const auto space = std::filesystem::space(directory, error);
  return {
      "store", true,
      fmt::format("{}: {} free", store.string(), error ? "?" : to_text(Bytes{space.available}))};
}

void doctor(Context& context) {
  const Device device = runtime::this_device();
  const std::vector<Check> checks{
      catalog_check(),
      store_check(find_home().store),
      {"device", true, device_text(device)},
      {"engine", true, runtime::engine_version()},
      {"cpu features", true, device.features},
      {"int8 kernels", true, runtime::int8_kernels(device)},
      {"weights", true, runtime::weights_sharing()},
      {"own kernels", true,
       fmt::format("{} builtin and {} custom operators", runtime::kernels().size(),
                   runtime::custom_kernels().size())},
  };
  bool good = true;
  for (const Check& check : checks) {
    good = good && check.good;
    if (!check.good) context.result = worse_of(context.result, check.problem);
  }
  if (context.json) {
    nlohmann::ordered_json document{{"version", LITEZOO_VERSION}, {"healthy", good}};
    document["device"] = nlohmann::json(device);
    auto& rows = document["checks"] = nlohmann::ordered_json::array();
    for (const Check& check : checks) {
      rows.push_back({{"name", check.name}, {"good", check.good}, {"detail", check.detail}});
    }
    return print_json(context, document);
  }
  for (const Check& check : checks) {
    context.out << fmt::format("{:<13} {}{}\n", check.name,
                               check.good ? "" : "PROBLEM: ", escape_for_terminal(check.detail));
  }
}

}  // namespace

void add_doctor(CLI::App& command, Context& context) {
  add_common_options(command, context);
  command.callback([&context] { doctor(context); });
}

}  // namespace litezoo::cli
