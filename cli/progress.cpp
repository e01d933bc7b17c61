#include "cli/progress.h"

#include <fmt/format.h>

#include <ostream>

#include "base/text.h"
#include "cli/context.h"

namespace litezoo::cli {
namespace {

constexpr std::size_t kNameWidth = 48;

std::string shortened(const std::string& name) {
  const std::string safe = escape_for_terminal(name);
  return safe.size() <= kNameWidth ? safe : "..." + safe.substr(safe.size() - kNameWidth + 3);
}

}  // namespace

void ProgressLine::show(const std::string& what, Bytes received, std::optional<Bytes> total) {
  const auto now = std::chrono::steady_clock::now();
  if (what != what_) {
    what_ = what;
    started_ = now;
  }
  const bool complete = total && received >= *total;
  if (!complete && now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const auto rate = seconds > 0.1 ? static_cast<double>(received.count) / seconds : 0.0;
  std::string line = fmt::format("\r\x1b[K{}  {}", shortened(what), to_text(received));
  if (total) line += fmt::format(" of {}", to_text(*total));
  if (rate > 0) line += fmt::format("  {}/s", to_text(Bytes{static_cast<std::uint64_t>(rate)}));
  if (total && rate > 0 && !complete) {
    const auto left = static_cast<double>(total->count - received.count) / rate;
    line += fmt::format("  {:.0f} s left", left);
  }
  context_->err << line << (complete ? "\r\x1b[K" : "") << std::flush;
}

}  // namespace litezoo::cli
