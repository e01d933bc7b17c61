#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/nouns.h"
#include "base/text.h"

namespace litezoo::catalog {

// The words of a search text, lower case: runs of letters, digits and bytes beyond ASCII.
std::vector<std::string> words_of(std::string_view text);

// Calls use(std::string_view) with each of them, valid during the call.
template <typename Use>
void for_each_word(std::string_view text, Use use);

// The front part of a word that its relatives share: "classifier" and "classification" ->
// "classifi" and "classificat", "detectors" -> "detect". Full text is asked for what begins with
// it.
std::string stem(std::string_view word);

// The words of the full text that a word of a search stands for; empty = whatever begins with its
// stem. Asking for whole words is much faster when many artifacts have them.
using WordsFor = std::function<std::vector<std::string>(const std::string& word)>;

// FTS5 expressions for artifact_text, best first, each also true of whatever an earlier one is true
// of, the last one of all that fits: every word occurs, as the beginning of one; words that
// together name a task may be replaced by that task. The ones before ask for more: that all words
// are words of the name, or all together name the task, that all begin a word of the name, that all
// but one do, and so on. Empty when the text has no word.
std::vector<std::string> match_expressions(std::string_view text, const std::vector<Task>& tasks,
                                           const WordsFor& words_for = {});

bool is_word_character(char c) noexcept;  // of a text in lower case

template <typename Use>
void for_each_word(std::string_view text, Use use) {
  const std::string lower = to_lower(text);
  for (auto begin = lower.begin(); begin != lower.end();) {
    begin = std::find_if(begin, lower.end(), is_word_character);
    const auto end = std::find_if_not(begin, lower.end(), is_word_character);
    if (begin != end) use(std::string_view(begin, end));
    begin = end;
  }
}

}  // namespace litezoo::catalog
