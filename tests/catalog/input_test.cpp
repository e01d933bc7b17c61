#include "catalog/input.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "catalog/measurements.h"
#include "catalog/models.h"
#include "catalog/search.h"
#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {

TEST_CASE("a task says what goes in") {
  struct Case {
    std::string_view task, input;
  };
  const Case cases[] = {
      {"image-segmentation", "image"},
      {"audio-stt", "audio"},
      {"audio-speech-synthesis", "text"},
      {"time-series-forecasting", "sensor"},
      {"my-task", ""},
      {"", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.task);
    CHECK(input_of_task(c.task) == c.input);
  }
  Catalog catalog = shipped_catalog();
  for (const auto& task : tasks(catalog)) {
    CAPTURE(task.id);
    CHECK_FALSE(input_of_task(task.id).empty());
  }
  CHECK(failure_of([] { inputs_fed_by("smell"); }).kind == ErrorKind::usage);
}

TEST_CASE("video feeds models of video and of single images") {
  Catalog catalog = shipped_catalog();
  const auto found = [&](std::string input) {
    return search(catalog, {.input = std::move(input), .limit = 0}).rows;
  };
  const auto of_video = found("video");
  const auto has_task = [&](std::string_view task) {
    return std::ranges::find(of_video, task, &SearchRow::task) != of_video.end();
  };
  CHECK(has_task("video-classification"));
  CHECK(has_task("image-pose-detection"));
  CHECK_FALSE(has_task("audio-stt"));
  CHECK(of_video.size() > found("image").size());
  CHECK(failure_of([&] { found("smell"); }).kind == ErrorKind::usage);
}

TEST_CASE("the frame budget leaves out what was measured slower here") {
  Catalog catalog = shipped_catalog();
  put_device(catalog, {.fingerprint = "here"});
  put_device(catalog, {.fingerprint = "there"});
  const auto measure = [&](std::string_view name, std::string device, int milliseconds) {
    const auto sha256 = find_artifact(catalog, name).artifact.sha256;
    Measurement measurement{.sha256 = sha256, .device = std::move(device)};
    measurement.samples.assign(20, std::chrono::milliseconds(milliseconds));
    put_measurement(catalog, measurement);
  };
  measure("mediapipe/selfie_segmentation", "here", 50);
  measure("mediapipe/selfie_segmenter", "here", 20);
  measure("mediapipe/pose_landmark_lite", "there", 900);
  const auto rows = search(catalog, {.input = "video",
                                     .starter = true,
                                     .max_latency = std::chrono::milliseconds(33),
                                     .device = "here",
                                     .limit = 0})
                        .rows;
  const auto row = [&](std::string_view name) {
    return std::ranges::find(rows, name, &SearchRow::artifact);
  };
  CHECK(row("mediapipe/selfie_segmentation") == rows.end());
  REQUIRE(row("mediapipe/selfie_segmenter") != rows.end());
  CHECK(row("mediapipe/selfie_segmenter")->p90_here == std::chrono::milliseconds(20));
  REQUIRE(row("mediapipe/pose_landmark_lite") != rows.end());
  CHECK_FALSE(row("mediapipe/pose_landmark_lite")->p90_here);
  const auto measured = search(catalog, {.measured_here = true, .device = "here"}).rows;
  CHECK(measured.size() == 2);
}

}  // namespace litezoo::catalog
