#include "fetcher/npm_config.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/handle.h"
#include "base/text.h"
#include "fetcher/digest.h"
#include "fetcher/http.h"
#include "fetcher/url.h"

extern "C" char** environ;

namespace litezoo::fetcher {
namespace {

namespace fs = std::filesystem;

// ${NAME} becomes the variable's value; ${NAME?} too, or nothing when unset. An unset ${NAME}
// stays.
std::string expand(const std::string& text, const NpmConfig::Variables& environment) {
  std::string result;
  std::size_t at = 0;
  for (;;) {
    const std::size_t open = text.find("${", at);
    const std::size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return result + text.substr(at);
    result += text.substr(at, open - at);
    std::string name = text.substr(open + 2, close - open - 2);
    const bool optional = name.ends_with("?");
    if (optional) name.pop_back();
    const auto found = environment.find(name);
    if (found != environment.end()) {
      result += found->second;
    } else if (!optional) {
      result += text.substr(open, close - open + 1);
    }
    at = close + 1;
  }
}

std::string value_or(const NpmConfig::Variables& values, const std::string& key,
                     const std::string& otherwise) {
  const auto found = values.find(key);
  return found == values.end() || found->second.empty() ? otherwise : found->second;
}

fs::path project_root(const fs::path& start) {
  std::error_code ignored;
  for (fs::path at = start; !at.empty(); at = at.parent_path()) {
    if (fs::exists(at / "package.json", ignored) || fs::exists(at / "node_modules", ignored)) {
      return at;
    }
    if (at == at.root_path()) break;
  }
  return start;
}

bool is_web_address(const std::string& text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

// Last resort: npm knows its own default. Empty when npm is absent or says nothing useful.
std::string ask_npm() {
  const std::unique_ptr<std::FILE, Deleter<pclose>> pipe(
      popen("npm config get registry 2>/dev/null </dev/null", "re"));
  if (!pipe) return "";
  std::array<char, 1024> buffer{};
  const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
  return trimmed(std::string_view(buffer.data(), count)
                     .substr(0, std::string_view(buffer.data(), count).find('\n')));
}

}  // namespace

NpmConfig::Variables environment_variables() {
  NpmConfig::Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

NpmConfig::NpmConfig(const Variables& environment, const fs::path& project) {
  for (const auto& [name, value] : environment) {
    constexpr std::string_view kPrefix = "npm_config_";
    if (to_lower(name).starts_with(kPrefix) && !value.empty()) {
      std::string key = name.substr(kPrefix.size());
      // npm takes upper case and '_' for '-'; a key with a host in it stays as it is.
      if (!key.starts_with("//") && !key.starts_with("@")) key = to_lower(key);
      values_.emplace(key, value);
    }
  }
  const std::string home = value_or(environment, "HOME", "");
  const fs::path user = value_or(values_, "userconfig", home.empty() ? "" : home + "/.npmrc");
  const fs::path root = project_root(project);
  if (root / ".npmrc" != user) read(root / ".npmrc", environment);
  if (!user.empty()) read(user, environment);
  const std::string prefix = value_or(values_, "prefix", value_or(environment, "PREFIX", ""));
  const fs::path global = value_or(values_, "globalconfig", "");
  if (!global.empty()) {
    read(global, environment);
  } else if (!prefix.empty()) {
    read(fs::path(prefix) / "etc/npmrc", environment);
  } else {
    for (const char* file : {"/usr/local/etc/npmrc", "/usr/etc/npmrc", "/etc/npmrc"}) {
      read(file, environment);
    }
  }
}

void NpmConfig::read(const fs::path& file, const Variables& environment) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return;
  for (const std::string& raw : split(read_text_file(file), '\n')) {
    const std::string line = trimmed(raw);
    const std::size_t equals = line.find('=');
    if (line.empty() || line[0] == ';' || line[0] == '#' || line[0] == '[') continue;
    if (equals == std::string::npos) continue;
    std::string value = trimmed(std::string_view(line).substr(equals + 1));
    const bool quoted = value.size() >= 2 && (value[0] == '"' || value[0] == '\'');
    if (quoted && value.back() == value[0]) value = value.substr(1, value.size() - 2);
    values_.emplace(expand(trimmed(std::string_view(line).substr(0, equals)), environment),
                    expand(value, environment));
  }
}

std::string NpmConfig::find(const std::string& key) const {
  return value_or(values_, key, "");
}

std::string NpmConfig::registry_for(const std::string& package) const {
  std::string registry;
  if (package.starts_with("@")) registry = find(package.substr(0, package.find('/')) + ":registry");
  if (registry.empty()) registry = find("registry");
  if (registry.empty()) registry = ask_npm();
  if (registry.empty()) {
    throw Error(
        ErrorKind::network,
        "no npm registry is configured; set npm_config_registry or 'registry=' in ~/.npmrc, "
        "or install npm");
  }
  const auto url = is_web_address(registry) ? parse_url(registry) : std::nullopt;
  if (!url) {
    throw Error(ErrorKind::usage, "npm's registry '" + escape_for_terminal(registry) +
                                      "' is not a web address; see `npm config get registry`");
  }
  if (!registry.ends_with("/")) registry += '/';
  return registry;
}

std::string NpmConfig::authorization_for(const std::string& url) const {
  const auto parts = parse_url(url);
  if (!parts) return "";
  std::string path = parts->path;
  for (;;) {
    const std::size_t slash = path.rfind('/');
    path.resize(slash == std::string::npos ? 0 : slash);
    const std::string place = "//" + parts->place() + path + "/:";
    if (const std::string token = find(place + "_authToken"); !token.empty()) {
      return "Bearer " + token;
    }
    if (const std::string pair = find(place + "_auth"); !pair.empty()) return "Basic " + pair;
    const std::string user = find(place + "username");
    const std::string password = decode_base64(find(place + "_password"));
    if (!user.empty() && !password.empty()) return "Basic " + encode_base64(user + ":" + password);
    if (path.empty()) return "";
  }
}

}  // namespace litezoo::fetcher
