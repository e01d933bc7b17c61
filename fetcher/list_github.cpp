#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/model_name.h"
#include "base/text.h"
#include "fetcher/github.h"
#include "fetcher/hub_file.h"
#include "fetcher/json_answer.h"
#include "fetcher/listing.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {

using Json = nlohmann::json;

ListPage list_github(Session& session, const std::string& what, const ListOptions& options,
                     const ListState& state) {
  if (what.find('/') == std::string::npos || what.find("..") != std::string::npos) {
    throw Error(ErrorKind::usage,
                "'github:" + escape_for_terminal(what) + "' is not github:OWNER/REPO");
  }
  const std::string number = state.cursor.empty() ? "1" : state.cursor;
  const Json releases = ask_github(session, "/repos/" + percent_encode(what, Slashes::keep) +
                                                "/releases?per_page=100&page=" + number);
  ListPage page;
  page.next = state;
  page.last = !releases.is_array() || releases.size() < 100;
  page.next.cursor = page.last ? "" : std::to_string(std::strtoul(number.c_str(), nullptr, 10) + 1);
  Listed listed;
  listed.model = {.name = what,
                  .publisher = what.substr(0, what.find('/')),
                  .link = "https://github.com/" + what,
                  .source = "GitHub releases"};
  for (const Json& release : releases.is_array() ? releases : Json::array()) {
    const std::string tag = text_at(release, "tag_name");
    for (const Json& asset : array_at(release, "assets")) {
      const HubFile file = github_asset(asset);
      const bool wanted = file.path.find(options.search) != std::string::npos;
      if (!is_model_file(file.path) || !wanted) continue;
      Artifact artifact;
      artifact.name = what + "/" + tag + "/" + file.path;
      artifact.model = what;
      artifact.format =
          is_bundle_name(file.path) ? ArtifactFormat::task_bundle : ArtifactFormat::tflite;
      artifact.references = {"github:" + what + "@" + tag + "/" + file.path};
      artifact.revision = tag;
      artifact.sha256 = file.sha256;
      artifact.size = file.size;
      listed.artifacts.push_back(std::move(artifact));
    }
  }
  if (!listed.artifacts.empty()) page.models.push_back(std::move(listed));
  return page;
}

}  // namespace litezoo::fetcher
