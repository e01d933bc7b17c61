#include "fetcher/session.h"

#include <filesystem>

#include "base/error.h"

namespace litezoo::fetcher {

Transport& Session::transport() {
  if (settings_.offline) {
    throw Error(ErrorKind::network, "the network is off (--offline); run again without it");
  }
  if (!transport_) {
    TransportSettings settings;
    settings.connect_timeout = settings_.connect_timeout;
    settings.stall_timeout = settings_.stall_timeout;
    settings.cancelled = settings_.cancelled;
    transport_ = std::make_unique<Transport>(std::move(settings));
  }
  return *transport_;
}

const NpmConfig& Session::npm_config() {
  if (!npm_config_) {
    std::error_code ignored;
    const auto here = std::filesystem::current_path(ignored);
    npm_config_ = std::make_unique<NpmConfig>(environment_variables(), here);
  }
  return *npm_config_;
}

void require_not_cancelled(const FetchSettings& settings) {
  if (settings.cancelled && settings.cancelled()) {
    throw Error(ErrorKind::interrupted, "interrupted");
  }
}

}  // namespace litezoo::fetcher
