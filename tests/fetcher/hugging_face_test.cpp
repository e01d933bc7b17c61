#include "fetcher/hugging_face.h"

#include <doctest/doctest.h>

#include "fetcher/listing.h"
#include "tests/fetcher/workbench.h"
#include "tests/hub/hugging_face_api.h"

namespace litezoo::fetcher {
namespace {

const std::string kCommit = std::string(38, 'c') + "01";

// A hub in Hugging Face's form, and an empty home of its tools.
struct HfBench : Workbench {
  ScopedVariable endpoint{"HF_ENDPOINT", hub.url() + "/"};
  ScopedVariable home{"HF_HOME", (directory.path() / "hf").string()};
  ScopedVariable cache{"HF_HUB_CACHE", ""};
  ScopedVariable token{"HF_TOKEN", ""};
  ScopedVariable old_token{"HUGGING_FACE_HUB_TOKEN", ""};
  std::string model = random_bytes(100'000);
  std::string card = "# a model card\n";

  hub::HfRepository repository() const {
    hub::HfRepository result;
    result.id = "zoo/net";
    result.commit = kCommit;
    result.files = {{"README.md", card, false}, {"int8/net.tflite", model, true}};
    return result;
  }

  Fetched fetch(const std::string& reference, const std::string& sha256 = "") {
    FetchRequest request;
    request.references = {reference};
    request.sha256 = sha256;
    return Fetcher(store, quick()).fetch(request);
  }
};

}  // namespace

TEST_CASE("a file of a Hugging Face repository is pinned to its commit and verified") {
  HfBench bench;
  hub::add_hf_repositories(bench.hub, {bench.repository()});
  const std::string pinned = "hf:zoo/net@" + kCommit + "/int8/net.tflite";
  for (const std::string reference : {"hf:zoo/net/int8/net.tflite", "hf:zoo/net@main"}) {
    CAPTURE(reference);
    const Fetched fetched = bench.fetch(reference);
    CHECK(read_text_file(fetched.path) == bench.model);
    CHECK(fetched.revision == kCommit);
    CHECK(fetched.pinned == pinned);
  }
  CHECK(read_text_file(bench.fetch("hf:zoo/net/README.md").path) == bench.card);
  CHECK(read_text_file(bench.fetch(pinned).path) == bench.model);
}

TEST_CASE("wrong bytes from a Hugging Face hub are noticed without being told a digest") {
  HfBench bench;
  hub::add_hf_repositories(bench.hub, {bench.repository()});
  bench.hub.add_fault(hub::parse_fault("wrong-byte=5"));
  for (const std::string reference : {"hf:zoo/net/int8/net.tflite", "hf:zoo/net/README.md"}) {
    CAPTURE(reference);
    const auto error = error_of([&] { bench.fetch(reference); });
    REQUIRE(error.has_value());
    CHECK_MESSAGE(error->kind() == ErrorKind::corrupt, std::string(error->what()));
    CHECK(bench.store.list().empty());
  }
}

TEST_CASE("a Hugging Face token stays with its hub") {
  HfBench bench;
  hub::HfRepository repository = bench.repository();
  repository.token = "hf_secret";
  hub::add_hf_repositories(bench.hub, {repository});
  const auto error = error_of([&] { bench.fetch("hf:zoo/net/int8/net.tflite"); });
  CHECK(says(error, "gated"));
  const ScopedVariable token("HF_TOKEN", "hf_secret");
  bench.hub.forget_requests();
  CHECK(read_text_file(bench.fetch("hf:zoo/net/int8/net.tflite").path) == bench.model);
  std::size_t on_cdn = 0;
  for (const auto& seen : bench.hub.requests()) {
    CHECK(seen.authorization == (seen.cdn ? "" : "Bearer hf_secret"));
    on_cdn += seen.cdn ? 1 : 0;
  }
  CHECK(on_cdn == 1);
}

TEST_CASE("the token of the official tools is found in their file") {
  HfBench bench;
  CHECK(hf_authorization().empty());
  write_file_atomically(bench.directory.path() / "hf" / "token", "hf_stored\n");
  CHECK(hf_authorization() == "Bearer hf_stored");
  const ScopedVariable disabled("HF_HUB_DISABLE_IMPLICIT_TOKEN", "Yes");
  CHECK(hf_authorization().empty());
}

TEST_CASE("a repository's files are listed to their last page") {
  HfBench bench;
  std::vector<hub::HfRepository> repositories;
  for (int i = 0; i < 7; ++i) {
    hub::HfRepository repository = bench.repository();
    repository.id = "zoo/net" + std::to_string(i);
    for (int j = 0; j < 5; ++j) {
      repository.files.push_back({"part" + std::to_string(j) + ".bin", "x", false});
    }
    repositories.push_back(repository);
  }
  hub::add_hf_repositories(bench.hub, repositories, 3);
  Session session(bench.store, Workbench::quick());
  CHECK(hf_files(session, "zoo/net3", "").size() == 7);
  CHECK(hf_files(session, "zoo/net3", "")[1].sha256 == sha256_of_text(bench.model));
}

TEST_CASE("a listing that repeats its page ends") {
  HfBench bench;
  hub::Resource page;
  page.content = R"([{"type":"file","path":"a.tflite","size":1}])";
  const std::string tree = "/api/models/zoo/net/tree/main";
  page.headers["Link"] = "<" + bench.hub.url() + tree + "?cursor=1>; rel=\"next\"";
  bench.hub.add(tree, page);
  Session session(bench.store, Workbench::quick());
  CHECK(hf_files(session, "zoo/net", "").size() == 2);
  CHECK(bench.hub.requests().size() == 2);
}

TEST_CASE("a listing without end is left") {
  HfBench bench;
  const std::string tree = "/api/models/zoo/net/tree/main";
  for (std::size_t i = 0; i <= kMostPages; ++i) {
    hub::Resource page;
    page.content = "[]";
    const std::string next = tree + "?cursor=" + std::to_string(i + 1);
    page.headers["Link"] = "<" + bench.hub.url() + next + ">; rel=\"next\"";
    bench.hub.add(i == 0 ? tree : tree + "?cursor=" + std::to_string(i), page);
  }
  Session session(bench.store, Workbench::quick());
  CHECK(says(error_of([&] { hf_files(session, "zoo/net", ""); }), "without end"));
  CHECK(bench.hub.requests().size() == kMostPages);
}

TEST_CASE("each refusal of a Hugging Face hub is told for what it is") {
  using enum ErrorKind;
  struct Case {
    int status;
    std::string code, message, body;
    ErrorKind kind;
    std::string says;
  };
  const std::string json = R"({"error":"refused"})";
  const Case cases[] = {
      {401, "RepoNotFound", "Repository not found", json, not_found, "private and needs HF_TOKEN"},
      {404, "RepoNotFound", "", json, not_found, "private and needs HF_TOKEN"},
      {401, "GatedRepo", "", json, network, "accept its terms"},
      {403, "GatedRepo", "", json, network, "accept its terms"},
      {404, "RevisionNotFound", "", json, not_found, "no such revision"},
      {404, "EntryNotFound", "", json, not_found, "no such file"},
      {403, "", "Access to this resource is disabled.", json, not_found, "disabled by its hub"},
      {401, "", "Invalid credentials in Authorization header", json, network, "token was refused"},
      {401, "", "", "<html><body>proxy login</body></html>", network, "HTTP 401"},
      {403, "", "", "<html><body>forbidden</body></html>", network, "HTTP 403"},
      {404, "", "", "<html><body>nothing here</body></html>", not_found, "does not exist"},
      {403, "Unheard", "of", json, network, "HTTP 403"},
  };
  HfBench bench;
  for (const Case& c : cases) {
    CAPTURE(c.status);
    CAPTURE(c.code);
    CAPTURE(c.message);
    hub::Resource refusal;
    refusal.status = c.status;
    refusal.content = c.body;
    refusal.content_type = c.body.starts_with("<") ? "text/html" : "application/json";
    if (!c.code.empty()) refusal.refusal_headers["X-Error-Code"] = c.code;
    if (!c.message.empty()) refusal.refusal_headers["X-Error-Message"] = c.message;
    bench.hub.add("/zoo/net/resolve/main/net.tflite", refusal);
    bench.hub.add("/api/models/zoo/net/tree/main", refusal);
    // The file itself, and the list of files that is asked when none is named.
    for (const std::string reference : {"hf:zoo/net/net.tflite", "hf:zoo/net"}) {
      const auto error = error_of([&] { bench.fetch(reference); });
      REQUIRE(error.has_value());
      CHECK_MESSAGE(error->kind() == c.kind, std::string(error->what()));
      CHECK_MESSAGE(says(error, c.says), std::string(error->what()));
      CHECK(std::string_view(error->what()).find('\n') == std::string_view::npos);
    }
    CHECK(bench.store.list().empty());
    CHECK(leftovers(bench.store) == 0);
  }
}

TEST_CASE("a repository's short list of files is not believed: its tree is complete") {
  HfBench bench;
  hub::add_hf_repositories(bench.hub, {bench.repository()});
  const std::string short_info = R"({"id":"zoo/net","sha":")" + kCommit +
                                 R"(","lastModified":"2026-01-02T00:00:00.000Z",
      "siblings":[{"rfilename":"README.md"}]})";
  bench.hub.add_file("/api/models/zoo/net", short_info);
  bench.hub.add_file("/api/models", "[" + short_info + "]");
  CHECK(read_text_file(bench.fetch("hf:zoo/net").path) == bench.model);
  Session session(bench.store, Workbench::quick());
  const ListPage page = list_page(session, "hf", {}, {});
  REQUIRE(page.models.size() == 1);
  REQUIRE(page.models.front().artifacts.size() == 1);
  CHECK(page.models.front().artifacts.front().sha256 == sha256_of_text(bench.model));
}

