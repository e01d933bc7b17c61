#include "cli/context.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>

namespace litezoo::cli {
namespace {

std::optional<std::filesystem::path> directory_from(const char* variable) {
  const char* value = std::getenv(variable);
  // The XDG specification: a relative path is to be ignored.
  if (value == nullptr || std::string_view(value).empty()) return std::nullopt;
  return std::filesystem::path(value);
}

std::filesystem::path xdg_directory(const char* variable, const char* below_home) {
  if (const auto set = directory_from(variable); set && set->is_absolute()) return *set;
  if (const auto home = directory_from("HOME")) return *home / below_home;
  throw Error(ErrorKind::usage,
              "neither LITEZOO_HOME nor HOME is set; set LITEZOO_HOME to a directory of yours");
}

}  // namespace

Home find_home() {
  if (const auto home = directory_from("LITEZOO_HOME")) {
    const auto root = std::filesystem::absolute(*home);
    return {.catalog = root / "catalog.db", .store = root / "store"};
  }
  return {.catalog = xdg_directory("XDG_DATA_HOME", ".local/share") / "litezoo" / "catalog.db",
          .store = xdg_directory("XDG_CACHE_HOME", ".cache") / "litezoo" / "store"};
}

void Context::note(const std::string& line) const {
  if (!quiet) err << line << '\n';
}

bool Context::shows_progress() const {
  return !quiet && &err == &std::cerr && ::isatty(STDERR_FILENO) == 1;
}

}  // namespace litezoo::cli
