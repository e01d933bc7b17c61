#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/model_name.h"
#include "base/text.h"
#include "fetcher/ask.h"
#include "fetcher/json_answer.h"
#include "fetcher/listing.h"
#include "fetcher/reference.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kVersion = 1;

bool is_address(const std::string& text) {
  return text.find("://") != std::string::npos;
}

std::string read_manifest(Session& session, const std::string& where) {
  if (!is_address(where)) return read_text_file(where);
  const Reference reference = parse_reference(where);
  HttpRequest request;
  request.url = reference.address;
  request.compressed = true;
  request.size_limit = Bytes{std::uint64_t{64} << 20};
  return ask_text(session, request).body;
}

// What a file's "url" means: any model reference, or a path beside the manifest.
std::string reference_of(const std::string& where, const std::string& url) {
  const Reference reference = [&]() -> Reference {
    try {
      return parse_reference(url);
    } catch (const Error&) {
      return {.scheme = Scheme::name, .text = url};
    }
  }();
  const bool relative = reference.scheme == Scheme::name || reference.scheme == Scheme::path;
  if (!relative) return url;
  if (is_address(where)) return resolve_location(where, url).value_or(url);
  if (url.starts_with("/")) return url;
  return (std::filesystem::absolute(where).parent_path() / url).lexically_normal().string();
}

class ManifestReader {
 public:
  ManifestReader(std::string where, const ListOptions& options)
      : where_(std::move(where)), options_(options) {}

  std::vector<Listed> read(const Json& manifest) const {
    if (count_at(manifest, "litezoo_manifest") == 0) fail("has no \"litezoo_manifest\": 1");
    if (count_at(manifest, "litezoo_manifest") > kVersion) fail("is of a newer version");
    std::vector<Listed> models;
    for (const Json& model : array_at(manifest, "models")) {
      Listed listed = read_model(model);
      if (listed.model.name.find(options_.search) == std::string::npos) continue;
      models.push_back(std::move(listed));
    }
    return models;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::corrupt,
                "manifest '" + escape_for_terminal(without_query(where_)) + "' " + why);
  }

  Listed read_model(const Json& json) const {
    Listed listed;
    Model& model = listed.model;
    model.name = text_at(json, "name");
    if (model.name.empty()) fail("has a model without a name");
    model.publisher = text_at(json, "publisher");
    model.task = text_at(json, "task");
    model.description = text_at(json, "description");
    model.architecture = text_at(json, "architecture");
    model.dataset = text_at(json, "dataset");
    model.license = text_at(json, "license");
    model.link = text_at(json, "link");
    model.source = text_at(json, "source");
    if (model.source.empty()) model.source = "manifest " + without_query(where_);
    for (const Json& file : array_at(json, "files")) {
      listed.artifacts.push_back(read_file(model.name, file));
    }
    for (const Json& metric : array_at(json, "metrics")) {
      listed.claims.push_back(read_claim(model, metric));
    }
    return listed;
  }

  Artifact read_file(const std::string& model, const Json& json) const {
    Artifact artifact;
    const std::string path = text_at(json, "path");
    if (path.empty()) fail("has a file without a path in '" + escape_for_terminal(model) + "'");
    artifact.name = model + "/" + path;
    artifact.model = model;
    artifact.format = is_bundle_name(path) ? ArtifactFormat::task_bundle : ArtifactFormat::tflite;
    artifact.sha256 = to_lower(text_at(json, "sha256"));
    artifact.precision = text_at(json, "precision");
    if (count_at(json, "size") > 0) artifact.size = Bytes{count_at(json, "size")};
    if (!artifact.sha256.empty() && !is_sha256(artifact.sha256)) {
      fail("states what is no SHA-256 for '" + escape_for_terminal(artifact.name) + "'");
    }
    if (artifact.sha256.empty() && !options_.allow_unpinned) {
      fail("states no sha256 for '" + escape_for_terminal(artifact.name) +
           "'; take it all the same with --allow-unpinned");
    }
    for (const Json& url : array_at(json, "url")) {
      if (url.is_string()) {
        artifact.references.push_back(reference_of(where_, url.get<std::string>()));
      }
    }
    if (artifact.references.empty()) {
      fail("names no place for '" + escape_for_terminal(artifact.name) + "'");
    }
    return artifact;
  }

  Claim read_claim(const Model& model, const Json& json) const {
    Claim claim;
    claim.artifact_or_model = model.name;
    if (const std::string path = text_at(json, "path"); !path.empty()) {
      claim.artifact_or_model += "/" + path;
    }
    claim.metric = text_at(json, "metric");
    claim.dataset = text_at(json, "dataset");
    claim.split = text_at(json, "split");
    claim.variant = text_at(json, "variant");
    claim.unit = text_at(json, "unit");
    claim.date = text_at(json, "date");
    claim.source = text_at(json, "source");
    if (claim.source.empty()) claim.source = model.source;
    const auto value = json.is_object() ? json.find("value") : json.end();
    if (claim.metric.empty() || !json.is_object() || value == json.end() || !value->is_number()) {
      fail("has a metric without name or value in '" + escape_for_terminal(model.name) + "'");
    }
    claim.value = value->get<double>();
    claim.raw = value->dump();
    return claim;
  }

  std::string where_;
  const ListOptions& options_;
};

}  // namespace

ListPage list_manifest(Session& session, const std::string& what, const ListOptions& options,
                       const ListState& state) {
  const Json manifest =
      parse_json(read_manifest(session, what), "manifest '" + without_query(what) + "'");
  ListPage page;
  page.next = state;
  page.last = true;
  page.models = ManifestReader(what, options).read(manifest);
  return page;
}

}  // namespace litezoo::fetcher
