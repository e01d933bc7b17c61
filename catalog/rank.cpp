#include "catalog/rank.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "catalog/words.h"

namespace litezoo::catalog {
namespace {

constexpr int kEqual = 40;
constexpr int kBeginning = 30;
constexpr int kMostFurtherWords = 20;

}  // namespace

int score(std::string_view name, const std::vector<std::string>& words) {
  const auto in_name = words_of(name);
  int total = 0;
  for (const auto& word : words) {
    if (std::ranges::find(in_name, word) != in_name.end()) {
      total += kEqual;
      continue;
    }
    const std::string front = stem(word);
    const bool begins = std::ranges::any_of(
        in_name, [&](const std::string& other) { return other.starts_with(front); });
    if (begins) total += kBeginning;
  }
  return total - std::min(static_cast<int>(in_name.size()), kMostFurtherWords);
}

void rank(std::vector<Candidate>& candidates, std::string_view text) {
  const auto words = words_of(text);
  std::vector<std::pair<int, std::size_t>> order;
  order.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    order.emplace_back(-score(candidates[i].name, words), i);
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
