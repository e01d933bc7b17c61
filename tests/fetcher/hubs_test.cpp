#include <doctest/doctest.h>

#include "fetcher/kaggle.h"
#include "fetcher/remote_file.h"
#include "tests/fetcher/workbench.h"
#include "tests/hub/base64_digest.h"

namespace litezoo::fetcher {
namespace {

// Every hub's base address leads to the loopback hub, and no tool's home is read.
struct HubsBench : Workbench {
  ScopedVariable mediapipe{"LITEZOO_MEDIAPIPE_URL", hub.url() + "/mediapipe-models"};
  ScopedVariable github_api{"GITHUB_API_URL", hub.url() + "/github-api"};
  ScopedVariable github{"GITHUB_SERVER_URL", hub.url() + "/github"};
  ScopedVariable github_token{"GITHUB_TOKEN", ""};
  ScopedVariable gh_token{"GH_TOKEN", ""};
  ScopedVariable kaggle{"KAGGLE_API_ENDPOINT", hub.url() + "/kaggle"};
  ScopedVariable kaggle_home{"KAGGLE_CONFIG_DIR", directory.path().string()};
  ScopedVariable kaggle_cache{"KAGGLEHUB_CACHE", (directory.path() / "kagglehub").string()};

  Fetched fetch(const std::string& reference, const std::string& sha256 = "") {
    FetchRequest request;
    request.references = {reference};
    request.sha256 = sha256;
    return Fetcher(store, quick()).fetch(request);
  }
};

}  // namespace

TEST_CASE("a MediaPipe reference finds the model or the bundle") {
  HubsBench bench;
  const std::string base = "/mediapipe-models/";
  bench.hub.add_file(base + "object_detector/net/float16/1/net.tflite", "a model");
  bench.hub.add_file(base + "face_landmarker/face/float16/1/face.task", "a bundle");
  bench.hub.add_file(base + "hand/hand/int8/2/other.tflite", "by name");
  CHECK(read_text_file(bench.fetch("mediapipe:object_detector/net/float16/1").path) == "a model");
  const Fetched bundle = bench.fetch("mediapipe:face_landmarker/face/float16/1");
  CHECK(read_text_file(bundle.path) == "a bundle");
  CHECK(bundle.revision == "1");
  CHECK(read_text_file(bench.fetch("mediapipe:hand/hand/int8/2/other.tflite").path) == "by name");
  CHECK(error_of([&] { bench.fetch("mediapipe:hand/hand/int8/3"); })->kind() ==
        ErrorKind::not_found);
}

TEST_CASE("a plan and a look from afar find the bundle, too") {
  HubsBench bench;
  const std::string content = random_bytes(100'000);
  bench.hub.add_file("/mediapipe-models/face/face/float16/1/face.task", content);
  const std::string reference = "mediapipe:face/face/float16/1";
  FetchRequest request;
  request.references = {reference};
  Fetcher fetcher(bench.store, bench.quick());
  CHECK(fetcher.plan(request).to_transfer == Bytes{content.size()});
  const Place place = resolve_mediapipe(fetcher.session(), parse_reference(reference));
  const RemoteFile file(fetcher.session(), place);
  CHECK(as_text(file.bytes()) == content);
  file.check();
  request.references = {"mediapipe:face/absent/float16/1"};
  CHECK(error_of([&] { fetcher.plan(request); })->kind() == ErrorKind::not_found);
}

TEST_CASE("no token leaves over plain http for another machine, which is said") {
  HubsBench bench;
  const ScopedVariable no_proxy("no_proxy", "*");
  const ScopedVariable hf_home("HF_HOME", bench.directory.path().string());
  const ScopedVariable hf("HF_TOKEN", "secret");
  const ScopedVariable github("GITHUB_TOKEN", "secret");
  const ScopedVariable kaggle("KAGGLE_API_TOKEN", "secret");
  const std::string port = bench.hub.url().substr(bench.hub.url().rfind(':'));
  // Reaches this machine, too, but does not say that it does.
  for (const std::string host : {"127.0.0.1", "0.0.0.0"}) {
    const std::string authority = host + port;
    const std::string base = "http://" + authority;
    const ScopedVariable hf_endpoint("HF_ENDPOINT", base);
    const ScopedVariable github_api("GITHUB_API_URL", base);
    const ScopedVariable kaggle_api("KAGGLE_API_ENDPOINT", base);
    const ScopedVariable registry("npm_config_registry", base + "/");
    const ScopedVariable npm(("npm_config_//" + authority + "/:_authToken").c_str(), "secret");
    for (const std::string reference :
         {"hf:o/r/m.tflite", "github:o/r@v1/m.tflite", "kaggle:o/m/tfLite/s", "npm:p@1/m.tflite"}) {
      CAPTURE(host);
      CAPTURE(reference);
      bench.hub.forget_requests();
      std::vector<std::string> notes;
      FetchSettings settings = bench.quick();
      settings.note = [&](const std::string& line) { notes.push_back(line); };
      FetchRequest request;
      request.references = {reference};
      CHECK(error_of([&] { Fetcher(bench.store, settings).fetch(request); }).has_value());
      const bool own = host == "127.0.0.1";
      const auto requests = bench.hub.requests();
      REQUIRE(!requests.empty());
      for (const auto& seen : requests) CHECK(seen.authorization == (own ? "Bearer secret" : ""));
      CHECK(notes.size() == (own ? 0 : 1));
      if (!own && !notes.empty()) {
        CHECK(notes[0] ==
              "the token for " + authority + " is not sent: the address is plain http; use https");
      }
    }
  }
}

TEST_CASE("Kaggle's list of files is left when it has no end") {
  HubsBench bench;
  const std::string api = "/kaggle/api/v1/models/zoo/net/tfLite/small/1/files?pageSize=200";
  for (std::size_t i = 0; i <= kMostPages; ++i) {
    bench.hub.add_file(i == 0 ? api : api + "&pageToken=" + std::to_string(i),
                       R"({"files":[],"nextPageToken":")" + std::to_string(i + 1) + R"("})");
  }
  Session session(bench.store, Workbench::quick());
  CHECK(says(error_of([&] { kaggle_files(session, "zoo/net/tfLite/small", "1"); }), "without end"));
  CHECK(bench.hub.requests().size() == kMostPages);
}

TEST_CASE("the digests that a storage server states with the bytes are enforced") {
  HubsBench bench;
  const std::string md5 = "md5=" + hub::base64_digest(DigestKind::md5, "a model");
  const std::string crc = "crc32c=" + hub::base64_digest(DigestKind::crc32c, "a model");
  struct Case {
    std::string stated, refused_for;  // empty = taken
  };
  const Case cases[] = {{crc + "," + md5, ""},
                        {md5 + ", " + crc, ""},
                        {"crc32c=AAAAAA==", "CRC-32C"},
                        {crc + ",md5=" + encode_base64(std::string(16, 'x')), "MD5"},
                        {"crc32c=?,md5=,sha9=AA==", ""}};
  for (const Case& c : cases) {
    CAPTURE(c.stated);
    hub::Resource file;
    file.content = "a model";
    file.headers["x-goog-hash"] = c.stated;
    bench.hub.add("/mediapipe-models/t/net/float16/1/net.tflite", file);
    const auto error = error_of([&] { bench.fetch("mediapipe:t/net/float16/1/net.tflite"); });
    CHECK(error.has_value() == !c.refused_for.empty());
    if (error) {
      CHECK(error->kind() == ErrorKind::corrupt);
      CHECK(says(error, c.refused_for));
    }
    bench.store.remove(sha256_of_text("a model"));
  }
}

TEST_CASE(
    "a GitHub release's asset is found, verified, and had without the API when that is busy") {
  HubsBench bench;
  const std::string content = random_bytes(5000);
  const std::string direct = "/github/o/r/releases/download/v1/m.tflite";
  const auto release = [&](const std::string& sha256) {
    return R"({"tag_name":"v1","assets":[{"name":"m.tflite","size":5000,"digest":"sha256:)" +
           sha256 + R"(","browser_download_url":")" + bench.hub.url() + direct + R"("}]})";
  };
  bench.hub.add_file(direct, content);
  const std::string api = "/github-api/repos/o/r/releases/tags/v1";
  bench.hub.add_file(api, release(sha256_of_text(content)));
  CHECK(bench.fetch("github:o/r@v1/m.tflite").sha256 == sha256_of_text(content));
  CHECK(says(error_of([&] { bench.fetch("github:o/r@v1/n.tflite"); }), "did you mean m.tflite?"));
  CHECK(error_of([&] { bench.fetch("github:o/r@v2/m.tflite"); })->kind() == ErrorKind::not_found);
  bench.store.remove(sha256_of_text(content));
  bench.hub.add_fault(hub::parse_fault("status=403@github-api"));
  CHECK(bench.fetch("github:o/r@v1/m.tflite").sha256 == sha256_of_text(content));
  bench.hub.clear_faults();
  bench.store.remove(sha256_of_text(content));
  bench.hub.add_file(api, release(sha256_of_text("other")));
  CHECK(error_of([&] { bench.fetch("github:o/r@v1/m.tflite"); })->kind() == ErrorKind::corrupt);
}

