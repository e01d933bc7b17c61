#include "fetcher/hugging_face.h"

#include <doctest/doctest.h>

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

TEST_CASE("a token is not sent unencrypted to another machine") {
  HfBench bench;
  const ScopedVariable token("HF_TOKEN", "hf_secret");
  CHECK(hf_authorization() == "Bearer hf_secret");
  const ScopedVariable endpoint("HF_ENDPOINT", "http://mirror.example");
  CHECK(hf_authorization().empty());
}

TEST_CASE("trees and searches are read to their last page") {
  HfBench bench;
  std::vector<hub::HfRepository> repositories;
  for (int i = 0; i < 7; ++i) {
    hub::HfRepository repository = bench.repository();
    repository.id = "zoo/net" + std::to_string(i);
    repository.downloads = static_cast<std::uint64_t>(i);
    for (int j = 0; j < 5; ++j) {
      repository.files.push_back({"part" + std::to_string(j) + ".bin", "x", false});
    }
    repositories.push_back(repository);
  }
  hub::add_hf_repositories(bench.hub, repositories, 3);
  Session session(bench.store, Workbench::quick());
  CHECK(hf_files(session, "zoo/net3", "").size() == 7);
  CHECK(hf_files(session, "zoo/net3", "")[1].sha256 == sha256_of_text(bench.model));
  const auto models = hf_search(session, {});
  REQUIRE(models.size() == 7);
  CHECK(models.front().id == "zoo/net6");
  CHECK(models.front().task == "image-classification");
  CHECK(models.front().license == "apache-2.0");
  CHECK(models.front().revision == kCommit);
  CHECK(hf_search(session, {"", "", 2}).size() == 2);
}

TEST_CASE("a listing that repeats its page ends") {
  HfBench bench;
  hub::Resource page;
  page.content = R"([{"id":"zoo/net"}])";
  page.headers["Link"] = "<" + bench.hub.url() + "/api/models?cursor=1>; rel=\"next\"";
  bench.hub.add("/api/models", page);
  Session session(bench.store, Workbench::quick());
  CHECK(hf_search(session, {}).size() == 1);
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
