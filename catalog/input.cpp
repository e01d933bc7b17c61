#include "catalog/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::catalog {
namespace {

constexpr auto kInputs = std::to_array<std::string_view>(
    {"audio", "image", "multimodal", "sensor", "tabular", "text", "video"});
constexpr auto kOfVideo = std::to_array<std::string_view>({"video", "image"});

// Tasks that are not named for what goes in.
constexpr auto kOthers = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"audio-speech-synthesis", "text"}, {"time-series-forecasting", "sensor"}});

}  // namespace

std::span<const std::string_view> inputs() noexcept {
  return kInputs;
}

std::string_view input_of_task(std::string_view task) noexcept {
  for (const auto& [id, input] : kOthers) {
    if (id == task) return input;
  }
  const std::string_view first = task.substr(0, task.find('-'));
  const auto* known = std::ranges::find(kInputs, first);
  return known == kInputs.end() ? std::string_view() : *known;
}

std::span<const std::string_view> inputs_fed_by(std::string_view source) {
  const auto* known = std::ranges::find(kInputs, source);
  if (known == kInputs.end()) {
    throw Error(ErrorKind::usage,
                fmt::format("unknown input '{}'; there are {}", escape_for_terminal(source),
                            fmt::join(kInputs, ", ")));
  }
  if (source == "video") return kOfVideo;
  return {known, 1};
}

}  // namespace litezoo::catalog
