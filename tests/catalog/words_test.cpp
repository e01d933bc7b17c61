#include "catalog/words.h"

#include <doctest/doctest.h>

#include <ostream>

namespace litezoo::catalog {

TEST_CASE("words are runs of letters and digits in lower case") {
  CHECK(words_of("MobileNet_v3-Small 0.75") ==
        std::vector<std::string>{"mobilenet", "v3", "small", "0", "75"});
  CHECK(words_of("  \"'*()! ").empty());
  CHECK(words_of("F\xc3\xb6hn") == std::vector<std::string>{"f\xc3\xb6hn"});
}

TEST_CASE("a stem is a front that relatives share") {
  struct Case {
    std::string_view word, stem;
  };
  const Case cases[] = {{"classifier", "classifi"}, {"detectors", "detect"}, {"pose", "pose"},
                        {"models", "model"},        {"action", "action"},    {"", ""}};
  for (const auto& c : cases) {
    CAPTURE(c.word);
    CHECK(stem(c.word) == c.stem);
  }
}

TEST_CASE("words that name a task may be replaced by it") {
  const std::vector<Task> tasks = {{.id = "audio-command-detection",
                                    .display_name = "Audio command detection",
                                    .domains = {"audio"},
                                    .synonyms = {"wake word"}}};
  CHECK(match_expression("tiny wake words", tasks) ==
        "(\"tiny\"*) AND ((\"wake\"* AND \"word\"*) OR task : \"audio command detection\")");
  CHECK(match_expression("wake", tasks) == "(\"wake\"*)");
  CHECK(match_expression("!?", tasks).empty());
}

}  // namespace litezoo::catalog
