#include "fetcher/listing.h"

#include <doctest/doctest.h>

#include "tests/fetcher/workbench.h"
#include "tests/hub/hugging_face_api.h"
#include "tests/hub/npm_registry.h"

namespace litezoo::fetcher {
namespace {

const std::string kCommit(40, 'a');

hub::HfRepository repository(const std::string& id, const std::string& changed) {
  hub::HfRepository result;
  result.id = id;
  result.commit = kCommit;
  result.changed = changed;
  result.files = {{"int8/net.tflite", "a model of " + id}, {"README.md", "text", false}};
  result.downloads = 42;
  return result;
}

struct ListBench : Workbench {
  ScopedVariable endpoint{"HF_ENDPOINT", hub.url()};
  ScopedVariable home{"HF_HOME", directory.path().string()};
  ScopedVariable token{"HF_TOKEN", ""};
  ScopedVariable kaggle{"KAGGLE_API_ENDPOINT", hub.url() + "/kaggle"};
  ScopedVariable kaggle_home{"KAGGLE_CONFIG_DIR", directory.path().string()};
  ScopedVariable github{"GITHUB_API_URL", hub.url() + "/github-api"};
  ScopedVariable github_token{"GITHUB_TOKEN", ""};
  Session session{store, quick()};

  // Every page of a listing, as a sync walks them.
  std::vector<Listed> all(const std::string& what, ListState& state,
                          const ListOptions& options = {}) {
    std::vector<Listed> models;
    for (;;) {
      ListPage page = list_page(session, what, options, state);
      for (Listed& listed : page.models) models.push_back(std::move(listed));
      state = page.next;
      if (page.last) return models;
    }
  }
};

}  // namespace

TEST_CASE("a Hugging Face listing brings files with digests, licence, downloads and claims") {
  ListBench bench;
  hub::HfRepository net = repository("zoo/net", "2026-01-02T00:00:00.000Z");
  net.model_index = R"([{"name":"net","results":[{"task":{"type":"image-classification"},
      "dataset":{"type":"imagenet-1k","split":"validation"},
      "metrics":[{"type":"accuracy","name":"Top-1","value":"73.9%"},{"type":"f1","value":[1]}],
      "source":{"url":"https://example.org/eval"}}]}])";
  hub::add_hf_repositories(bench.hub, {net});
  ListState state;
  const auto models = bench.all("hf", state);
  REQUIRE(!models.empty());
  const Listed& listed = models.front();
  CHECK(listed.model.name == "zoo/net");
  CHECK(listed.model.task == "image-classification");
  CHECK(listed.model.license == "apache-2.0");
  REQUIRE(listed.artifacts.size() == 1);
  const Artifact& artifact = listed.artifacts.front();
  CHECK(artifact.sha256 == sha256_of_text("a model of zoo/net"));
  CHECK(artifact.references.front() == "hf:zoo/net@" + kCommit + "/int8/net.tflite");
  CHECK(artifact.size == Bytes{18});
  REQUIRE(listed.claims.size() == 2);
  CHECK(listed.claims[0].metric == "accuracy");
  CHECK(listed.claims[0].value == doctest::Approx(73.9));
  CHECK(listed.claims[0].unit == "%");
  CHECK(listed.claims[0].raw == "73.9%");
  CHECK(listed.claims[0].source == "https://example.org/eval");
  CHECK(listed.claims[1].metric == "downloads");
  CHECK(listed.claims[1].value == doctest::Approx(42));
  CHECK(state.newest == "2026-01-02T00:00:00.000Z");
}

