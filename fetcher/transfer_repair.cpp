#include <algorithm>

#include "base/file.h"
#include "fetcher/transfer.h"

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kSample = 4096;
// More requests than that are no cheaper than a new beginning.
constexpr std::size_t kMostSamples = 64;

}  // namespace

// Bytes of several answers that are wrong together: of another version, of another mirror, or
// shifted by a server. No hub states digests of parts, so each answer's first bytes are asked for
// again, and the blocks of those that differ now are dropped, to come again. False when that finds
// none, or none to keep.
bool Transfer::drop_doubtful() {
  std::vector<Stretch> doubtful;
  const std::size_t parts = static_cast<std::size_t>(
      std::ranges::count_if(parts_, [](const Stretch& part) { return part.from < part.to; }));
  if (repaired_ || parts < 2 || parts > kMostSamples) return false;
  repaired_ = true;
  for (const Stretch& part : parts_) {
    if (part.from == part.to) continue;
    require_not_cancelled(session_.settings());
    const Stretch sample{part.from, std::min(part.to, part.from + kSample)};
    const auto now = ask_again(sample);
    if (!now) return false;
    std::vector<std::byte> here(now->size());
    blocks_.read(sample.from, here);
    if (as_text(here) != *now) doubtful.push_back(part);
  }
  if (doubtful.empty() || doubtful.size() == parts) return false;
  const std::scoped_lock lock(mutex_);
  for (const Stretch& part : doubtful) {
    blocks_.drop(part);
    std::erase(parts_, part);
  }
  return true;
}

// Nothing when the server does not give the bytes.
std::optional<std::string> Transfer::ask_again(const Stretch& sample) const {
  Lane lane;
  lane.asked_from = lane.at = sample.from;
  lane.to = sample.to;
  lane.ranged = lane.bounded = true;
  std::string bytes;
  HttpSink sink;
  sink.head = [&lane](const HttpHead& head) {
    const auto range = content_range(head);
    if (head.status != 206 || !range || range->first != lane.at) throw Enough{};
  };
  sink.body = [&](std::span<const std::byte> piece) {
    bytes += as_text(piece);
    if (bytes.size() > sample.to - sample.from) throw Enough{};
  };
  try {
    const HttpReply reply = session_.transport().send(request_for(lane), sink);
    if (!reply.failure.empty() || reply.status() != 206) return std::nullopt;
  } catch (const Enough&) {
    return std::nullopt;
  }
  if (bytes.size() != sample.to - sample.from) return std::nullopt;
  return bytes;
}

}  // namespace litezoo::fetcher
