#include "ranker/accuracy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::ranker {
namespace {

// Claims that are no measure of quality.
constexpr auto kOtherMetrics =
    std::to_array<std::string_view>({"", "latency", "size", "parameters", "macs", "metric"});

// Words by which a claim's variant names the precision it is about.
struct PrecisionWord {
  std::string_view word, precision;
};
constexpr auto kPrecisionWords = std::to_array<PrecisionWord>({
    {"float32", "float32"},
    {"fp32", "float32"},
    {"float16", "float16"},
    {"fp16", "float16"},
    {"uint8", "uint8"},
    {"int8", "int8"},
    {"w8a8", "int8"},
});

// Lower-case letters and digits: "ImageNet-1k" and "imagenet 1K" are one.
std::string key_of(std::string_view text) {
  std::string key;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (std::isalnum(code) != 0) key += static_cast<char>(std::tolower(code));
  }
  return key;
}

bool is_quality(const Claim& claim) {
  return std::ranges::find(kOtherMetrics, claim.metric) == kOtherMetrics.end();
}

AccuracyGroup group_of(const Claim& claim) {
  return {.metric = claim.metric, .dataset = claim.dataset, .split = claim.split};
}

bool same_data(std::string_view data, const AccuracyGroup& group) {
  const std::string key = key_of(data);
  return key == key_of(group.dataset + group.split) ||
         (group.split.empty() && key == key_of(group.dataset));
}

bool may_mean(const AccuracyConstraint& constraint, const AccuracyGroup& group) {
  if (!constraint.metric.empty() && key_of(constraint.metric) != key_of(group.metric)) return false;
  return constraint.data.empty() || same_data(constraint.data, group) ||
         key_of(constraint.data) == key_of(group.dataset);
}

double value_of(const Claim& claim) {
  const bool percent = claim.unit == "%" || claim.unit == "percent";
  return percent ? claim.value / 100 : claim.value;
}

// False when the claim says that it is about another precision than the candidate's.
bool fits_precision(const Claim& claim, const Candidate& candidate) {
  const std::string& own =
      candidate.inspection ? candidate.inspection->precision : candidate.artifact.precision;
  if (own.empty()) return true;
  const std::string variant = to_lower(claim.variant);
  for (const auto& [word, precision] : kPrecisionWords) {
    if (variant.starts_with(word)) return own == precision;
  }
  return true;
}

double parse_number(std::string_view text, const std::string& whole) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' is not an accuracy; write METRIC@DATASET/SPLIT>=0.7", whole));
  }
  return percent ? value / 100 : value;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

AccuracyConstraint parse_accuracy(const std::string& text) {
  AccuracyConstraint result{.text = text};
  const std::string_view whole = text;
  const std::size_t at_least = whole.find(">=");
  const std::size_t relation = at_least != std::string_view::npos ? at_least : whole.find("<=");
  if (relation == std::string_view::npos) {
    result.value = parse_number(trimmed(whole), text);
    return result;
  }
  result.at_least = relation == at_least;
  result.value = parse_number(trimmed(whole.substr(relation + 2)), text);
  const std::string_view subject = trimmed(whole.substr(0, relation));
  const std::size_t sign = subject.find('@');
  result.metric = std::string(trimmed(subject.substr(0, sign)));
  if (sign != std::string_view::npos) result.data = std::string(trimmed(subject.substr(sign + 1)));
  return result;
}

std::string name_of(const AccuracyGroup& group) {
  std::string text = group.metric;
  if (!group.dataset.empty()) text += "@" + group.dataset;
  if (!group.split.empty()) text += "/" + group.split;
  return text;
}

std::vector<AccuracyGroup> accuracy_groups(std::span<const Candidate> candidates) {
  std::set<AccuracyGroup> groups;
  for (const Candidate& candidate : candidates) {
    for (const Claim& claim : candidate.claims) {
      if (is_quality(claim)) groups.insert(group_of(claim));
    }
  }
  return {groups.begin(), groups.end()};
}

AccuracyConstraint resolve(const AccuracyConstraint& constraint,
                           std::span<const AccuracyGroup> groups) {
  std::vector<AccuracyGroup> meant;
  for (const AccuracyGroup& group : groups) {
    if (may_mean(constraint, group)) meant.push_back(group);
  }
  // "top1@ImageNet" is the group without a split when there is one.
  if (meant.size() > 1 && !constraint.data.empty()) {
    std::vector<AccuracyGroup> exact;
    for (const AccuracyGroup& group : meant) {
      if (same_data(constraint.data, group)) exact.push_back(group);
    }
    if (exact.size() == 1) meant = exact;
  }
  if (meant.empty()) return constraint;
  if (meant.size() > 1) {
    std::vector<std::string> names;
    names.reserve(meant.size());
    for (const AccuracyGroup& group : meant) names.push_back("'" + name_of(group) + "'");
    throw Error(ErrorKind::usage,
                fmt::format("accuracy '{}' could mean {}; these do not compare, name one",
                            constraint.text, join_names(names)));
  }
  AccuracyConstraint result = constraint;
  result.metric = meant.front().metric;
  result.data = meant.front().dataset;
  if (!meant.front().split.empty()) result.data += "/" + meant.front().split;
  return result;
}

std::optional<double> claimed_accuracy(const Candidate& candidate,
                                       const AccuracyConstraint& constraint) {
  std::optional<double> own;
  std::optional<double> inherited;
  for (const Claim& claim : candidate.claims) {
    if (!is_quality(claim) || !fits_precision(claim, candidate)) continue;
    const AccuracyGroup group = group_of(claim);
    const bool same_metric = key_of(constraint.metric) == key_of(group.metric);
    const bool no_data = constraint.data.empty() && group.dataset.empty();
    if (!same_metric || !(no_data || same_data(constraint.data, group))) continue;
    auto& worst = claim.artifact_or_model == candidate.artifact.name ? own : inherited;
    const double value = value_of(claim);
    const bool worse = !worst || (constraint.at_least ? value < *worst : value > *worst);
    if (worse) worst = value;
  }
  return own ? own : inherited;
}

}  // namespace litezoo::ranker
