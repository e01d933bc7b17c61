#include "catalog/search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "catalog/claims.h"
#include "catalog/measurements.h"
#include "catalog/models.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {
namespace {

bool has(const SearchResult& result, std::string_view artifact) {
  return std::ranges::any_of(result.rows,
                             [&](const SearchRow& row) { return row.artifact == artifact; });
}

}  // namespace

TEST_CASE("questions a person would ask find the models they mean") {
  Catalog catalog = shipped_catalog();
  struct Case {
    std::string_view question;
    SearchQuery query;
    std::string_view expected;
    std::size_t most;  // rows
  };
  const Case cases[] = {
      {"what is there for audio?",
       {.domain = "audio"},
       "google/yamnet/classification/tflite/1",
       90},
      {"a sound classifier", {.text = "sound classifier"}, "google/yamnet/tflite/1", 15},
      {"yamnet", {.text = "YAMNet"}, "google/yamnet/classification/coral/1", 10},
      {"tell people from background, permissive",
       {.text = "person segmentation", .license = "permissive"},
       "mediapipe/selfie_segmentation",
       120},
      {"selfie under 300 kB",
       {.text = "selfie", .max_size = Bytes{300'000}},
       "mediapipe/selfie_segmenter",
       4},
      {"find faces", {.text = "face detector"}, "mediapipe/face_detection_short_range", 40},
      {"pose under 5 MB",
       {.task = "pose estimation", .max_size = Bytes{5'000'000}},
       "mediapipe/pose_landmark_lite",
       1},
      {"int8 pose models",
       {.task = "image-pose-detection", .precision = "int8"},
       "google/movenet/singlepose/lightning/tflite/int8/4",
       10},
      {"hand tracking", {.text = "hand tracking"}, "mediapipe/hand_landmark_lite", 12},
      {"ocr", {.text = "ocr"}, "tulasiram58827/keras-ocr/float16/2", 20},
      {"text to speech", {.text = "text to speech"}, "tulasiram58827/melgan/float16/1", 10},
      {"speech recognition",
       {.text = "speech recognition"},
       "neso613/ASR_TFLite/pre_trained_models/English/1",
       20},
      {"action recognition, int8",
       {.text = "action recognition", .precision = "int8"},
       "tensorflow/movinet/a0/stream/kinetics-600/classification/tflite/int8/1",
       5},
      {"upscale photos", {.text = "upscale"}, "captain-pool/esrgan-tf2/1", 15},
      {"cartoon style", {.text = "cartoon"}, "sayakpaul/cartoongan/fp16/1", 25},
      {"depth from one picture", {.text = "depth map"}, "intel/midas/v2_1_small/1/lite/1", 10},
      {"question answering on the phone",
       {.text = "question answering"},
       "google/qat/mobilebert_xs_qat/lite/1",
       5},
      {"spam filter", {.text = "spam"}, "tensorflow/tutorials/spam-detection/tflite/1", 3},
      {"what may not be used commercially?", {.license = "non-commercial"}, "", 5},
      {"shoes in 3D", {.text = "3d shoe"}, "mediapipe/object_detection_3d_sneakers", 4},
      {"what comes with Litezoo, smallest first",
       {.starter = true},
       "mediapipe/face_detection_short_range",
       30},
      {"small permissive audio classifier",
       {.text = "wake word", .license = "permissive", .max_size = Bytes{60'000}},
       "arm/keyword_spotting/ds_cnn_small/int8",
       3},
      {"is that machine about to break?",
       {.text = "predictive maintenance"},
       "arm/anomaly_detection/micronet_small/int8",
       5},
      {"mobilenet v1 with a quarter of the channels",
       {.text = "mobilenet v1 0.25 quant"},
       "tensorflow/hosted/mobilenet_v1_0.25_128_quant",
       20},
      {"bundles",
       {.text = "gesture", .format = ArtifactFormat::task_bundle},
       "mediapipe/gesture_recognizer",
       3},
      {"what does ARM have for microcontrollers?",
       {.publisher = "arm"},
       "arm/visual_wake_words/micronet_vww2/int8",
       45},
  };
  for (const auto& c : cases) {
    CAPTURE(c.question);
    SearchQuery query = c.query;
    query.limit = 0;
    const SearchResult result = search(catalog, query);
    CHECK(result.rows.size() >= 1);
    CHECK(result.rows.size() <= c.most);
    CAPTURE((result.rows.empty() ? std::string("nothing") : result.rows.front().artifact));
    if (!c.expected.empty()) CHECK(has(result, c.expected));
  }
}

TEST_CASE("the name counts more than the description, and size breaks ties") {
  Catalog catalog = shipped_catalog();
  const auto rows = search(catalog, {.text = "selfie"}).rows;
  REQUIRE(rows.size() >= 5);
  CHECK(rows.front().artifact.find("selfie") != std::string::npos);
  const auto sizes = search(catalog, {.starter = true, .sort = SortKey::size}).rows;
  CHECK(std::ranges::is_sorted(sizes, {}, [](const SearchRow& row) { return row.size->count; }));
}

TEST_CASE("names with more of the words come first, smallest first among equals") {
  Catalog catalog(":memory:");
  struct Row {
    std::string name, description;
    std::optional<Bytes> size;
  };
  const Row rows[] = {{"a/other", "a tiny pose net", Bytes{1}},
                      {"a/tinypose", "a net", Bytes{3}},
                      {"a/tiny_pose", "", Bytes{9}},
                      {"b/tiny_pose", "", {}},
                      {"c/tiny_pose", "", Bytes{7}},
                      {"a/tiny", "for poses", Bytes{2}},
                      {"a/tinynet_poses", "", Bytes{1}}};
  for (const auto& row : rows) {
    put_model(catalog, {.name = row.name, .description = row.description});
    put_artifact(catalog, {.name = row.name, .model = row.name, .size = row.size});
  }
  const auto names = [&](SearchQuery query) {
    std::vector<std::string> result;
    for (const auto& row : search(catalog, query).rows) result.push_back(row.artifact);
    return result;
  };
  CHECK(names({.text = "tiny pose"}) == std::vector<std::string>{"c/tiny_pose", "a/tiny_pose",
                                                                 "b/tiny_pose", "a/tinynet_poses",
                                                                 "a/tiny", "a/other"});
  CHECK(names({.text = "tiny pose", .limit = 2, .after = "b/tiny_pose"}) ==
        std::vector<std::string>{"a/tinynet_poses", "a/tiny"});
  CHECK(names({.text = "pose", .sort = SortKey::size, .descending = true}).back() == "b/tiny_pose");
  const auto failure = failure_of([&] { names({.text = "tiny pose", .after = "a/tinypose"}); });
  CHECK(failure.kind == ErrorKind::usage);
  CHECK(failure.message.find("no match") != std::string::npos);
}

TEST_CASE("words that name a task find its models before what has them by chance") {
  Catalog catalog = shipped_catalog();
  for (const std::string_view text : {"wake word", "keyword spotting"}) {
    const auto rows = search(catalog, {.text = std::string(text)}).rows;
    REQUIRE_FALSE(rows.empty());
    CHECK(rows.front().task == "audio-command-detection");
    CHECK(rows.front().artifact == "arm/keyword_spotting/ds_cnn_small/int8");
  }
  const auto rows = search(catalog, {.text = "visual wake words"}).rows;
  CHECK(rows.front().artifact == "arm/visual_wake_words/micronet_vww2/int8");
}

TEST_CASE("what a model scored is known, with dataset and source") {
  Catalog catalog = shipped_catalog();
  struct Case {
    std::string_view subject, metric, dataset, raw;
    double value;
  };
  const Case cases[] = {
      {"tensorflow/hosted/efficientnet_lite0", "top1", "ImageNet", "75.1 %", 0.751},
      {"tensorflow/hosted/mobilenet_v1_0.25_128_quant", "top5", "ImageNet", "64.4 %", 0.644},
      {"arm/keyword_spotting/ds_cnn_small/int8", "accuracy", "Speech Commands", "Accuracy=93.11%",
       0.9311},
      {"arm/speech_recognition/tiny_wav2letter/int8", "WER", "Fluent speech", "WER=0.1123", 0.1123},
      {"arm/superresolution/SESR/int8", "PSNR", "DIV2K", "PSNR=35.00dB", 35},
      {"google/movenet/singlepose/lightning/tflite/int8/4", "mAP", "COCO 2017", "mAP 57.4", 0.574},
      {"qualcomm/beit/float", "top1", "ImageNet", "Classification Accuracy 83.2 %", 0.832},
  };
  for (const auto& c : cases) {
    CAPTURE(c.subject);
    const auto known = claims(catalog, c.subject);
    const auto found = std::ranges::find_if(known, [&](const Claim& claim) {
      return claim.metric == c.metric && claim.dataset == c.dataset && claim.raw == c.raw;
    });
    REQUIRE(found != known.end());
    CHECK(found->value == doctest::Approx(c.value));
    CHECK_FALSE(found->source.empty());
  }
}

TEST_CASE("a row says whether the file is here and was measured here") {
  Catalog catalog = shipped_catalog();
  const Entry entry = find_artifact(catalog, "mediapipe/selfie_segmentation");
  const auto row = [&](std::string device) {
    return search(catalog, {.text = "selfie_segmentation",
                            .max_size = Bytes{249'100},
                            .device = std::move(device)})
        .rows.at(0);
  };
  CHECK_FALSE(row("here").fetched);
  CHECK_FALSE(row("here").measured_here);
  record_fetched(catalog, entry.artifact.name,
                 {.sha256 = entry.artifact.sha256, .size = Bytes{249'024}, .path = "/x"});
  put_device(catalog, {.fingerprint = "here"});
  put_measurement(catalog, {.sha256 = entry.artifact.sha256, .device = "here"});
  CHECK(row("here").fetched);
  CHECK(row("here").measured_here);
  CHECK_FALSE(row("there").measured_here);
  CHECK(search(catalog, {.fetched = true}).rows.size() == 1);
  CHECK_FALSE(has(search(catalog, {.fetched = false, .limit = 0}), entry.artifact.name));
  CHECK(row("here").license_class == LicenseClass::permissive);
}

TEST_CASE("a saved_model is labelled as needing conversion") {
  Catalog catalog(":memory:");
  put_model(catalog, {.name = "m"});
  put_artifact(catalog, {.name = "m/a", .model = "m", .format = ArtifactFormat::saved_model});
  put_artifact(catalog, {.name = "m/b", .model = "m"});
  const auto rows = search(catalog, {.format = ArtifactFormat::saved_model}).rows;
  REQUIRE(rows.size() == 1);
  CHECK(format_label(rows[0].format) == "saved_model (needs conversion)");
  CHECK(format_label(ArtifactFormat::tflite) == "tflite");
}

TEST_CASE("unknown words of a query are errors with near names") {
  Catalog catalog = shipped_catalog();
  struct Case {
    SearchQuery query;
    std::string_view message;
  };
  const Case cases[] = {
      {{.domain = "odio"}, "audio, image"},
      {{.task = "image-segmentatoin"}, "image-segmentation"},
      {{.license = "Apache-2"}, "Apache-2.0"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.message);
    const auto failure = failure_of([&] { search(catalog, c.query); });
    CHECK(failure.kind == ErrorKind::usage);
    CHECK(failure.message.find(c.message) != std::string::npos);
  }
}

TEST_CASE("a mistyped word finds nothing but suggests the right one") {
  Catalog catalog = shipped_catalog();
  const auto result = search(catalog, {.text = "mobilnet"});
  CHECK(result.rows.empty());
  CHECK(std::ranges::count(result.suggestions, "mobilenet") == 1);
  CHECK(search(catalog, {.text = "!!!"}).rows.empty());
  CHECK(search(catalog, {.text = "\"); DROP TABLE model; --"}).rows.empty());
}

TEST_CASE("the limit cuts the answer and says so") {
  Catalog catalog = shipped_catalog();
  const auto some = search(catalog, {.domain = "image", .limit = 3});
  CHECK(some.rows.size() == 3);
  CHECK(some.more);
  const auto all = search(catalog, {.limit = 0});
  CHECK(all.rows.size() >= 390);
  CHECK_FALSE(all.more);
}

}  // namespace litezoo::catalog
