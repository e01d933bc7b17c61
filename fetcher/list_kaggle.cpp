#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/model_name.h"
#include "base/text.h"
#include "fetcher/json_answer.h"
#include "fetcher/kaggle.h"
#include "fetcher/listing.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Json = nlohmann::json;

// "Apache 2.0" -> "apache-2.0", which the catalog reads as an SPDX identifier.
std::string license_of(const Json& instance) {
  std::string text = to_lower(text_at(instance, "licenseName"));
  std::ranges::replace(text, ' ', '-');
  return text;
}

void add_instance(Session& session, Listed& listed, const Json& instance) {
  if (to_lower(text_at(instance, "framework")) != "tflite") return;
  const std::string version = std::to_string(count_at(instance, "versionNumber"));
  const std::string variation = listed.model.name + "/tfLite/" + text_at(instance, "slug");
  if (listed.model.license.empty()) listed.model.license = license_of(instance);
  const Json& data = array_at(instance, "trainingData");
  if (!data.empty() && data[0].is_string()) listed.model.dataset = data[0].get<std::string>();
  for (const HubFile& file : kaggle_files(session, variation, version)) {
    if (!is_model_file(file.path)) continue;
    Artifact artifact;
    artifact.name = variation + "/" + version + "/" + file.path;
    artifact.model = listed.model.name;
    artifact.format =
        is_bundle_name(file.path) ? ArtifactFormat::task_bundle : ArtifactFormat::tflite;
    artifact.references = {"kaggle:" + artifact.name};
    artifact.revision = version;
    artifact.size = file.size;
    listed.artifacts.push_back(std::move(artifact));
  }
}

Listed describe(const Json& entry) {
  Listed listed;
  listed.model.name = text_at(entry, "ref");
  listed.model.publisher = text_at(entry, "author");
  listed.model.description = text_at(entry, "subtitle");
  listed.model.link = text_at(entry, "url");
  listed.model.source = "Kaggle Models";
  listed.changed = text_at(entry, "updateTime");
  return listed;
}

}  // namespace

ListPage list_kaggle(Session& session, const std::string& what, const ListOptions& options,
                     const ListState& state) {
  std::string path = "list?sortBy=updateTime&pageSize=50";
  if (!what.empty()) path += "&owner=" + percent_encode(what, Slashes::encode);
  path += "&search=" +
          percent_encode(options.search.empty() ? "tflite" : options.search, Slashes::encode);
  if (!state.cursor.empty()) path += "&pageToken=" + percent_encode(state.cursor, Slashes::encode);
  const Json answer = ask_kaggle(session, path);
  ListPage page;
  page.next = state;
  page.next.cursor = text_at(answer, "nextPageToken");
  page.last = page.next.cursor.empty() || page.next.cursor == state.cursor;
  for (const Json& entry : array_at(answer, "models")) {
    Listed listed = describe(entry);
    if (!state.since.empty() && !listed.changed.empty() && listed.changed <= state.since) {
      page.last = true;
      break;
    }
    page.next.newest = std::max(page.next.newest, listed.changed);
    if (listed.model.name.empty()) continue;
    for (const Json& instance : array_at(entry, "instances")) {
      add_instance(session, listed, instance);
    }
    if (!listed.artifacts.empty()) page.models.push_back(std::move(listed));
  }
  if (page.last) page.next.cursor.clear();
  return page;
}

}  // namespace litezoo::fetcher
