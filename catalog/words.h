#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"

namespace litezoo::catalog {

// The words of a search text, lower case: runs of letters, digits and bytes beyond ASCII.
std::vector<std::string> words_of(std::string_view text);

// The front part of a word that its relatives share: "classifier" and "classification" ->
// "classifi" and "classificat", "detectors" -> "detect". Full text is asked for what begins with
// it.
std::string stem(std::string_view word);

// An FTS5 expression for artifact_text: every word occurs, as the beginning of one; words that
// together name a task may be replaced by that task. Empty when the text has no word.
std::string match_expression(std::string_view text, const std::vector<Task>& tasks);

}  // namespace litezoo::catalog
