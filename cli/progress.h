#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <utility>

#include "fetcher/fetch.h"

namespace litezoo::cli {

struct Context;

// One line on the terminal for all transfers under way: what has arrived, how fast over the last
// seconds, and when it should be done.
class ProgressLine {
 public:
  explicit ProgressLine(const Context& context) : context_(&context) {}
  // Redraws at most ten times a second; takes the line away when everything has arrived.
  void show(const fetcher::FetchProgress& step);
  // A file is done or given up: it counts no more.
  void forget(const std::string& name);

 private:
  using Clock = std::chrono::steady_clock;
  void draw(Clock::time_point now);
  double bytes_per_second(Clock::time_point now, std::uint64_t received);

  const Context* context_;
  std::map<std::string, fetcher::FetchProgress> transfers_;  // by name
  std::uint64_t finished_ = 0;                               // bytes of those forgotten
  std::deque<std::pair<Clock::time_point, std::uint64_t>> history_;
  Clock::time_point drawn_;
};

}  // namespace litezoo::cli
