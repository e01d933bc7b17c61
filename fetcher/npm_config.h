#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace litezoo::fetcher {

// What npm itself would use: environment (npm_config_*), then .npmrc of the project, the user and
// the machine. Keys are npm's: "registry", "@scope:registry", "//host/path/:_authToken".
class NpmConfig {
 public:
  using Variables = std::map<std::string, std::string>;

  // Reads the files that exist. `project` is a directory; its nearest parent with a package.json or
  // node_modules counts. Throws Error(io) for a file that cannot be read.
  NpmConfig(const Variables& environment, const std::filesystem::path& project);

  // The registry for a package, ending in '/'. With none configured, asks `npm config get
  // registry`. Throws Error(usage) that says how to set it when npm is not installed, or for a bad
  // address.
  std::string registry_for(const std::string& package) const;

  // "Bearer ..." or "Basic ..." when a token was issued for the URL's host and path; else empty.
  std::string authorization_for(const std::string& url) const;

  // A CA file from npm's "cafile"; empty = the system's.
  std::string ca_file() const { return find("cafile"); }

 private:
  std::string find(const std::string& key) const;  // empty when absent
  void read(const std::filesystem::path& file, const Variables& environment);

  std::map<std::string, std::string> values_;  // the first place that sets a key wins
};

// This process's environment.
NpmConfig::Variables environment_variables();

}  // namespace litezoo::fetcher
