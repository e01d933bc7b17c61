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
  CHECK(match_expressions("tiny wake words", tasks).back() ==
        "((\"tiny\"* OR \"=tiny\"*) AND (((\"wake\"* OR \"=wake\"*) AND (\"word\"* OR "
        "\"=word\"*)) OR \"#t=audio_command_detection\"))");
  CHECK(match_expressions("wake word", tasks)[1] ==
        "(\"=wake\" AND \"=word\") OR \"#t=audio_command_detection\"");
  CHECK(match_expressions("wake", tasks).back() == "(\"wake\"* OR \"=wake\"*)");
  CHECK(match_expressions("!?", tasks).empty());
}

TEST_CASE("what asks for more of the name comes first") {
  const auto known = [](const std::string& word) {
    return word == "net" ? std::vector<std::string>{"net", "nets"} : std::vector{word};
  };
  CHECK(match_expressions("net", {}, known) ==
        std::vector<std::string>{"\"=net\"", "(\"=net\" OR \"=nets\")",
                                 "(\"net\" OR \"nets\" OR \"=net\" OR \"=nets\")"});
  const auto two = match_expressions("a b", {}, known);
  REQUIRE(two.size() == 4);
  CHECK(two[0] == "(\"=a\" AND \"=b\")");
  CHECK(two[2] == "(((\"a\" OR \"=a\") AND (\"b\" OR \"=b\")) AND (\"=a\" OR \"=b\"))");
  CHECK(match_expressions("a b c d e f", {}, known).size() == 2 + 4 + 1);
}

}  // namespace litezoo::catalog
