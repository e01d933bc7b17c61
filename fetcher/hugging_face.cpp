#include "fetcher/hugging_face.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/ask.h"
#include "fetcher/json_answer.h"
#include "fetcher/sources.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

bool is_true(const std::string& value) {
  const std::string text = to_lower(value);
  return text == "1" || text == "on" || text == "yes" || text == "true";
}

fs::path hf_home() {
  if (const std::string home = environment_or("HF_HOME", ""); !home.empty()) return home;
  const std::string cache = environment_or("XDG_CACHE_HOME", "");
  const fs::path base =
      cache.empty() ? fs::path(environment_or("HOME", "")) / ".cache" : fs::path(cache);
  return base / "huggingface";
}

fs::path hf_cache() {
  const std::string cache = environment_or("HF_HUB_CACHE", "");
  return cache.empty() ? hf_home() / "hub" : fs::path(cache);
}

std::string unquoted(std::string tag) {
  if (tag.starts_with("W/")) tag = tag.substr(2);
  std::erase(tag, '"');
  return tag;
}

bool is_hex(const std::string& text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string repository_page(const std::string& repository) {
  return hf_endpoint() + "/" + repository;
}

// The hub's own words for why it refuses, which its status alone does not tell.
void require_hub_success(const HttpReply& reply, const std::string& url,
                         const std::string& repository) {
  if (!reply.failure.empty() || reply.hops.empty() || reply.status() < 400) {
    if (reply.failure.empty() && reply.status() / 100 == 3) return;
    return require_success(reply, url);
  }
  const HttpHead& head = reply.hops.back();
  const std::string code = head.header("x-error-code").value_or("");
  const std::string message = head.header("x-error-message").value_or("");
  const std::string shown = "Hugging Face repository '" + escape_for_terminal(repository) + "'";
  if (code == "GatedRepo") {
    throw Error(ErrorKind::network, shown + " is gated: accept its terms on " +
                                        repository_page(repository) + " and set HF_TOKEN");
  }
  if (code == "RevisionNotFound" || code == "EntryNotFound") {
    throw Error(ErrorKind::not_found, shown + " has no such " +
                                          (code == "EntryNotFound" ? "file" : "revision") + ": " +
                                          escape_for_terminal(without_query(url)));
  }
  if (code == "RepoNotFound") {
    throw Error(ErrorKind::not_found, shown + " does not exist, or is private and needs HF_TOKEN");
  }
  if (message.find("is disabled") != std::string::npos) {
    throw Error(ErrorKind::not_found,
                shown + " was disabled by its hub; look for the model elsewhere");
  }
  if (message.find("Invalid credentials") != std::string::npos) {
    throw Error(
        ErrorKind::network,
        "the Hugging Face token was refused, even for open files; renew HF_TOKEN or unset it");
  }
  require_success(reply, url);
}

HttpRequest request_for(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.authorization = hf_authorization();
  request.compressed = true;
  request.size_limit = Bytes{std::uint64_t{64} << 20};
  return request;
}

Json parse_answer(const std::string& body, const std::string& url) {
  Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) {
    throw Error(ErrorKind::network, "'" + without_query(url) +
                                        "' did not answer as a Hugging Face hub does; check "
                                        "HF_ENDPOINT and the network's login page");
  }
  return json;
}

std::string encoded_revision(const std::string& revision) {
  return percent_encode(revision.empty() ? "main" : revision, Slashes::encode);
}

// What the hub says of one file, from the answers up to where the bytes are.
HttpReply ask_for_file(Session& session, const std::string& url, const std::string& repository) {
  HttpRequest request = request_for(url);
  request.compressed = false;
  request.method = HttpMethod::head;
  request.redirects = Redirects::same_origin;
  HttpReply reply = ask(session, request);
  if (reply.status() == 405 || reply.status() == 501) {
    request.method = HttpMethod::get;
    request.headers = {"Range: bytes=0-0"};
    reply = ask(session, request);
  }
  require_hub_success(reply, url, repository);
  return reply;
}

// The first hop that has the header: later ones belong to whoever stores the bytes.
std::string first_header(const HttpReply& reply, const std::string& name) {
  for (const HttpHead& head : reply.hops) {
    if (const auto value = head.header(name)) return *value;
  }
  return "";
}

std::optional<Bytes> stated_size(const HttpReply& reply) {
  std::string text = first_header(reply, "x-linked-size");
  const HttpHead& last = reply.hops.back();
  if (text.empty() && last.status == 200) text = last.header("content-length").value_or("");
  if (const auto range = last.header("content-range"); text.empty() && range) {
    text = range->substr(std::min(range->size(), range->rfind('/') + 1));
  }
  if (text.empty() || text.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return Bytes{std::strtoull(text.c_str(), nullptr, 10)};
}

}  // namespace

std::string hf_endpoint() {
  return without_end_slashes(environment_or("HF_ENDPOINT", "https://huggingface.co"));
}

