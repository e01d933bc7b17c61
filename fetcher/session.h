#pragma once

#include <map>
#include <memory>
#include <string>

#include "fetcher/fetch.h"
#include "fetcher/npm_config.h"
#include "fetcher/partial.h"
#include "fetcher/transport.h"

namespace litezoo::fetcher {

// What the sources and transfers of one Fetcher share. Everything in it is made at its first use.
class Session {
 public:
  Session(const Store& store, FetchSettings settings)
      : store_(store), settings_(std::move(settings)) {}

  const Store& store() const noexcept { return store_; }
  const FetchSettings& settings() const noexcept { return settings_; }

  // Throws Error(network) when the settings say offline: no socket is ever opened then.
  Transport& transport();
  const NpmConfig& npm_config();

  // Answers of registries, by URL.
  std::map<std::string, std::string> texts;
  // Archives downloaded and verified, by their first URL; gone with the session.
  std::map<std::string, GrowingFile> archives;

 private:
  const Store& store_;
  FetchSettings settings_;
  std::unique_ptr<Transport> transport_;
  std::unique_ptr<NpmConfig> npm_config_;
};

// Throws Error(interrupted) when the user asked to stop.
void require_not_cancelled(const FetchSettings& settings);

}  // namespace litezoo::fetcher
