#include "tests/hub/kaggle_api.h"

#include <nlohmann/json.hpp>

#include "tests/hub/base64_digest.h"

namespace litezoo::hub {
namespace {

using nlohmann::json;

Resource json_answer(const json& content) {
  Resource resource;
  resource.content = content.dump();
  resource.content_type = "application/json";
  return resource;
}

Resource redirect_to(const std::string& address) {
  Resource resource;
  resource.status = 302;
  resource.location = address;
  return resource;
}

void add_variation(Hub& hub, const KaggleVariation& variation) {
  const std::string version = std::to_string(variation.version);
  const std::string name = variation.owner + "/" + variation.model + "/tfLite/" + variation.slug;
  json files = json::array();
  for (const KaggleFile& file : variation.files) {
    files.push_back({{"name", file.path}, {"size", file.content.size()}});
  }
  const json listing = {{"files", files}, {"nextPageToken", ""}};
  const json instance = {{"slug", variation.slug},
                         {"framework", "tfLite"},
                         {"versionNumber", variation.version},
                         {"licenseName", "Apache 2.0"}};
  const json model = {{"ref", variation.owner + "/" + variation.model},
                      {"author", variation.owner},
                      {"updateTime", "2026-01-02T03:04:05Z"},
                      {"instances", json::array({instance})}};
  for (const std::string base : {"/api/v1/models/", "/kaggle/api/v1/models/"}) {
    hub.add(base + variation.owner + "/" + variation.model + "/get", json_answer(model));
    hub.add(base + name + "/get", json_answer(instance));
    hub.add(base + name + "/" + version + "/files", json_answer(listing));
  }
  const std::string rpc = "/api/v1/models.ModelApiService/";
  json body = {{"ownerSlug", variation.owner},
               {"modelSlug", variation.model},
               {"instanceSlug", variation.slug}};
  hub.add(rpc + "GetModelInstance#" + rpc_key(body.dump()), json_answer(instance));
  body["versionNumber"] = variation.version;
  hub.add(rpc + "ListModelInstanceVersionFiles#" + rpc_key(body.dump()), json_answer(listing));
  for (const KaggleFile& file : variation.files) {
    Resource stored;
    stored.content = file.content;
    stored.headers["x-goog-hash"] =
        "crc32c=" + base64_digest(fetcher::DigestKind::crc32c, file.content) +
        ",md5=" + base64_digest(fetcher::DigestKind::md5, file.content);
    const std::string path = "/storage/" + name + "/" + version + "/" + file.path;
    hub.add(path, std::move(stored));
    const Resource redirect = redirect_to(hub.cdn_url() + path + "?Signature=signed");
    body["path"] = file.path;
    hub.add(rpc + "DownloadModelInstanceVersion#" + rpc_key(body.dump()), redirect);
    for (const std::string base : {"/api/v1/models/", "/kaggle/api/v1/models/"}) {
      hub.add(base + name + "/" + version + "/download/" + file.path, redirect);
    }
  }
}

}  // namespace

void add_kaggle_variations(Hub& hub, const std::vector<KaggleVariation>& variations) {
  json models = json::array();
  for (const KaggleVariation& variation : variations) {
    add_variation(hub, variation);
    models.push_back({{"ref", variation.owner + "/" + variation.model},
                      {"author", variation.owner},
                      {"updateTime", "2026-01-02T03:04:05Z"},
                      {"instances", json::array({{{"slug", variation.slug},
                                                  {"framework", "tfLite"},
                                                  {"versionNumber", variation.version},
                                                  {"licenseName", "Apache 2.0"}}})}});
  }
  for (const std::string base : {"/api/v1/models/", "/kaggle/api/v1/models/"}) {
    hub.add(base + "list", json_answer({{"models", models}, {"nextPageToken", ""}}));
  }
}

}  // namespace litezoo::hub
