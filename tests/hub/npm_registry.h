#pragma once

#include <string>
#include <vector>

#include "tests/hub/archive_writer.h"
#include "tests/hub/hub.h"

namespace litezoo::hub {

struct NpmPackage {
  std::string name;  // "@scope/name" or "name"
  std::string version;
  std::vector<ArchiveEntry> entries;  // as npm packs them: below "package/"
  std::string tarball_host;           // stated in the answers; empty = the hub's own
  std::string integrity;              // overrides the true sha512; "none" leaves it out
  std::string token;                  // the bearer token that is needed; empty = open to all
};

// Serves the packages of one name (several versions, the last is "latest") below /npm/.
void add_npm_packages(Hub& hub, const std::vector<NpmPackage>& versions);

// "npm_config_registry"'s value for this hub.
std::string npm_registry_url(const Hub& hub);

}  // namespace litezoo::hub
