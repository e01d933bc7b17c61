#include "base/units.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"

namespace litezoo {

TEST_CASE("sizes are read as people write them") {
  struct Case {
    std::string_view text;
    std::uint64_t count;
  };
  const Case cases[] = {{"4MB", 4'000'000},      {"3.9 MB", 3'900'000},  {"512kB", 512'000},
                        {"1GiB", 1'073'741'824}, {"1048576", 1'048'576}, {"0", 0}};
  for (const auto& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_bytes(c.text).count == c.count);
  }
  for (const std::string_view bad : {"", "MB", "-1MB", "4XB", "1e300GB", "nan", "4MB5"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_bytes(bad), Error);
  }
}

TEST_CASE("durations need a unit") {
  CHECK(parse_duration("20ms") == std::chrono::milliseconds(20));
  CHECK(parse_duration("1.5 s") == std::chrono::milliseconds(1500));
  CHECK(parse_duration("300us") == std::chrono::microseconds(300));
  for (const std::string_view bad : {"20", "", "ms", "-1ms", "1e300s", "20 parsecs"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(parse_duration(bad), Error);
  }
}

TEST_CASE("sizes and durations are shown with three digits") {
  CHECK(to_text(Bytes{999}) == "999 B");
  CHECK(to_text(Bytes{3'900'000}) == "3.90 MB");
  CHECK(to_text(Bytes{13'978'596}) == "14.0 MB");
  CHECK(to_text(Bytes{999'999}) == "1.00 MB");
  CHECK(to_text(Nanoseconds(4'213'000)) == "4.21 ms");
  CHECK(to_text(Nanoseconds(850)) == "850 ns");
  CHECK(to_text(std::chrono::seconds(90)) == "90.0 s");
}

}  // namespace litezoo