TEST_CASE("a listing goes on at its cursor, and the next one brings only what changed") {
  ListBench bench;
  std::vector<hub::HfRepository> repositories;
  for (int i = 5; i >= 1; --i) {
    repositories.push_back(repository("zoo/net" + std::to_string(i),
                                      "2026-01-0" + std::to_string(i) + "T00:00:00.000Z"));
  }
  hub::add_hf_repositories(bench.hub, repositories, 2);
  ListState state;
  const ListPage first = list_page(bench.session, "hf", {}, state);
  CHECK(first.models.size() == 2);
  CHECK_FALSE(first.last);
  // Another process goes on from what the first one noted.
  state = first.next;
  Session second(bench.store, Workbench::quick());
  const ListPage next = list_page(second, "hf", {}, state);
  REQUIRE(next.models.size() == 2);
  CHECK(next.models.front().model.name == "zoo/net3");

  ListState whole;
  bench.all("hf", whole);
  ListState again;
  again.since = whole.newest;
  bench.hub.forget_requests();
  CHECK(bench.all("hf", again).empty());
  CHECK(bench.hub.requests().size() == 2);  // one page for each of the two tags
  repositories.insert(repositories.begin(), repository("zoo/new", "2026-02-01T00:00:00.000Z"));
  hub::add_hf_repositories(bench.hub, repositories, 2);
  again = {};
  again.since = whole.newest;
  const auto fresh = bench.all("hf", again);
  REQUIRE(!fresh.empty());
  for (const Listed& listed : fresh) CHECK(listed.model.name == "zoo/new");
}

TEST_CASE("a hub that says no more requests are left is not asked before its window ends") {
  ListBench bench;
  hub::Resource page;
  page.content = "[]";
  page.headers["RateLimit"] = "\"api\";r=0;t=1";
  bench.hub.add("/api/models", page);
  ListState state;
  const auto start = std::chrono::steady_clock::now();
  bench.all("hf", state);  // two requests, one for each tag
  CHECK(std::chrono::steady_clock::now() - start > std::chrono::milliseconds(1500));
  page.headers["RateLimit"] = "\"api\";r=0;t=3600";
  bench.hub.add("/api/models", page);
  state = {};
  const auto error = error_of([&] { bench.all("hf", state); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::network);
  CHECK(says(error, "takes no more requests"));
}

TEST_CASE("Kaggle's and GitHub's listings bring what is for TFLite") {
  ListBench bench;
  const std::string api = "/kaggle/api/v1/models/";
  bench.hub.add_file(api + "list", R"({"models":[{"ref":"zoo/net","author":"Zoo","title":"Net",
      "updateTime":"2026-01-01T00:00:00Z","instances":[
      {"slug":"js","framework":"tfJs","versionNumber":1},
      {"slug":"small","framework":"TfLite","versionNumber":3,"licenseName":"Apache 2.0"}]}],
      "nextPageToken":""})");
  bench.hub.add_file(api + "zoo/net/tfLite/small/3/files",
                     R"({"files":[{"name":"3.tflite","size":7},{"name":"a.txt","size":1}]})");
  ListState state;
  auto models = bench.all("kaggle", state);
  REQUIRE(models.size() == 1);
  CHECK(models[0].model.license == "apache-2.0");
  REQUIRE(models[0].artifacts.size() == 1);
  CHECK(models[0].artifacts[0].references[0] == "kaggle:zoo/net/tfLite/small/3/3.tflite");

  const std::string sha256 = sha256_of_text("m");
  bench.hub.add_file(
      "/github-api/repos/o/r/releases",
      R"([{"tag_name":"v1","assets":[{"name":"m.tflite","size":1,"digest":"sha256:)" + sha256 +
          R"("},{"name":"notes.txt","size":1}]}])");
  state = {};
  models = bench.all("github:o/r", state);
  REQUIRE(models.size() == 1);
  REQUIRE(models[0].artifacts.size() == 1);
  CHECK(models[0].artifacts[0].sha256 == sha256);
  CHECK(models[0].artifacts[0].references[0] == "github:o/r@v1/m.tflite");
}

