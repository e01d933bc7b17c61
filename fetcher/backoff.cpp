#include "fetcher/backoff.h"

#include <algorithm>
#include <random>

namespace litezoo::fetcher {

std::chrono::milliseconds pause_after(const HttpReply& reply, int failures,
                                      std::chrono::milliseconds first) {
  if (!reply.hops.empty()) {
    if (const auto asked = retry_after(reply.hops.back())) return *asked;
  }
  thread_local std::minstd_rand generator{std::random_device{}()};
  std::uniform_real_distribution<double> jitter(0.5, 1.5);
  const auto base = first * (1 << std::clamp(failures - 1, 0, 6));
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(base.count()) * jitter(generator)));
}

}  // namespace litezoo::fetcher
