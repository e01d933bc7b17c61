#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/github.h"
#include "fetcher/hub_file.h"
#include "fetcher/json_answer.h"
#include "fetcher/sources.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
nlohmann::json ask_github(Session& session, const std::string& path) {
  HttpRequest request;
  request.url =
      without_end_slashes(environment_or("GITHUB_API_URL", "https://api.github.com")) + path;
  request.headers = {"Accept: application/vnd.github+json"};
  const std::string token = environment_or("GITHUB_TOKEN", environment_or("GH_TOKEN", ""));
  if (!token.empty()) request.authorization = "Bearer " + token;
  request.compressed = true;
  request.size_limit = Bytes{std::uint64_t{16} << 20};
  return ask_json(session, request);
}

HubFile github_asset(const nlohmann::json& asset) {
  const std::string digest = to_lower(text_at(asset, "digest"));
  return {text_at(asset, "name"), Bytes{count_at(asset, "size")},
          digest.starts_with("sha256:") ? digest.substr(7) : ""};
}

Place resolve_github(Session& session, const Reference& reference) {
  const std::string server =
      without_end_slashes(environment_or("GITHUB_SERVER_URL", "https://github.com"));
  Place place;
  place.revision = reference.revision;
  place.pinned = reference.text.substr(0, reference.text.find('!'));
  const std::string direct = server + "/" + reference.address + "/releases/download/" +
                             percent_encode(reference.revision, Slashes::keep) + "/" +
                             percent_encode(reference.file, Slashes::keep);
  nlohmann::json release;
  try {
    release = ask_github(session, "/repos/" + reference.address + "/releases/tags/" +
                                      percent_encode(reference.revision, Slashes::encode));
  } catch (const Error& error) {
    // The API allows few requests an hour; the file itself can be had without it, only unverified.
    if (error.kind() != ErrorKind::network) throw;
    place.urls = {direct};
    return place;
  }
  std::vector<std::string> names;
  for (const auto& asset : array_at(release, "assets")) {
    const HubFile file = github_asset(asset);
    names.push_back(escape_for_terminal(file.path));
    if (file.path != reference.file) continue;
    const std::string stated = text_at(asset, "browser_download_url");
    place.urls = {parse_url(stated) ? stated : direct};
    if (file.size.count > 0) place.size = file.size;
    if (!file.sha256.empty()) place.digests.push_back({DigestKind::sha256, file.sha256});
    return place;
  }
  const auto near = near_names(reference.file, names);
  throw Error(ErrorKind::not_found,
              "release '" + reference.revision + "' of '" + reference.address + "' has no asset '" +
                  escape_for_terminal(reference.file) + "'" +
                  (near.empty() ? "" : "; did you mean " + join_names(near) + "?"));
}

}  // namespace litezoo::fetcher