std::string hf_page(Session& session, const std::string& url, const std::string& repository,
                    const std::function<bool(const Json&)>& item) {
  session.wait_for_turn(hf_endpoint());
  std::string body;
  HttpSink sink;
  sink.body = [&body](std::span<const std::byte> bytes) { body += as_text(bytes); };
  const HttpReply reply = ask(session, [&] {
    body.clear();
    return session.transport().send(request_for(url), sink);
  });
  if (!reply.hops.empty()) session.heed(hf_endpoint(), reply.hops.back());
  require_hub_success(reply, url, repository);
  const Json page = parse_answer(body, url);
  if (!page.is_array()) parse_answer("", url);
  for (const Json& entry : page) {
    if (entry.is_object() && !item(entry)) break;
  }
  // A next page on the canonical host is asked of the endpoint in use.
  const auto next = link_of(reply.hops.back(), "next");
  const auto parts = next ? parse_url(*next) : std::nullopt;
  if (!parts) return "";
  return parts->path + (parts->query.empty() ? "" : "?" + parts->query);
}

std::string hf_authorization() {
  if (is_true(environment_or("HF_HUB_DISABLE_IMPLICIT_TOKEN", ""))) return "";
  std::string token = environment_or("HF_TOKEN", "");
  if (token.empty()) token = environment_or("HUGGING_FACE_HUB_TOKEN", "");
  if (token.empty()) {
    const std::string path = environment_or("HF_TOKEN_PATH", "");
    token = first_line_of(path.empty() ? hf_home() / "token" : fs::path(path));
  }
  const bool printable = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
  return token.empty() || !printable ? "" : "Bearer " + token;
}

fs::path hf_cached_blob(const std::string& repository, const std::string& digest) {
  std::string folder = "models--" + repository;
  for (std::size_t at = folder.find('/'); at != std::string::npos; at = folder.find('/')) {
    folder.replace(at, 1, "--");
  }
  return hf_cache() / folder / "blobs" / digest;
}

std::vector<HubFile> hf_files(Session& session, const std::string& repository,
                              const std::string& revision) {
  std::vector<HubFile> files;
  const auto take = [&files](const Json& entry) {
    if (text_at(entry, "type") != "file") return true;
    HubFile file{text_at(entry, "path"), Bytes{count_at(entry, "size")}, ""};
    const auto lfs = entry.find("lfs");
    if (lfs != entry.end() && lfs->is_object()) file.sha256 = text_at(*lfs, "oid");
    files.push_back(std::move(file));
    return true;
  };
  std::string url = hf_endpoint() + "/api/models/" + repository + "/tree/" +
                    encoded_revision(revision) + "?recursive=true&expand=false";
  std::set<std::string> seen;
  // A page seen before would go round for ever.
  while (seen.insert(url).second) {
    if (seen.size() > kMostPages) throw_endless(repository);
    const std::string next = hf_page(session, url, repository, take);
    if (next.empty()) break;
    url = hf_endpoint() + next;
  }
  return files;
}

std::vector<fs::path> hf_copies(const Reference&, const std::string& sha256) {
  // Whatever repository brought it: bytes have one name.
  std::vector<fs::path> copies;
  std::error_code error;
  for (fs::directory_iterator at(hf_cache(), error), end; !error && at != end;
       at.increment(error)) {
    const fs::path blob = at->path() / "blobs" / sha256;
    std::error_code ignored;
    if (fs::is_regular_file(blob, ignored)) copies.push_back(blob);
  }
  return copies;
}

Place resolve_hf(Session& session, const Reference& reference) {
  static_cast<void>(session.transport());
  const std::string& repository = reference.address;
  std::string file = reference.file;
  if (file.empty()) {
    file = only_model(hf_files(session, repository, reference.revision), reference.text);
  }
  const std::string start = hf_endpoint() + "/" + repository + "/resolve/";
  const std::string path = "/" + percent_encode(file, Slashes::keep);
  const std::string url = start + encoded_revision(reference.revision) + path;
  const HttpReply reply = ask_for_file(session, url, repository);
  const std::string commit = first_header(reply, "x-repo-commit");
  if (!is_hex(commit, 40)) {
    throw Error(ErrorKind::network, "'" + without_query(url) +
                                        "' did not answer as a Hugging Face hub does; check "
                                        "HF_ENDPOINT and the network's login page");
  }
  Place place;
  place.urls = {start + commit + path};
  place.authorization = hf_authorization();
  place.revision = commit;
  place.pinned = "hf:" + repository + "@" + commit + "/" + file;
  place.size = stated_size(reply);
  std::string tag = unquoted(first_header(reply, "x-linked-etag"));
  if (tag.empty()) tag = unquoted(first_header(reply, "etag"));
  if (is_hex(tag, 64)) place.digests.push_back({DigestKind::sha256, tag});
  if (is_hex(tag, 40) && place.size) place.digests.push_back({DigestKind::git_blob, tag});
  if (is_hex(tag, 64) || is_hex(tag, 40)) place.copies.push_back(hf_cached_blob(repository, tag));
  return place;
}

}  // namespace litezoo::fetcher
