#include "fetcher/kaggle.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "fetcher/digest.h"
#include "fetcher/json_answer.h"
#include "fetcher/sources.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

fs::path kaggle_home() {
  return environment_or("KAGGLE_CONFIG_DIR", environment_or("HOME", "") + "/.kaggle");
}

fs::path kagglehub_cache() {
  const std::string home = environment_or("XDG_CACHE_HOME", environment_or("HOME", "") + "/.cache");
  return environment_or("KAGGLEHUB_CACHE", home + "/kagglehub");
}

std::string encoded(const std::string& path) {
  return percent_encode(path, Slashes::keep);
}

}  // namespace

Json ask_kaggle(Session& session, const std::string& path) {
  HttpRequest request;
  request.url = kaggle_endpoint() + "/api/v1/models/" + path;
  request.authorization = kaggle_authorization();
  request.compressed = true;
  request.size_limit = Bytes{std::uint64_t{16} << 20};
  return ask_json(session, request);
}

std::string kaggle_endpoint() {
  return without_end_slashes(environment_or("KAGGLE_API_ENDPOINT", "https://www.kaggle.com"));
}

std::string kaggle_authorization() {
  std::string token = environment_or("KAGGLE_API_TOKEN", "");
  if (const std::string stored = first_line_of(token); !stored.empty()) token = stored;
  for (const char* name : {"access_token", "access_token.txt"}) {
    if (token.empty()) token = first_line_of(kaggle_home() / name);
  }
  if (!token.empty()) return "Bearer " + token;
  std::string user = environment_or("KAGGLE_USERNAME", "");
  std::string key = environment_or("KAGGLE_KEY", "");
  std::error_code ignored;
  if ((user.empty() || key.empty()) &&
      fs::is_regular_file(kaggle_home() / "kaggle.json", ignored)) {
    const Json stored = Json::parse(read_text_file(kaggle_home() / "kaggle.json"), nullptr, false);
    user = text_at(stored, "username");
    key = text_at(stored, "key");
  }
  return user.empty() || key.empty() ? "" : "Basic " + encode_base64(user + ":" + key);
}

std::string kaggle_newest_version(Session& session, const std::string& variation) {
  const Json answer = ask_kaggle(session, encoded(variation) + "/get");
  const std::uint64_t version = count_at(answer, "versionNumber");
  if (version == 0) {
    throw Error(ErrorKind::not_found, "Kaggle model '" + variation + "' has no version");
  }
  return std::to_string(version);
}

std::vector<HubFile> kaggle_files(Session& session, const std::string& variation,
                                  const std::string& version) {
  std::vector<HubFile> files;
  std::set<std::string> pages;
  std::string page;
  // A token seen before would go round for ever.
  while (pages.insert(page).second) {
    if (pages.size() > kMostPages) throw_endless(variation);
    std::string path = encoded(variation) + "/" + version + "/files?pageSize=200";
    if (!page.empty()) path += "&pageToken=" + percent_encode(page, Slashes::encode);
    const Json answer = ask_kaggle(session, path);
    for (const Json& file : array_at(answer, "files")) {
      files.push_back({text_at(file, "name"), Bytes{count_at(file, "size")}, ""});
    }
    page = text_at(answer, "nextPageToken");
    if (page.empty()) break;
  }
  return files;
}

std::string kaggle_variation_of_tfhub(Session& session, const std::string& handle) {
  std::vector<std::string> parts = split(handle, '/');
  const std::string owner = parts.front();
  parts.erase(parts.begin());
  if (!parts.empty() && parts.front() == "lite-model") parts.erase(parts.begin());
  if (parts.empty()) throw Error(ErrorKind::usage, "'" + handle + "' names no TF Hub model");
  std::string model = parts.front();
  std::ranges::replace(model, '_', '-');
  std::string wanted;
  for (std::size_t i = 1; i < parts.size(); ++i) wanted += (i > 1 ? "-" : "") + parts[i];
  const std::string page = owner + "/" + model;
  const Json answer = ask_kaggle(session, encoded(page) + "/get");
  std::vector<std::string> variations;
  for (const Json& instance : array_at(answer, "instances")) {
    if (to_lower(text_at(instance, "framework")) != "tflite") continue;
    variations.push_back(text_at(instance, "slug"));
  }
  if (variations.size() == 1) wanted = variations.front();
  if (std::ranges::find(variations, wanted) == variations.end()) {
    throw Error(ErrorKind::not_found,
                "TF Hub's '" + handle + "' has no counterpart '" + wanted + "' in Kaggle's '" +
                    page + "'" + (variations.empty() ? "" : "; it has " + join_names(variations)));
  }
  return page + "/tfLite/" + wanted;
}

Place resolve_kaggle(Session& session, const Reference& reference) {
  const std::string& variation = reference.address;
  Place place;
  place.revision =
      reference.revision.empty() ? kaggle_newest_version(session, variation) : reference.revision;
  std::string file = reference.file;
  if (file.empty()) {
    file = only_model(kaggle_files(session, variation, place.revision),
                      "kaggle:" + variation + "/" + place.revision);
  }
  place.urls = {kaggle_endpoint() + "/api/v1/models/" + encoded(variation) + "/" + place.revision +
                "/download/" + encoded(file)};
  place.authorization = kaggle_authorization();
  place.pinned = "kaggle:" + variation + "/" + place.revision + "/" + file;
  place.wrapped_as = file.substr(file.rfind('/') + 1);
  place.copies = {kagglehub_cache() / "models" / variation / place.revision / file};
  return place;
}

std::vector<fs::path> kaggle_copies(const Reference& reference, const std::string& sha256) {
  std::vector<fs::path> copies = hf_copies(reference, sha256);
  const fs::path variation = kagglehub_cache() / "models" / reference.address;
  std::error_code error;
  for (fs::recursive_directory_iterator at(variation, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;
    const std::string path = fs::relative(at->path(), variation, ignored).string();
    const bool named = path.ends_with("/" + reference.file) || reference.file.empty();
    const bool version = path.starts_with(reference.revision + "/") || reference.revision.empty();
    if (named && version && is_model_file(path)) copies.push_back(at->path());
  }
  return copies;
}

Place resolve_tfhub(Session& session, const Reference& reference) {
  Reference moved = reference;
  moved.address = kaggle_variation_of_tfhub(session, reference.address);
  // Kaggle counts versions anew, so the old number says nothing.
  moved.revision.clear();
  return resolve_kaggle(session, moved);
}

}  // namespace litezoo::fetcher