TEST_CASE("a Kaggle model comes raw, or out of the archive it was wrapped in") {
  HubsBench bench;
  const std::string api = "/kaggle/api/v1/models/zoo/net/tfLite/small";
  bench.hub.add_file(api + "/get", R"({"versionNumber":3})");
  bench.hub.add_file(api + "/3/files",
                     R"({"files":[{"name":"3.tflite","size":7}],"nextPageToken":""})");
  struct Case {
    std::string name, answer;
  };
  const std::vector<hub::ArchiveEntry> entries = {{"3.tflite", "a model"}};
  const Case cases[] = {{"raw", "a model"},
                        {"zip", hub::make_archive(hub::ArchiveForm::zip, entries)},
                        {"tar.gz", hub::make_archive(hub::ArchiveForm::tar_gz, entries)}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    bench.hub.add_file(api + "/3/download/3.tflite", c.answer);
    const Fetched fetched = bench.fetch("kaggle:zoo/net/tfLite/small");
    CHECK(read_text_file(fetched.path) == "a model");
    CHECK(fetched.pinned == "kaggle:zoo/net/tfLite/small/3/3.tflite");
    bench.store.remove(fetched.sha256);
  }
  bench.hub.add_file(api + "/3/download/3.tflite", R"({"code":403,"message":"consent needed"})");
  const auto error = error_of([&] { bench.fetch("kaggle:zoo/net/tfLite/small/3"); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::network);
  CHECK(says(error, "consent needed"));
}

TEST_CASE("a TF Hub handle is looked up at Kaggle") {
  HubsBench bench;
  const std::string api = "/kaggle/api/v1/models/google/yamnet";
  bench.hub.add_file(api + "/get",
                     R"({"instances":[{"slug":"tfjs","framework":"tfJs"},
                         {"slug":"classification-tflite","framework":"TfLite"},
                         {"slug":"tflite","framework":"tfLite"}]})");
  Session session(bench.store, Workbench::quick());
  CHECK(kaggle_variation_of_tfhub(session, "google/lite-model/yamnet/classification/tflite") ==
        "google/yamnet/tfLite/classification-tflite");
  const auto error =
      error_of([&] { kaggle_variation_of_tfhub(session, "google/lite-model/yamnet/other"); });
  CHECK(says(error, "it has classification-tflite and tflite"));
}

TEST_CASE("Kaggle's credentials are found where its own tools keep them") {
  HubsBench bench;
  CHECK(kaggle_authorization().empty());
  const auto home = bench.directory.path();
  write_file_atomically(home / "kaggle.json", R"({"username":"me","key":"secret"})");
  CHECK(kaggle_authorization() == "Basic " + encode_base64("me:secret"));
  write_file_atomically(home / "access_token", "stored\n");
  CHECK(kaggle_authorization() == "Bearer stored");
  const ScopedVariable token("KAGGLE_API_TOKEN", "given");
  CHECK(kaggle_authorization() == "Bearer given");
}

}  // namespace litezoo::fetcher
