#include "catalog/question.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "tests/catalog/fixtures.h"

namespace litezoo::catalog {

TEST_CASE("a question's size, licence, precision and idle words are taken out of the text") {
  struct Case {
    SearchQuery query;
    std::string_view text, options;  // "" = not read
  };
  const Case cases[] = {
      {{.text = "small permissive audio classifier"},
       "audio classifier",
       "--sort size --license permissive"},
      {{.text = "pose estimation under 5 MB int8"},
       "pose estimation",
       "--max-size 5mb --precision int8"},
      {{.text = "Which model is smaller than 300kB, fp16?"},
       "",
       "--max-size 300kb --precision float16"},
      {{.text = "a model for hand tracking"}, "hand tracking", ""},
      {{.text = "segmentation up to 1.5 MB"}, "segmentation", "--max-size 1.5mb"},
      {{.text = "non-commercial int8", .license = "MIT", .precision = "uint8"}, "", ""},
      {{.text = "pictures under water"}, "", ""},
      {{.text = "detector with at most 5 classes"}, "detector at most 5 classes", ""},
      {{.text = "less than"}, "", ""},
      {{.text = "under"}, "", ""},
      {{.text = "models"}, "", ""},
      {{.text = "mobilenet"}, "", ""},
      {{.text = ""}, "", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.query.text);
    const auto reading = read_question(c.query);
    REQUIRE(reading.has_value() == !(c.text.empty() && c.options.empty()));
    if (!reading) continue;
    CHECK(reading->query.text == c.text);
    std::string options;
    for (const auto& option : reading->options) options += (options.empty() ? "" : " ") + option;
    CHECK(options == c.options);
  }
}

TEST_CASE("a question in words finds what its options find, on the shipped catalog") {
  Catalog catalog = shipped_catalog();
  struct Case {
    std::string_view question, expected;
  };
  const Case cases[] = {
      {"small permissive audio classifier", "qualcomm/yamnet/w8a8"},
      {"pose estimation under 10 MB float16", "mediapipe/pose_landmark_lite"},
      {"a model for hand tracking", "mediapipe/hand_landmark_lite"},
      {"which selfie segmentation is smaller than 300 kB?", "mediapipe/selfie_segmenter"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.question);
    SearchQuery query{.text = std::string(c.question), .limit = 0};
    CHECK(search(catalog, query).rows.empty());
    const auto reading = understood(catalog, query);
    REQUIRE(reading.has_value());
    const auto rows = search(catalog, reading->query).rows;
    CHECK(std::ranges::find(rows, c.expected, &SearchRow::artifact) != rows.end());
  }
}

TEST_CASE("a question is understood even when every file is too large or of unknown size") {
  Catalog catalog = shipped_catalog();
  const auto reading = understood(catalog, {.text = "pose estimation under 5 MB int8"});
  REQUIRE(reading.has_value());
  CHECK(search(catalog, reading->query).rows.empty());
}

TEST_CASE("words that fit as they stand, or not even as a question, are not read as one") {
  Catalog catalog = shipped_catalog();
  for (const char* text : {"mobilenet v1 0.25 quant", "yamnet", "permissive zzzz", "zzzz"}) {
    CAPTURE(text);
    CHECK(!understood(catalog, {.text = text}));
  }
}

}  // namespace litezoo::catalog
