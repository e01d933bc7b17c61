#include "tests/hub/hugging_face_api.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "fetcher/digest.h"

namespace litezoo::hub {
namespace {

using nlohmann::json;

std::string git_blob(const std::string& content) {
  fetcher::Digester digester(fetcher::DigestKind::git_blob, content.size());
  digester.update(as_bytes(content));
  return digester.finish();
}

Resource json_answer(const json& content, const HfRepository& repository) {
  Resource resource;
  resource.content = content.dump();
  resource.content_type = "application/json";
  if (!repository.token.empty()) {
    resource.required_authorization = "Bearer " + repository.token;
    resource.refusal_headers = {{"X-Error-Code", "GatedRepo"}};
  }
  return resource;
}

// One array in pages: the first at `target`, the others behind a cursor.
void add_pages(Hub& hub, const std::string& target, const json& items, std::size_t page_size,
               const HfRepository& repository) {
  const std::size_t pages = std::max<std::size_t>(1, (items.size() + page_size - 1) / page_size);
  for (std::size_t page = 0; page < pages; ++page) {
    json part = json::array();
    for (std::size_t i = page * page_size; i < std::min(items.size(), (page + 1) * page_size);
         ++i) {
      part.push_back(items[i]);
    }
    Resource answer = json_answer(part, repository);
    const std::string next = target + "?cursor=" + std::to_string(page + 1);
    if (page + 1 < pages) {
      // The real hub names itself here even when it was asked through a mirror.
      answer.headers["Link"] = "<https://hub.invalid" + next + ">; rel=\"next\"";
    }
    hub.add(page == 0 ? target : target + "?cursor=" + std::to_string(page), std::move(answer));
  }
}

json tree_entry(const HfFile& file) {
  json entry = {{"type", "file"},
                {"path", file.path},
                {"size", file.content.size()},
                {"oid", git_blob(file.content)}};
  if (file.large) {
    entry["lfs"] = {{"oid", sha256_of(as_bytes(file.content))},
                    {"size", file.content.size()},
                    {"pointerSize", 130}};
  }
  return entry;
}

json info_of(const HfRepository& repository) {
  json siblings = json::array();
  for (const HfFile& file : repository.files) siblings.push_back({{"rfilename", file.path}});
  json tags = repository.tags;
  tags.push_back("license:" + repository.license);
  json card = {{"license", repository.license}};
  if (!repository.model_index.empty()) card["model-index"] = json::parse(repository.model_index);
  return {{"_id", repository.commit.substr(0, 24)},
          {"id", repository.id},
          {"modelId", repository.id},
          {"sha", repository.commit},
          {"lastModified", repository.changed},
          {"createdAt", "2025-01-02T03:04:05.000Z"},
          {"private", false},
          {"disabled", false},
          {"gated", repository.token.empty() ? json(false) : json("auto")},
          {"downloads", repository.downloads},
          {"likes", 1},
          {"pipeline_tag", repository.task},
          {"tags", tags},
          {"cardData", card},
          {"siblings", siblings}};
}

// What /resolve/ gives: a small file itself after a redirect on the same host, a large one from the
// second port, with what matters on the first answer only.
void add_file(Hub& hub, const HfRepository& repository, const HfFile& file,
              const std::string& revision) {
  const std::string target = "/" + repository.id + "/resolve/" + revision + "/" + file.path;
  Resource answer = json_answer("", repository);
  answer.hub_headers["X-Repo-Commit"] = repository.commit;
  answer.content_type = "text/plain";
  answer.status = file.large ? 302 : 307;
  const std::string sha256 = sha256_of(as_bytes(file.content));
  if (file.large) {
    answer.content = "Found. Redirecting to a signed address";
    answer.hub_headers["X-Linked-Size"] = std::to_string(file.content.size());
    answer.hub_headers["X-Linked-ETag"] = "\"" + sha256 + "\"";
    answer.location = hub.cdn_url() + "/cdn/" + sha256 + "?Expires=1&Signature=signed";
    hub.add_file("/cdn/" + sha256, file.content);
  } else {
    const std::string cached =
        "/api/resolve-cache/models/" + repository.id + "/" + repository.commit + "/" + file.path;
    answer.location = cached;
    Resource small = json_answer("", repository);
    small.content = file.content;
    small.content_type = "text/plain";
    small.headers["ETag"] = "\"" + git_blob(file.content) + "\"";
    small.hub_headers["X-Repo-Commit"] = repository.commit;
    hub.add(cached, std::move(small));
  }
  hub.add(target, std::move(answer));
}

}  // namespace

void add_hf_repositories(Hub& hub, const std::vector<HfRepository>& repositories,
                         std::size_t page_size) {
  json listing = json::array();
  for (const HfRepository& repository : repositories) {
    listing.push_back(info_of(repository));
    hub.add("/api/models/" + repository.id, json_answer(info_of(repository), repository));
    json tree = json::array();
    for (const HfFile& file : repository.files) tree.push_back(tree_entry(file));
    for (const std::string& revision : {std::string("main"), repository.commit}) {
      const std::string api = "/api/models/" + repository.id;
      hub.add(api + "/revision/" + revision, json_answer(info_of(repository), repository));
      add_pages(hub, api + "/tree/" + revision, tree, page_size, repository);
      for (const HfFile& file : repository.files) add_file(hub, repository, file, revision);
    }
  }
  add_pages(hub, "/api/models", listing, page_size, {});
}

}  // namespace litezoo::hub
