#include "fetcher/session.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/error.h"

namespace litezoo::fetcher {

Transport& Session::transport() {
  if (settings_.offline) {
    throw Error(ErrorKind::network, "the network is off (--offline); run again without it");
  }
  const std::scoped_lock lock(made_);
  if (!transport_) {
    TransportSettings settings;
    settings.connect_timeout = settings_.connect_timeout;
    settings.stall_timeout = settings_.stall_timeout;
    settings.bytes_per_second = settings_.bytes_per_second;
    settings.cancelled = settings_.cancelled;
    settings.note = [this](const std::string& line) { note(line); };
    transport_ = std::make_unique<Transport>(std::move(settings));
  }
  return *transport_;
}

const NpmConfig& Session::npm_config() {
  const std::scoped_lock lock(made_);
  if (!npm_config_) {
    std::error_code ignored;
    const auto here = std::filesystem::current_path(ignored);
    npm_config_ = std::make_unique<NpmConfig>(environment_variables(), here);
  }
  return *npm_config_;
}

void Session::report(const FetchProgress& progress) {
  if (!settings_.progress) return;
  const std::scoped_lock lock(told_);
  settings_.progress(progress);
}

void Session::note(const std::string& line) {
  if (!settings_.note) return;
  const std::scoped_lock lock(told_);
  settings_.note(line);
}

void Session::heed(const std::string& origin, const HttpHead& head) {
  const auto limit = rate_limit(head);
  if (!limit || limit->left > 0) return;
  const std::scoped_lock lock(made_);
  closed_until_[origin] = Clock::now() + limit->reset + std::chrono::seconds(1);
}

void Session::wait_for_turn(const std::string& origin) {
  Clock::time_point until;
  {
    const std::scoped_lock lock(made_);
    const auto found = closed_until_.find(origin);
    if (found == closed_until_.end()) return;
    until = found->second;
  }
  const auto seconds = [&] {
    return std::chrono::duration_cast<std::chrono::seconds>(until - Clock::now()).count() + 1;
  };
  if (Clock::now() >= until) return;
  if (until - Clock::now() > settings_.longest_rate_wait) {
    throw Error(ErrorKind::network, origin + " takes no more requests for " +
                                        std::to_string(seconds()) + " s; try again then");
  }
  note(origin + " takes no more requests for now; waiting " + std::to_string(seconds()) + " s");
  sleep_unless_cancelled(settings_,
                         std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()));
}

void require_not_cancelled(const FetchSettings& settings) {
  if (settings.cancelled && settings.cancelled()) {
    throw Error(ErrorKind::interrupted, "interrupted");
  }
}

void sleep_unless_cancelled(const FetchSettings& settings, std::chrono::milliseconds time) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + time;
  for (auto left = Clock::duration(time); left > Clock::duration::zero();
       left = until - Clock::now()) {
    require_not_cancelled(settings);
    std::this_thread::sleep_for(std::min<Clock::duration>(left, std::chrono::milliseconds(50)));
  }
}

}  // namespace litezoo::fetcher