TEST_CASE("what is wrong with a Hugging Face hub is said") {
  struct Case {
    std::string reference, fault, says;
    ErrorKind kind;
  };
  const Case cases[] = {
      {"hf:zoo/net/absent.tflite", "", "does not exist", ErrorKind::not_found},
      {"hf:zoo/absent/net.tflite", "", "does not exist", ErrorKind::not_found},
      {"hf:zoo/two", "", "add one of a.tflite and b.tflite", ErrorKind::usage},
      {"hf:zoo/none", "", "holds no .tflite", ErrorKind::not_found},
      {"hf:zoo/net/int8/net.tflite", "no-commit", "did not answer as a Hugging Face hub",
       ErrorKind::network},
      {"hf:zoo/net/int8/net.tflite", "web-page", "did not answer as a Hugging Face hub",
       ErrorKind::network},
      {"hf:zoo/net/int8/net.tflite", "status=503", "HTTP 503", ErrorKind::network},
  };
  HfBench bench;
  hub::HfRepository two = bench.repository();
  two.id = "zoo/two";
  two.files = {{"a.tflite", "a"}, {"b.tflite", "b"}};
  hub::HfRepository none = bench.repository();
  none.id = "zoo/none";
  none.files = {{"README.md", "r", false}};
  hub::add_hf_repositories(bench.hub, {bench.repository(), two, none});
  for (const Case& c : cases) {
    CAPTURE(c.reference);
    CAPTURE(c.fault);
    bench.hub.clear_faults();
    if (!c.fault.empty()) bench.hub.add_fault(hub::parse_fault(c.fault));
    const auto error = error_of([&] { bench.fetch(c.reference); });
    REQUIRE(error.has_value());
    CHECK_MESSAGE(error->kind() == c.kind, std::string(error->what()));
    CHECK_MESSAGE(says(error, c.says), std::string(error->what()));
  }
  bench.hub.clear_faults();
  bench.hub.add_fault(hub::parse_fault("no-head"));
  CHECK(read_text_file(bench.fetch("hf:zoo/net/int8/net.tflite").path) == bench.model);
}

