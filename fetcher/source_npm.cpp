#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/ask.h"
#include "fetcher/json_answer.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Json = nlohmann::json;

[[noreturn]] void throw_bad_answer(const std::string& url) {
  throw Error(ErrorKind::network, "'" + url +
                                      "' did not answer as an npm registry does; check "
                                      "`npm config get registry`");
}

// The registry's description of a package; asked once a session.
Json package_description(Session& session, const std::string& package, const std::string& url) {
  const std::string& text = session.texts.at(url, [&] {
    HttpRequest request;
    request.url = url;
    request.headers = {"Accept: application/vnd.npm.install-v1+json, application/json;q=0.8"};
    request.authorization = session.npm_config().authorization_for(url);
    request.ca_file = session.npm_config().ca_file();
    request.compressed = true;
    request.size_limit = Bytes{std::uint64_t{64} << 20};
    return ask_text(session, request).body;
  });
  Json description = Json::parse(text, nullptr, false);
  const auto versions = description.is_object() ? description.find("versions") : description.end();
  if (!description.is_object() || versions == description.end() || !versions->is_object()) {
    throw_bad_answer(url);
  }
  const std::string name = text_at(description, "name");
  if (!name.empty() && name != package) throw_bad_answer(url);
  return description;
}

// An exact version, or what a tag such as "latest" stands for.
std::string exact_version(const Json& description, const Reference& reference) {
  std::string wanted = reference.revision.empty() ? "latest" : reference.revision;
  const Json& versions = description["versions"];
  if (versions.contains(wanted)) return wanted;
  const auto tags = description.find("dist-tags");
  const bool has_tags = tags != description.end() && tags->is_object();
  std::string tagged = has_tags ? text_at(*tags, wanted.c_str()) : "";
  if (!tagged.empty() && versions.contains(tagged)) return tagged;
  const std::string latest = has_tags ? text_at(*tags, "latest") : "";
  throw Error(ErrorKind::not_found,
              "npm package '" + reference.address + "' has no version '" + wanted + "'" +
                  (latest.empty() ? "" : "; its newest is " + escape_for_terminal(latest)));
}

// Registries behind a mirror often name the canonical host in their answers. The bytes are checked
// against the registry's digest either way, so the configured host goes first.
std::vector<std::string> tarball_urls(const std::string& registry, const std::string& tarball) {
  const auto stated = parse_url(tarball);
  const auto ours = parse_url(registry);
  if (!stated || !ours || stated->has_credentials) throw_bad_answer(registry);
  if (stated->origin() == ours->origin()) return {tarball};
  const bool has_prefix = stated->path.starts_with(ours->path);
  std::vector<std::string> urls = {registry +
                                   stated->path.substr(has_prefix ? ours->path.size() : 1)};
  if (stated->scheme == "https" || is_loopback_host(stated->host)) urls.push_back(tarball);
  return urls;
}

}  // namespace

Place resolve_npm(Session& session, const Reference& reference) {
  static_cast<void>(session.transport());
  const std::string& package = reference.address;
  const std::string registry = session.npm_config().registry_for(package);
  std::string name = percent_encode(package, Slashes::encode);
  if (name.starts_with("%40")) name.replace(0, 3, "@");
  const Json description = package_description(session, package, registry + name);
  const std::string version = exact_version(description, reference);
  const Json& entry = description["versions"][version];
  const auto dist = entry.is_object() ? entry.find("dist") : entry.end();
  if (!entry.is_object() || dist == entry.end() || !dist->is_object()) {
    throw_bad_answer(registry + name);
  }
  Place place;
  place.urls = tarball_urls(registry, text_at(*dist, "tarball"));
  place.digests = parse_integrity(text_at(*dist, "integrity"));
  if (const std::string sha1 = to_lower(text_at(*dist, "shasum"));
      place.digests.empty() && sha1.size() == 40) {
    place.digests.push_back({DigestKind::sha1, sha1});
  }
  place.pinned = "npm:" + package + "@" + version + "/" + reference.file;
  place.revision = version;
  place.authorization = session.npm_config().authorization_for(place.urls.front());
  place.ca_file = session.npm_config().ca_file();
  place.archive_member = reference.file;
  return place;
}

}  // namespace litezoo::fetcher
