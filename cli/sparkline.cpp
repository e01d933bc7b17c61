#include "cli/sparkline.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace litezoo::cli {
namespace {

constexpr auto kBars = std::to_array<std::string_view>({"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"});

}  // namespace

std::string sparkline(std::span<const Nanoseconds> samples, std::size_t width) {
  if (samples.size() < 8 || width == 0) return {};
  const auto [least, most] = std::ranges::minmax(samples);
  const double range = static_cast<double>((most - least).count()) + 1;
  std::vector<std::size_t> counts(width);
  for (const Nanoseconds sample : samples) {
    const double place = static_cast<double>((sample - least).count()) / range;
    ++counts[static_cast<std::size_t>(place * static_cast<double>(width))];
  }
  const std::size_t highest = std::ranges::max(counts);
  std::string line;
  for (const std::size_t count : counts) {
    // An empty bin is a gap; a single sample must still be seen.
    line += count == 0 ? " " : kBars[(count * kBars.size() - 1) / highest];
  }
  return line;
}

}  // namespace litezoo::cli
