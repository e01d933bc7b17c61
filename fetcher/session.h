#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "fetcher/fetch.h"
#include "fetcher/npm_config.h"
#include "fetcher/once_map.h"
#include "fetcher/partial.h"
#include "fetcher/transport.h"

namespace litezoo::fetcher {

// A package or wrapper that was downloaded and verified; read by one thread at a time.
struct SharedArchive {
  std::mutex mutex;
  std::unique_ptr<Partial> partial;
};

// What the sources and transfers of one Fetcher share. Everything in it is made at its first use.
// Any thread.
class Session {
 public:
  Session(const Store& store, FetchSettings settings)
      : store_(store), settings_(std::move(settings)) {}

  const Store& store() const noexcept { return store_; }
  const FetchSettings& settings() const noexcept { return settings_; }

  // Throws Error(network) when the settings say offline: no socket is ever opened then.
  Transport& transport();
  const NpmConfig& npm_config();

  // To the settings' progress and note functions, one call at a time.
  void report(const FetchProgress& progress);
  void note(const std::string& line);

  // Waits until a hub whose answers said that no more requests are allowed in this window takes
  // them again; `heed` remembers what an answer says. Throws Error(interrupted), and Error(network)
  // when the wait would be longer than the settings allow.
  void wait_for_turn(const std::string& origin);
  void heed(const std::string& origin, const HttpHead& head);

  // Answers of registries, by URL.
  OnceMap<std::string> texts;
  // By their first URL; gone with the session.
  OnceMap<std::unique_ptr<SharedArchive>> archives;

 private:
  using Clock = std::chrono::steady_clock;

  const Store& store_;
  FetchSettings settings_;
  std::mutex made_;  // guards the three below
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<NpmConfig> npm_config_;
  std::map<std::string, Clock::time_point> closed_until_;  // by origin
  std::mutex told_;                                        // held while the user is told
};

// Throws Error(interrupted) when the user asked to stop.
void require_not_cancelled(const FetchSettings& settings);

// Throws Error(interrupted) when the user asks to stop meanwhile.
void sleep_unless_cancelled(const FetchSettings& settings, std::chrono::milliseconds time);

}  // namespace litezoo::fetcher