TEST_CASE("a hub that fails for a moment is asked again") {
  HfBench bench;
  hub::add_hf_repositories(bench.hub, {bench.repository()});
  for (const char* fault : {"status=503*2", "status=429*1", "rate-limit=0*1", "cut-off=0*1"}) {
    CAPTURE(fault);
    bench.hub.clear_faults();
    bench.hub.add_fault(hub::parse_fault(fault));
    CHECK(bench.fetch("hf:zoo/net/int8/net.tflite").sha256 == sha256_of_text(bench.model));
    bench.store.remove(sha256_of_text(bench.model));
    bench.hub.add_fault(hub::parse_fault(fault));
    CHECK(bench.fetch("hf:zoo/net").sha256 == sha256_of_text(bench.model));
    bench.store.remove(sha256_of_text(bench.model));
  }
}

TEST_CASE("a file in the official cache is used by its digest, also offline") {
  HfBench bench;
  const std::string sha256 = sha256_of_text(bench.model);
  const auto blob = hf_cached_blob("zoo/net", sha256);
  CHECK(blob == bench.directory.path() / "hf/hub/models--zoo--net/blobs" / sha256);
  write_file_atomically(blob, bench.model);
  FetchSettings offline = Workbench::quick();
  offline.offline = true;
  FetchRequest request;
  request.references = {"hf:zoo/net/int8/net.tflite"};
  request.sha256 = sha256;
  CHECK(read_text_file(Fetcher(bench.store, offline).fetch(request).path) == bench.model);
  bench.store.remove(sha256);
  hub::add_hf_repositories(bench.hub, {bench.repository()});
  CHECK(bench.fetch("hf:zoo/net/int8/net.tflite").sha256 == sha256);
  for (const auto& seen : bench.hub.requests()) CHECK_FALSE(seen.cdn);
  bench.store.remove(sha256);
  write_file_atomically(blob, "damaged");
  CHECK(read_text_file(bench.fetch("hf:zoo/net/int8/net.tflite").path) == bench.model);
}

}  // namespace litezoo::fetcher
