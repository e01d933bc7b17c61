#include "catalog/rank.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>
#include <utility>

#include "catalog/words.h"

namespace litezoo::catalog {
namespace {

constexpr int kEqual = 40;
constexpr int kBeginning = 30;
constexpr int kMostFurtherWords = 20;

struct Wanted {
  std::string word, stem;
};

std::vector<Wanted> wanted_of(const std::vector<std::string>& words) {
  std::vector<Wanted> wanted;
  wanted.reserve(words.size());
  for (const auto& word : words) wanted.push_back({.word = word, .stem = stem(word)});
  return wanted;
}

// A thousand names are scored for one search: their words are looked at where they are.
int score_name(std::string_view name, const std::vector<Wanted>& wanted) {
  constexpr std::size_t kMostWords = 64;
  std::array<int, kMostWords> best{};
  const std::size_t count = std::min(wanted.size(), kMostWords);
  int further = 0;
  for_each_word(name, [&](std::string_view word) {
    ++further;
    for (std::size_t i = 0; i < count; ++i) {
      if (word == wanted[i].word) {
        best[i] = kEqual;
      } else if (word.starts_with(wanted[i].stem)) {
        best[i] = std::max(best[i], kBeginning);
      }
    }
  });
  return std::accumulate(best.begin(), best.end(), 0) - std::min(further, kMostFurtherWords);
}

}  // namespace

int score(std::string_view name, const std::vector<std::string>& words) {
  return score_name(name, wanted_of(words));
}

void rank(std::vector<Candidate>& candidates, std::string_view text) {
  const auto wanted = wanted_of(words_of(text));
  std::vector<std::pair<int, std::size_t>> order;
  order.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    order.emplace_back(-score_name(candidates[i].name, wanted), i);
  }
  const auto key = [&](const std::pair<int, std::size_t>& place) {
    const Candidate& candidate = candidates[place.second];
    return std::tuple(place.first, candidate.order_size, candidate.id);
  };
  std::ranges::sort(order, {}, key);
  std::vector<Candidate> ranked;
  ranked.reserve(candidates.size());
  for (const auto& place : order) ranked.push_back(std::move(candidates[place.second]));
  candidates = std::move(ranked);
}

}  // namespace litezoo::catalog
