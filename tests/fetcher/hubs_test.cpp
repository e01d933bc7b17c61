#include <doctest/doctest.h>

#include "fetcher/kaggle.h"
#include "tests/fetcher/workbench.h"

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

std::string base64_of(DigestKind kind, const std::string& content) {
  Digester digester(kind, content.size());
  digester.update(as_bytes(content));
  const std::string hex = digester.finish();
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return encode_base64(bytes);
}

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

TEST_CASE("the digests that a storage server states with the bytes are enforced") {
  HubsBench bench;
  const std::string md5 = "md5=" + base64_of(DigestKind::md5, "a model");
  const std::string crc = "crc32c=" + base64_of(DigestKind::crc32c, "a model");
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
