#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "fetcher/hub_file.h"
#include "fetcher/session.h"

namespace litezoo::fetcher {

// What GitHub's API (or GITHUB_API_URL's) answers for a path that begins with '/', with the token
// of GITHUB_TOKEN or GH_TOKEN. Throws Error(network or not_found).
nlohmann::json ask_github(Session& session, const std::string& path);

// One asset of a release; assets before June 2025 have no digest.
HubFile github_asset(const nlohmann::json& asset);

}  // namespace litezoo::fetcher
