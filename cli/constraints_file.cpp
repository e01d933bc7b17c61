#include "cli/constraints_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace litezoo::cli {
namespace {

struct Setting {
  std::string key;
  std::vector<std::string> values;
};

std::string text_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

std::vector<Setting> read_json_settings(const std::string& text, const std::string& name) {
  const auto document = parse_json(text, name);
  if (!document.is_object()) {
    throw Error(ErrorKind::usage, fmt::format("'{}' must hold one JSON object", name));
  }
  std::vector<Setting> settings;
  for (const auto& [key, value] : document.items()) {
    Setting setting{.key = key, .values = {}};
    if (value.is_array()) {
      for (const auto& one : value) setting.values.push_back(text_of(one));
    } else if (value.is_object() || value.is_null()) {
      throw Error(ErrorKind::usage,
                  fmt::format("'{}': the value of '{}' must be text, a number, true, false or a "
                              "list of them",
                              name, key));
    } else {
      setting.values.push_back(text_of(value));
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

std::vector<Setting> read_toml_settings(const std::string& text, const std::string& name) {
  std::istringstream stream(text);
  std::vector<Setting> settings;
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(stream)) {
      // CLI11 tells sections by "++" and "--".
      if (item.name == "++" || item.name == "--") continue;
      settings.push_back({item.name, item.inputs});
    }
  } catch (const CLI::Error& error) {
    throw Error(ErrorKind::usage, fmt::format("'{}' is not valid TOML: {}", name, error.what()));
  }
  return settings;
}

CLI::Option& option_named(CLI::App& command, std::string key, const std::string& file) {
  std::ranges::replace(key, '_', '-');
  if (CLI::Option* option = command.get_option_no_throw("--" + key)) return *option;
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back(name);
  }
  const auto near = near_names(key, names);
  throw Error(ErrorKind::usage,
              fmt::format("'{}' sets '{}', which is no option{}", file, key,
                          near.empty() ? "; see --help"
                                       : fmt::format("; did you mean {}?", join_names(near))));
}

void apply(CLI::Option& option, const Setting& setting, const std::string& file) {
  if (option.count() > 0) return;  // the command line wins
  try {
    if (option.get_expected_min() == 0) {  // a flag
      const std::vector<std::string> no{"false"}, yes{"true"};
      if (setting.values == no) return;
      if (setting.values != yes) throw CLI::ValidationError("write true or false");
      option.add_result(std::string("true"));
    } else {
      for (const auto& value : setting.values) option.add_result(value);
    }
    option.run_callback();
  } catch (const CLI::Error& error) {
    throw Error(ErrorKind::usage, fmt::format("'{}': '{}' cannot be {}: {}", file, setting.key,
                                              join_names(setting.values), error.what()));
  }
}

}  // namespace

void apply_constraints_file(CLI::App& command, const std::filesystem::path& path) {
  const std::string text = read_text_file(path);
  const std::string name = path.string();
  const auto settings =
      path.extension() == ".json" ? read_json_settings(text, name) : read_toml_settings(text, name);
  for (const Setting& setting : settings) {
    apply(option_named(command, setting.key, name), setting, name);
  }
}

}  // namespace litezoo::cli
