#include "cli/progress.h"

#include <fmt/format.h>

#include <cmath>
#include <ostream>

#include "base/text.h"
#include "cli/context.h"

namespace litezoo::cli {
namespace {

constexpr std::size_t kNameWidth = 48;
constexpr auto kWindow = std::chrono::seconds(5);

std::string shortened(const std::string& name) {
  const std::string safe = escape_for_terminal(name);
  return safe.size() <= kNameWidth ? safe : "..." + safe.substr(safe.size() - kNameWidth + 3);
}

std::string time_left(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole / 60 % 60);
}

}  // namespace

void ProgressLine::show(const fetcher::FetchProgress& step) {
  transfers_[step.name] = step;
  const auto now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  draw(now);
}

void ProgressLine::forget(const std::string& name) {
  const auto found = transfers_.find(name);
  if (found == transfers_.end()) return;
  finished_ += found->second.received.count;
  transfers_.erase(found);
  if (transfers_.empty()) context_->err << "\r\x1b[K" << std::flush;
}

double ProgressLine::bytes_per_second(Clock::time_point now, std::uint64_t received) {
  history_.emplace_back(now, received);
  while (history_.size() > 2 && now - history_.front().first > kWindow) history_.pop_front();
  const auto& [since, then] = history_.front();
  const double seconds = std::chrono::duration<double>(now - since).count();
  if (seconds < 0.2 || received < then) return 0;
  return static_cast<double>(received - then) / seconds;
}

void ProgressLine::draw(Clock::time_point now) {
  std::uint64_t received = 0;
  std::uint64_t total = 0;
  bool known = true;
  for (const auto& [name, step] : transfers_) {
    received += step.received.count;
    known = known && step.total.has_value();
    if (step.total) total += step.total->count;
  }
  const double rate = bytes_per_second(now, finished_ + received);
  std::string line = transfers_.size() == 1 ? shortened(transfers_.begin()->first)
                                            : fmt::format("{} files", transfers_.size());
  line += fmt::format("  {}", to_text(Bytes{received}));
  if (known) line += fmt::format(" of {}", to_text(Bytes{total}));
  if (rate > 0) line += fmt::format("  {}/s", to_text(Bytes{static_cast<std::uint64_t>(rate)}));
  if (known && rate > 0 && total > received) {
    line += fmt::format("  {} left", time_left(static_cast<double>(total - received) / rate));
  }
  context_->err << "\r\x1b[K" << line << std::flush;
}

}  // namespace litezoo::cli
