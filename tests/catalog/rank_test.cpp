#include "catalog/rank.h"

#include <doctest/doctest.h>

#include <ostream>

namespace litezoo::catalog {

TEST_CASE("a name fits better the more words it has exactly, and the fewer others") {
  struct Case {
    std::string_view text, better, worse;
  };
  const Case cases[] = {
      {"selfie", "a/selfie", "a/person"},
      {"selfie", "a/selfie", "a/selfie_segmenter_landscape"},
      {"mobilenet v2", "tensorflow/mobilenet_v2", "tensorflow/mobilenet_v3"},
      {"classifier", "a/classification", "a/detection"},
      {"mobilenet", "a/mobilenet/x", "a/mobilenetv2/x"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    std::vector<Candidate> candidates = {{.id = 1, .name = std::string(c.worse)},
                                         {.id = 2, .name = std::string(c.better)}};
    rank(candidates, c.text);
    CHECK(candidates.front().name == c.better);
  }
}

TEST_CASE("equal names come by size, then by age") {
  std::vector<Candidate> candidates = {{.id = 3, .name = "a/x", .order_size = 5},
                                       {.id = 2, .name = "b/x", .order_size = 4},
                                       {.id = 1, .name = "c/x", .order_size = 5}};
  rank(candidates, "x");
  CHECK(candidates[0].id == 2);
  CHECK(candidates[1].id == 1);
  CHECK(candidates[2].id == 3);
}

}  // namespace litezoo::catalog