TEST_CASE("a manifest names mirrors, and a digest for every file") {
  ListBench bench;
  const std::string good = R"({"litezoo_manifest":1,"models":[{"name":"zoo/net","task":"t",
      "license":"mit","files":[{"path":"net.tflite","sha256":")" +
                           sha256_of_text("m") + R"(","size":1,
      "url":["net.tflite","https://example.org/net.tflite"]}],
      "metrics":[{"metric":"top1","value":0.5,"dataset":"d"}]}]})";
  bench.hub.add_file("/zoo/manifest.json", good);
  ListState state;
  auto models = bench.all(bench.hub.url() + "/zoo/manifest.json", state);
  REQUIRE(models.size() == 1);
  REQUIRE(models[0].artifacts.size() == 1);
  CHECK(models[0].artifacts[0].references ==
        std::vector<std::string>{bench.hub.url() + "/zoo/net.tflite",
                                 "https://example.org/net.tflite"});
  CHECK(models[0].claims.size() == 1);
  const auto path = bench.directory.path() / "m.json";
  write_file_atomically(path, good);
  models = bench.all(path.string(), state);
  CHECK(models[0].artifacts[0].references[0] == (bench.directory.path() / "net.tflite").string());

  struct Case {
    std::string manifest, says;
  };
  const Case cases[] = {
      {"{", "not valid JSON"},
      {"[]", "litezoo_manifest"},
      {R"({"litezoo_manifest":2})", "newer version"},
      {R"({"litezoo_manifest":1,"models":[{}]})", "without a name"},
      {R"({"litezoo_manifest":1,"models":[{"name":"n","files":[{"path":"p","url":["u"]}]}]})",
       "--allow-unpinned"},
      {R"({"litezoo_manifest":1,"models":[{"name":"n","files":[{"path":"p","sha256":"12"}]}]})",
       "no SHA-256"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.manifest);
    write_file_atomically(path, c.manifest);
    const auto error = error_of([&] { bench.all(path.string(), state); });
    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::corrupt);
    CHECK_MESSAGE(says(error, c.says), std::string(error->what()));
  }
}

TEST_CASE("an npm package is listed by looking into it, once a version") {
  ListBench bench;
  const ScopedVariable registry("npm_config_registry", hub::npm_registry_url(bench.hub));
  hub::NpmPackage package;
  package.name = "@zoo/models";
  package.version = "1.2.0";
  package.entries = {{"package/package.json", "{}"},
                     {"package/one.tflite", "one"},
                     {"package/deep/two.task", "two two"},
                     {"package/link.tflite", "one.tflite", hub::EntryKind::symbolic_link}};
  hub::add_npm_packages(bench.hub, {package});
  ListState state;
  const auto models = bench.all("npm:@zoo/models", state);
  REQUIRE(models.size() == 1);
  CHECK(models[0].model.name == "@zoo/models");
  REQUIRE(models[0].artifacts.size() == 2);
  CHECK(models[0].artifacts[0].references[0] == "npm:@zoo/models@1.2.0/one.tflite");
  CHECK(models[0].artifacts[0].sha256 == sha256_of_text("one"));
  CHECK(models[0].artifacts[1].size == Bytes{7});
  CHECK(models[0].artifacts[1].format == ArtifactFormat::task_bundle);
  CHECK(state.newest == "1.2.0");
  ListState again;
  again.since = "1.2.0";
  Session later(bench.store, Workbench::quick());
  bench.hub.forget_requests();
  CHECK(list_page(later, "npm:@zoo/models", {}, again).models.empty());
  CHECK(bench.hub.requests().size() == 1);
  for (const char* bad : {"npm", "npm:", "npm:@zoo", "npm:a/b", "npm:@zoo/models/"}) {
    CAPTURE(bad);
    const auto error = error_of([&] { list_page(later, bad, {}, {}); });
    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::usage);
  }
}

TEST_CASE("a hub that cannot be listed says where its models are instead") {
  ListBench bench;
  for (const char* hub : {"mediapipe", "mediapipe:", "tfhub"}) {
    const auto error = error_of([&] { list_page(bench.session, hub, {}, {}); });
    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::usage);
    CHECK(says(error, "litezoo search"));
  }
  CHECK(bench.hub.requests().empty());
}

TEST_CASE("a directory is a hub of its own, and an unknown one is a usage error") {
  ListBench bench;
  const auto root = bench.directory.path() / "models";
  write_file_atomically(root / "a/one.tflite", "one");
  write_file_atomically(root / "b.txt", "no model");
  ListState state;
  const auto models = bench.all(root.string(), state);
  REQUIRE(models.size() == 1);
  CHECK(models[0].artifacts[0].sha256 == sha256_of_text("one"));
  CHECK(models[0].model.name == "models/a/one.tflite");
  const auto error = error_of([&] { bench.all("no-such-hub", state); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(says(error, "kaggle[:OWNER]"));
}

}  // namespace litezoo::fetcher
