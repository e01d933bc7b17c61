#include "ranker/release.h"

#include <doctest/doctest.h>

namespace litezoo::ranker {

TEST_CASE("releases are numbers with two or three parts") {
  CHECK(parse_release("2.14") == Release{2, 14, 0});
  CHECK(parse_release("2.3.1") == Release{2, 3, 1});
  CHECK(*parse_release("2.9") < *parse_release("2.14"));
  for (const char* bad : {"", "2", "2.", "two", "2.x", "2.1.1.1", "-1.2"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_release(bad));
  }
}

TEST_CASE("a suggested limit is never below the value it is made from") {
  struct Case {
    std::uint64_t bytes;
    const char* text;
  };
  const Case cases[] = {{1, "1B"},          {999, "999B"},         {1000, "1kB"},
                        {1001, "1.01kB"},   {5'425'001, "5.43MB"}, {12'345'678, "12.4MB"},
                        {150'528, "151kB"}, {2'000'000, "2MB"}};
  for (const auto& c : cases) {
    CAPTURE(c.bytes);
    CHECK(option_text(Bytes{c.bytes}) == c.text);
    CHECK(parse_bytes(option_text(Bytes{c.bytes})).count >= c.bytes);
  }
  CHECK(option_text(Nanoseconds(24'050'000)) == "24.1ms");
}

}  // namespace litezoo::ranker
