#include "catalog/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

#include "base/text.h"

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

std::string any_of(const std::string& word, const TermsFor& terms_for) {
  const auto terms = terms_for ? terms_for(word) : std::vector<std::string>();
  if (terms.empty()) return fmt::format("\"{}\"*", stem(word));
  if (terms.size() == 1) return fmt::format("\"{}\"", terms.front());
  return fmt::format("(\"{}\")", fmt::join(terms, "\" OR \""));
}

std::string all_of(std::span<const std::string> words, const TermsFor& terms_for) {
  std::string result;
  for (const auto& word : words) {
    result += fmt::format("{}{}", result.empty() ? "" : " AND ", any_of(word, terms_for));
  }
  return result;
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

std::string match_expression(std::string_view text, const std::vector<Task>& tasks,
                             const TermsFor& terms_for) {
  const auto words = words_of(text);
  const auto names = names_of_tasks(tasks);
  std::string result;
  for (std::size_t first = 0; first < words.size();) {
    std::size_t count = std::min(kMostWordsOfTask, words.size() - first);
    auto task = names.end();
    for (; count > 0; --count) {
      task = names.find(joined_stems(std::span(words).subspan(first, count)));
      if (task != names.end()) break;
    }
    count = std::max<std::size_t>(count, 1);
    std::string part = all_of(std::span(words).subspan(first, count), terms_for);
    if (task != names.end()) {
      part = fmt::format("({})", part);
      for (const auto& id : task->second) {
        part += fmt::format(" OR task : \"{}\"", fmt::join(words_of(id), " "));
      }
    }
    result += fmt::format("{}({})", result.empty() ? "" : " AND ", part);
    first += count;
  }
  return result;
}

}  // namespace litezoo::catalog
