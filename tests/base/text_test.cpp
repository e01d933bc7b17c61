#include "base/text.h"

#include <doctest/doctest.h>

namespace litezoo {

TEST_CASE("text from a file cannot move the cursor or reorder a line") {
  struct Case {
    const char* name;
    std::string_view raw, shown;
  };
  const Case cases[] = {
      {"plain", "conv_1/BiasAdd", "conv_1/BiasAdd"},
      {"escape sequence", "a\x1b[2Jb", "a\\x1b[2Jb"},
      {"line break", "a\nb", "a\\x0ab"},
      {"umlaut and emoji stay", "\xc3\xa4 \xf0\x9f\xa6\x93", "\xc3\xa4 \xf0\x9f\xa6\x93"},
      {"invalid UTF-8", "a\xff\xc3", "a\\xff\\xc3"},
      {"overlong slash", "\xc0\xaf", "\\xc0\\xaf"},
      {"right-to-left override", "\xe2\x80\xae", "\\xe2\\x80\\xae"},
      {"C1 control", "\xc2\x9b", "\\xc2\\x9b"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    CHECK(escape_for_terminal(c.raw) == c.shown);
  }
}

TEST_CASE("a mistyped name finds its neighbours") {
  const std::vector<std::string> tasks = {"image-classification", "image-segmentation",
                                          "audio-event-classification", "text-embedding"};
  CHECK(near_names("image-clasification", tasks).front() == "image-classification");
  CHECK(near_names("segmentation", tasks).front() == "image-segmentation");
  CHECK(near_names("zzzzzzzz", tasks).empty());
}

TEST_CASE("edit distance counts a swap of neighbours once") {
  CHECK(edit_distance("image", "image") == 0);
  CHECK(edit_distance("iamge", "image") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

}  // namespace litezoo
