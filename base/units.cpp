#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "base/error.h"

namespace litezoo {
namespace {

std::string scaled(double value, std::string_view unit) {
  const int digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, digits, unit);
}

struct Quantity {
  double number;
  std::string_view unit;
};

std::optional<Quantity> split_quantity(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  return Quantity{number, unit};
}

template <std::size_t N>
std::optional<double> factor_of(std::string_view unit,
                                const std::array<std::pair<std::string_view, double>, N>& table) {
  for (const auto& [name, factor] : table) {
    if (name == unit) return factor;
  }
  return std::nullopt;
}

constexpr auto kSizeUnits =
    std::to_array<std::pair<std::string_view, double>>({{"", 1},
                                                        {"B", 1},
                                                        {"k", 1e3},
                                                        {"K", 1e3},
                                                        {"kB", 1e3},
                                                        {"KB", 1e3},
                                                        {"M", 1e6},
                                                        {"MB", 1e6},
                                                        {"G", 1e9},
                                                        {"GB", 1e9},
                                                        {"KiB", 1024.0},
                                                        {"MiB", 1024.0 * 1024},
                                                        {"kb", 1e3},
                                                        {"mb", 1e6},
                                                        {"gb", 1e9},
                                                        {"GiB", 1024.0 * 1024 * 1024}});

constexpr auto kDurationUnits = std::to_array<std::pair<std::string_view, double>>({{"ns", 1},
                                                                                    {"us", 1e3},
                                                                                    {"µs", 1e3},
                                                                                    {"ms", 1e6},
                                                                                    {"s", 1e9},
                                                                                    {"m", 60e9},
                                                                                    {"min", 60e9},
                                                                                    {"h", 3600e9}});

}  // namespace

std::string to_text(Bytes size) {
  const auto count = static_cast<double>(size.count);
  if (size.count < 1000) return fmt::format("{} B", size.count);
  if (count < 999.5e3) return scaled(count / 1e3, "kB");
  if (count < 999.5e6) return scaled(count / 1e6, "MB");
  return scaled(count / 1e9, "GB");
}

std::string to_text(Nanoseconds duration) {
  const auto count = static_cast<double>(duration.count());
  if (duration.count() < 1000) return fmt::format("{} ns", duration.count());
  if (count < 999.5e3) return scaled(count / 1e3, "us");
  if (count < 999.5e6) return scaled(count / 1e6, "ms");
  return scaled(count / 1e9, "s");
}

std::string count_to_text(std::uint64_t count) {
  const auto value = static_cast<double>(count);
  if (count < 1000) return fmt::format("{}", count);
  if (value < 999.5e3) return scaled(value / 1e3, "k");
  if (value < 999.5e6) return scaled(value / 1e6, "M");
  return scaled(value / 1e9, "G");
}

Bytes parse_bytes(std::string_view text) {
  if (const auto quantity = split_quantity(text)) {
    const auto factor = factor_of(quantity->unit, kSizeUnits);
    if (factor && quantity->number * *factor < 9e18) {
      return {static_cast<std::uint64_t>(std::llround(quantity->number * *factor))};
    }
  }
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is not a size; write it like 4MB, 512kB or 1048576", text));
}

Nanoseconds parse_duration(std::string_view text) {
  if (const auto quantity = split_quantity(text)) {
    const auto factor = factor_of(quantity->unit, kDurationUnits);
    if (factor && quantity->number * *factor < 9e18) {
      return Nanoseconds(std::llround(quantity->number * *factor));
    }
  }
  throw Error(ErrorKind::usage,
              fmt::format("'{}' is not a duration; write it like 20ms, 300us or 1.5s", text));
}

}  // namespace litezoo
