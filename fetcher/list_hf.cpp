#include <algorithm>
#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/model_name.h"
#include "base/text.h"
#include "fetcher/hugging_face.h"
#include "fetcher/json_answer.h"
#include "fetcher/listing.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Json = nlohmann::json;

// Repositories carry one of the two tags, the older or the newer name of the format; the cursor
// begins with the index of the one being listed.
constexpr std::array<std::string_view, 2> kTags = {"tflite", "litert"};

std::string first_page(std::size_t tag, const std::string& owner, const ListOptions& options) {
  std::string url = hf_endpoint() + "/api/models?filter=" + std::string(kTags.at(tag)) +
                    "&sort=lastModified&direction=-1&limit=100";
  for (const char* field : {"sha", "lastModified", "downloads", "tags", "pipeline_tag", "gated",
                            "cardData", "model-index", "private", "disabled"}) {
    url += std::string("&expand=") + field;
  }
  if (!owner.empty()) url += "&author=" + percent_encode(owner, Slashes::encode);
  if (!options.search.empty()) url += "&search=" + percent_encode(options.search, Slashes::encode);
  return url;
}

const Json& member(const Json& object, const char* key) {
  static const Json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

// A text, or the first of a list of texts.
std::string text_or_first(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (value.is_array() && !value.empty() && value[0].is_string())
    return value[0].get<std::string>();
  return text_at(object, key);
}

std::vector<std::string> texts(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (value.is_string()) return {value.get<std::string>()};
  std::vector<std::string> result;
  if (!value.is_array()) return result;
  for (const Json& item : value) {
    if (item.is_string()) result.push_back(item.get<std::string>());
  }
  return result;
}

// Published values are numbers, "0.91" or "91 %".
bool read_value(const Json& value, Claim& claim) {
  claim.raw = value.is_string() ? value.get<std::string>() : value.dump();
  const std::string& text = claim.raw;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), claim.value);
  if (error != std::errc()) return false;
  if (text.find('%', static_cast<std::size_t>(end - text.data())) != std::string::npos) {
    claim.unit = "%";
  }
  return true;
}

void add_index_claims(Listed& listed, const Json& entry) {
  const Json& index = member(entry, "model-index").is_array()
                          ? member(entry, "model-index")
                          : member(member(entry, "cardData"), "model-index");
  if (!index.is_array()) return;
  for (const Json& model : index) {
    for (const Json& result : array_at(model, "results")) {
      const Json& dataset = member(result, "dataset");
      for (const Json& metric : array_at(result, "metrics")) {
        Claim claim;
        claim.artifact_or_model = listed.model.name;
        claim.metric = text_at(metric, "type");
        claim.dataset = text_at(dataset, "type");
        claim.split = text_at(dataset, "split");
        claim.variant = text_at(metric, "name");
        claim.source = text_at(member(result, "source"), "url");
        if (claim.source.empty()) claim.source = listed.model.link;
        claim.date = listed.changed.substr(0, 10);
        if (!claim.metric.empty() && read_value(member(metric, "value"), claim)) {
          listed.claims.push_back(std::move(claim));
        }
      }
    }
  }
}

void add_downloads(Listed& listed, const Json& entry) {
  const std::uint64_t downloads = count_at(entry, "downloads");
  if (downloads == 0) return;
  Claim claim;
  claim.artifact_or_model = listed.model.name;
  claim.metric = "downloads";
  claim.variant = "last 30 days";
  claim.value = static_cast<double>(downloads);
  claim.raw = std::to_string(downloads);
  claim.source = listed.model.link;
  claim.date = listed.changed.substr(0, 10);
  listed.claims.push_back(std::move(claim));
}

Listed describe(const Json& entry) {
  Listed listed;
  Model& model = listed.model;
  const Json& card = member(entry, "cardData");
  model.name = text_at(entry, "id");
  model.publisher = model.name.substr(0, model.name.find('/'));
  model.task = text_at(entry, "pipeline_tag");
  model.license = text_or_first(card, "license");
  model.dataset = text_or_first(card, "datasets");
  model.languages = texts(card, "language");
  model.link = hf_endpoint() + "/" + model.name;
  model.source = "Hugging Face";
  for (const std::string& tag : texts(entry, "tags")) {
    if (tag.starts_with("license:") && model.license.empty()) model.license = tag.substr(8);
    if (tag.starts_with("dataset:") && model.dataset.empty()) model.dataset = tag.substr(8);
  }
  listed.changed = text_at(entry, "lastModified");
  add_index_claims(listed, entry);
  add_downloads(listed, entry);
  return listed;
}

void add_files(Session& session, Listed& listed, const std::string& commit) {
  for (const HubFile& file : hf_files(session, listed.model.name, commit)) {
    if (!is_model_file(file.path)) continue;
    Artifact artifact;
    artifact.name = listed.model.name + "/" + file.path;
    artifact.model = listed.model.name;
    artifact.format =
        is_bundle_name(file.path) ? ArtifactFormat::task_bundle : ArtifactFormat::tflite;
    artifact.references = {"hf:" + listed.model.name + "@" + commit + "/" + file.path};
    artifact.revision = commit;
    artifact.sha256 = file.sha256;
    artifact.size = file.size;
    listed.artifacts.push_back(std::move(artifact));
  }
}

bool is_open(const Json& entry) {
  const auto is_set = [&entry](const char* key) {
    const Json& value = member(entry, key);
    return value.is_boolean() && value.get<bool>();
  };
  return !is_set("private") && !is_set("disabled") && !text_at(entry, "id").empty();
}

}  // namespace

ListPage list_hf(Session& session, const std::string& what, const ListOptions& options,
                 const ListState& state) {
  ListPage page;
  page.next = state;
  std::size_t tag = 0;
  std::string url = first_page(0, what, options);
  if (!state.cursor.empty()) {
    tag = state.cursor.front() == '1' ? 1 : 0;
    url = state.cursor.size() > 2 ? hf_endpoint() + state.cursor.substr(2)
                                  : first_page(tag, what, options);
  }
  bool known = false;
  std::string next = hf_page(session, url, "", [&](const Json& entry) {
    Listed listed = describe(entry);
    known = !state.since.empty() && !listed.changed.empty() && listed.changed <= state.since;
    if (known) return false;
    page.next.newest = std::max(page.next.newest, listed.changed);
    if (!is_open(entry)) return true;
    try {
      add_files(session, listed, text_at(entry, "sha"));
    } catch (const Error& error) {
      // Gated, or gone since it was listed: the rest of the listing is still worth having.
      if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::network) throw;
      if (text_at(entry, "gated").empty() && error.kind() == ErrorKind::network) throw;
      session.note(error.what());
    }
    if (!listed.artifacts.empty()) page.models.push_back(std::move(listed));
    return true;
  });
  // A page that names itself as the next would never end.
  if (hf_endpoint() + next == url) next.clear();
  page.next.cursor = std::to_string(tag) + " " + next;
  if (!next.empty() && !known) return page;
  page.last = tag + 1 == kTags.size();
  page.next.cursor = page.last ? "" : std::to_string(tag + 1) + " ";
  return page;
}

}  // namespace litezoo::fetcher
