#include "catalog/question.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::catalog {
namespace {

using Words = std::span<const std::string>;

constexpr auto kIdle = std::to_array<std::string_view>(
    {"a",        "an",     "the",   "and",    "any",  "best",  "do",  "find",    "for",
     "from",     "good",   "have",  "i",      "in",   "is",    "it",  "licence", "license",
     "licensed", "me",     "model", "models", "my",   "of",    "on",  "some",    "that",
     "there",    "tflite", "to",    "we",     "what", "which", "with"});

constexpr auto kSmall = std::to_array<std::string_view>(
    {"small", "smaller", "smallest", "tiny", "tiniest", "lightweight"});

constexpr auto kBelow = std::to_array<std::string_view>({"under", "below", "within", "<", "<="});
constexpr auto kBelowPairs = std::to_array<std::array<std::string_view, 2>>(
    {{"less", "than"}, {"smaller", "than"}, {"at", "most"}, {"up", "to"}});

struct Spelling {
  std::string_view word, precision;
};
constexpr auto kPrecisions = std::to_array<Spelling>({{"fp16", "float16"},
                                                      {"fp32", "float32"},
                                                      {"float16", "float16"},
                                                      {"float32", "float32"},
                                                      {"int16x8", "int16x8"},
                                                      {"int8", "int8"},
                                                      {"uint8", "uint8"}});

bool is_one_of(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// How many words at the front say "under"; 0 = none.
std::size_t words_of_below(Words words) {
  if (words.size() > 1) {
    const auto* pair = std::ranges::find_if(
        kBelowPairs, [&](const auto& p) { return p[0] == words[0] && p[1] == words[1]; });
    if (pair != kBelowPairs.end()) return 2;
  }
  return is_one_of(kBelow, words[0]) ? 1 : 0;
}

// A bare number is a count of something else: "at most 5 classes".
std::optional<Bytes> size_of(const std::string& text) {
  if (text.empty() || !text.ends_with('b')) return std::nullopt;
  try {
    return parse_bytes(text);
  } catch (const Error&) {
    return std::nullopt;  // "under water"
  }
}

// Each takes what it understands from the front of the words, notes it, and says how many words
// that was.
std::size_t read_size(Words words, Reading& reading) {
  const std::size_t below = words_of_below(words);
  if (below == 0 || below == words.size() || reading.query.max_size) return 0;
  // "5MB", or "5 MB"
  for (const std::size_t parts : {2U, 1U}) {
    if (below + parts > words.size()) continue;
    const std::string text = fmt::format("{}", fmt::join(words.subspan(below, parts), ""));
    if (const auto size = size_of(text)) {
      reading.query.max_size = size;
      reading.options.push_back("--max-size " + text);
      return below + parts;
    }
  }
  return 0;
}

std::size_t read_small(Words words, Reading& reading) {
  if (!is_one_of(kSmall, words[0]) || reading.query.sort != SortKey::relevance) return 0;
  reading.query.sort = SortKey::size;
  reading.options.emplace_back("--sort size");
  return 1;
}

std::size_t read_license(Words words, Reading& reading) {
  const auto wanted = parse_license_class(words[0]);
  const bool names_one = wanted && *wanted != LicenseClass::unknown;
  if (!names_one || !reading.query.license.empty()) return 0;
  reading.query.license = words[0];
  reading.options.push_back("--license " + words[0]);
  return 1;
}

std::size_t read_precision(Words words, Reading& reading) {
  const auto* row = std::ranges::find(kPrecisions, words[0], &Spelling::word);
  if (row == kPrecisions.end() || !reading.query.precision.empty()) return 0;
  reading.query.precision = row->precision;
  reading.options.push_back(fmt::format("--precision {}", row->precision));
  return 1;
}

constexpr auto kReaders = std::to_array<std::size_t (*)(Words, Reading&)>(
    {read_size, read_small, read_license, read_precision});

std::size_t read_front(Words words, Reading& reading) {
  for (const auto read : kReaders) {
    if (const std::size_t taken = read(words, reading); taken > 0) return taken;
  }
  return 0;
}

// Lower case, between white space and commas, without a question mark at the end.
std::vector<std::string> spoken_words(std::string_view text) {
  std::string spaced = to_lower(text);
  std::ranges::replace_if(
      spaced, [](char c) { return c == ',' || c == '?' || c == '\t' || c == '\n'; }, ' ');
  auto words = split(spaced, ' ');
  std::erase(words, std::string());
  return words;
}

bool fits_something(Catalog& catalog, SearchQuery query) {
  query.after.clear();
  query.limit = 1;
  return !search(catalog, query).rows.empty();
}

}  // namespace

std::optional<Reading> read_question(const SearchQuery& query) {
  Reading reading{.query = query, .options = {}};
  std::vector<std::string> rest;
  const auto words = spoken_words(query.text);
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t taken = read_front(Words(words).subspan(at), reading);
    if (taken == 0 && !is_one_of(kIdle, words[at])) rest.push_back(words[at]);
    at += std::max<std::size_t>(taken, 1);
  }
  const bool says_nothing = rest.empty() && reading.options.empty();
  if (says_nothing || rest.size() == words.size()) return std::nullopt;
  reading.query.text = fmt::format("{}", fmt::join(rest, " "));
  return reading;
}

std::optional<Reading> understood(Catalog& catalog, const SearchQuery& query) {
  auto reading = read_question(query);
  if (!reading || fits_something(catalog, query)) return std::nullopt;
  SearchQuery any_size = reading->query;
  any_size.max_size.reset();
  if (!fits_something(catalog, any_size)) return std::nullopt;
  return reading;
}

}  // namespace litezoo::catalog
