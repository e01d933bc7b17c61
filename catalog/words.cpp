#include "catalog/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <unordered_map>

#include "base/text.h"
#include "catalog/document.h"

namespace litezoo::catalog {
namespace {

struct Suffix {
  std::string_view text;
  std::size_t shortest_stem;
};
// Longest first.
constexpr auto kSuffixes = std::to_array<Suffix>({{"ations", 5},
                                                  {"ation", 5},
                                                  {"ions", 5},
                                                  {"ing", 5},
                                                  {"ers", 5},
                                                  {"ors", 5},
                                                  {"ion", 5},
                                                  {"er", 5},
                                                  {"or", 5},
                                                  {"s", 4}});
constexpr std::size_t kMostWordsOfTask = 4;
// Of a longer text, only these are judged by how many of them the name has.
constexpr std::size_t kMostWordsJudged = 4;

std::string joined_stems(std::span<const std::string> words) {
  std::string result;
  for (const auto& word : words) result += stem(word) + ' ';
  return result;
}

// Stems of every way to say a task -> its id.
std::unordered_map<std::string, std::vector<std::string>> names_of_tasks(
    const std::vector<Task>& tasks) {
  std::unordered_map<std::string, std::vector<std::string>> names;
  const auto add = [&](std::string_view name, const Task& task) {
    auto& ids = names[joined_stems(words_of(name))];
    if (std::ranges::find(ids, task.id) == ids.end()) ids.push_back(task.id);
  };
  for (const auto& task : tasks) {
    add(task.id, task);
    add(task.display_name, task);
    for (const auto& synonym : task.synonyms) add(synonym, task);
  }
  return names;
}

// What is asked for one word.
struct Asked {
  std::string in_name;   // itself is a word of the name
  std::string begins;    // begins one
  std::string anywhere;  // or one of any other text
};

std::string joined(const std::vector<std::string>& parts, std::string_view by) {
  if (parts.size() == 1) return parts.front();
  return fmt::format("({})", fmt::join(parts, by));
}

Asked asked_for(const std::string& word, const WordsFor& words_for) {
  Asked asked{.in_name = match_of(name_term(word)), .begins = {}, .anywhere = {}};
  const auto words = words_for ? words_for(word) : std::vector<std::string>();
  std::vector<std::string> in_name;
  std::vector<std::string> plain;
  for (const auto& other : words) {
    in_name.push_back(match_of(name_term(other)));
    plain.push_back(match_of(other));
  }
  if (words.empty()) {
    in_name = {match_of(name_term(stem(word))) + '*'};
    plain = {match_of(stem(word)) + '*'};
  }
  asked.begins = joined(in_name, " OR ");
  plain.insert(plain.end(), in_name.begin(), in_name.end());
  asked.anywhere = joined(plain, " OR ");
  return asked;
}

std::string all_of(std::span<const Asked> words, std::string Asked::*field) {
  std::vector<std::string> parts;
  parts.reserve(words.size());
  for (const auto& word : words) parts.push_back(word.*field);
  return joined(parts, " AND ");
}

// `count` of the words begin one of the name, whichever.
std::string some_of(std::span<const Asked> words, std::size_t count) {
  std::vector<std::string> choices;
  for (unsigned set = 1; set < 1U << words.size(); ++set) {
    if (static_cast<std::size_t>(std::popcount(set)) != count) continue;
    std::vector<std::string> chosen;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if ((set >> i & 1U) != 0) chosen.push_back(words[i].begins);
    }
    choices.push_back(joined(chosen, " AND "));
  }
  return joined(choices, " OR ");
}

struct Fitting {
  std::string all;    // every word occurs, or the task that some together name
  std::string named;  // the tasks that all words together name; empty when some name none
};

Fitting fitting(const std::vector<std::string>& words, std::span<const Asked> asked,
                const std::vector<Task>& tasks) {
  const auto names = names_of_tasks(tasks);
  std::vector<std::string> parts;
  std::vector<std::string> named;
  for (std::size_t first = 0; first < words.size();) {
    std::size_t count = std::min(kMostWordsOfTask, words.size() - first);
    auto task = names.end();
    for (; count > 0; --count) {
      task = names.find(joined_stems(std::span(words).subspan(first, count)));
      if (task != names.end()) break;
    }
    count = std::max<std::size_t>(count, 1);
    std::vector<std::string> ways = {all_of(asked.subspan(first, count), &Asked::anywhere)};
    if (task != names.end()) {
      std::vector<std::string> ids;
      for (const auto& id : task->second) ids.push_back(match_of(facet_term(FacetKind::task, id)));
      named.push_back(joined(ids, " OR "));
      ways.push_back(named.back());
    }
    parts.push_back(joined(ways, " OR "));
    first += count;
  }
  return {.all = joined(parts, " AND "),
          .named = named.size() == parts.size() ? joined(named, " AND ") : std::string()};
}

}  // namespace

bool is_word_character(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte >= 0x80;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for_each_word(text, [&](std::string_view word) { words.emplace_back(word); });
  return words;
}

std::string stem(std::string_view word) {
  for (const auto& suffix : kSuffixes) {
    if (word.ends_with(suffix.text) && word.size() >= suffix.shortest_stem + suffix.text.size()) {
      return std::string(word.substr(0, word.size() - suffix.text.size()));
    }
  }
  return std::string(word);
}

std::vector<std::string> match_expressions(std::string_view text, const std::vector<Task>& tasks,
                                           const WordsFor& words_for) {
  const auto words = words_of(text);
  if (words.empty()) return {};
  std::vector<Asked> asked;
  asked.reserve(words.size());
  for (const auto& word : words) asked.push_back(asked_for(word, words_for));
  const auto [all, named] = fitting(words, asked, tasks);
  const std::string in_name = all_of(asked, &Asked::in_name);
  std::vector<std::string> result = {in_name};
  const std::string or_named = named.empty() ? std::string() : " OR " + named;
  if (!named.empty()) result.push_back(in_name + or_named);
  result.push_back(all_of(asked, &Asked::begins) + or_named);
  const auto judged = std::span(asked).first(std::min(asked.size(), kMostWordsJudged));
  for (std::size_t count = judged.size(); count > 0; --count) {
    if (count == words.size()) continue;
    result.push_back(fmt::format("({} AND {}){}", all, some_of(judged, count), or_named));
  }
  result.push_back(all);
  return result;
}

}  // namespace litezoo::catalog
