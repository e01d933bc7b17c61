#include "ranker/release.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/error.h"

namespace litezoo::ranker {
namespace {

struct Unit {
  double size;
  std::string_view name;
};

// Rounded up, so that the limit holds for the value it was made from.
std::string rounded_up(double value, std::span<const Unit> units) {
  Unit unit = units.front();
  for (const Unit& larger : units) {
    if (value >= larger.size) unit = larger;
  }
  const double scaled = value / unit.size;
  double step = 1;
  while (scaled < 100 * step && step > 0.001) step /= 10;
  while (scaled >= 1000 * step) step *= 10;
  const double up = std::ceil(scaled / step - 1e-9) * step;
  return fmt::format("{:.10g}{}", up, unit.name);
}

}  // namespace

std::optional<Release> parse_release(std::string_view text) {
  std::array<int, 3> parts{};
  std::size_t count = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  while (at != end && count < parts.size()) {
    const auto [stop, error] = std::from_chars(at, end, parts[count]);
    if (error != std::errc() || parts[count] < 0) return std::nullopt;
    ++count;
    if (stop == end)
      return count < 2 ? std::nullopt : std::optional(Release{parts[0], parts[1], parts[2]});
    if (*stop != '.') return std::nullopt;
    at = stop + 1;
  }
  return std::nullopt;
}

std::optional<Release> release_wanted(const std::string& target) {
  const std::size_t colon = target.find(':');
  const std::string_view name = std::string_view(target).substr(0, colon);
  if (name != "litert" && name != "tflite") return std::nullopt;
  const auto release = colon == std::string::npos
                           ? std::nullopt
                           : parse_release(std::string_view(target).substr(colon + 1));
  if (!release) {
    throw Error(ErrorKind::usage,
                fmt::format("'{}' names no release; write it like litert:2.14", target));
  }
  return release;
}

Judgement judge_release(const std::string& needed, const Release& wanted) {
  const auto release = parse_release(needed);
  if (!release) return {Outcome::unknown, "the runtime release it needs is not known"};
  if (*release <= wanted) return {};
  return {.outcome = Outcome::fails,
          .reason = fmt::format("it needs the runtime of release {}, later than {}.{}", needed,
                                wanted.major, wanted.minor),
          .needed = fmt::format("--runs-on litert:{}.{}", release->major, release->minor)};
}

std::string option_text(Bytes size) {
  static constexpr auto kUnits =
      std::to_array<Unit>({{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}});
  return rounded_up(static_cast<double>(size.count), kUnits);
}

std::string option_text(Nanoseconds time) {
  static constexpr auto kUnits =
      std::to_array<Unit>({{1, "ns"}, {1e3, "us"}, {1e6, "ms"}, {1e9, "s"}});
  return rounded_up(static_cast<double>(time.count()), kUnits);
}

}  // namespace litezoo::ranker
