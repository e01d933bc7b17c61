#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ranker/criteria.h"

namespace litezoo::ranker {

// A release of TensorFlow Lite, whose numbers inspections tell (LiteRT went on with its own).
struct Release {
  int major = 0, minor = 0, patch = 0;
  auto operator<=>(const Release&) const = default;
};

// "2.14" or "2.14.1"; nullopt for anything else.
std::optional<Release> parse_release(std::string_view text);

// Of "litert:2.14" or "tflite:2.14"; nullopt for another kind of target ("gpu"). Throws
// Error(usage) when the part behind the colon is no release.
std::optional<Release> release_wanted(const std::string& target);

// Whether a file that asks for `needed` runs on that release.
Judgement judge_release(const std::string& needed, const Release& wanted);

// A size or time rounded up to three digits, as an option takes it: "5.43MB", "24.1ms".
std::string option_text(Bytes size);
std::string option_text(Nanoseconds time);

}  // namespace litezoo::ranker
