#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "fetcher/answer_check.h"
#include "fetcher/ask.h"
#include "fetcher/backoff.h"
#include "fetcher/transfer.h"

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kLeastProgress = std::uint64_t{64} << 10;
constexpr std::uint64_t kMostProgress = std::uint64_t{1} << 20;
// So often it may break off before the user is told why it takes so long.
constexpr int kManyBreaks = 5;

}  // namespace

// What an ended request means. Throws when the transfer cannot be saved.
void Transfer::settle(const LanePointer& lane, const HttpResult& result) {
  bool enough = false;
  if (result.thrown) {
    try {
      std::rethrow_exception(result.thrown);
    } catch (const Enough&) {
      enough = true;
    }
  }
  if (lane->refused) return settle_refused(*lane);
  const HttpReply& reply = result.reply;
  const bool success = reply.status() / 100 == 2;
  bool has_some = false;
  {
    const std::scoped_lock lock(mutex_);
    const bool ended = enough || (success && reply.failure.empty());
    if (ended) require_file_start(start_of_file(), blocks_.received(), shown_);
    if (ended && !total_) ended_without_total_ = true;
    if (ended_without_total_) total_ = blocks_.received();
    const bool all = total_ && blocks_.received() == *total_;
    // Only what brought something may end without being counted, or a server could make us ask
    // for ever.
    const bool brought = ended && lane->at > parts_[lane->part].from;
    if (all || (brought && lane->at >= lane->to)) return;
    has_some = blocks_.received() > 0;
  }
  if (reply.status() == 416 && has_some) return settle_refused(*lane);
  retry(reply);
}

// No part of our file came: with others under way it is asked for again after them, alone the
// file begins anew and is asked for whole.
void Transfer::settle_refused(const Lane& lane) {
  {
    const std::scoped_lock lock(mutex_);
    one_request_ = true;
    lanes_allowed_ = 1;
    if (!lanes_.empty()) return;
  }
  if (lane.asked_from == 0 && !lane.bounded) throw_other_ranges();
  begin_again();
}

void Transfer::retry(const HttpReply& reply) {
  {
    const std::scoped_lock lock(mutex_);
    if (!lanes_.empty()) {
      // A server that fails one of several requests may want fewer.
      lanes_allowed_ = most_lanes_ = lanes_.size();
      return;
    }
    lanes_allowed_ = 1;
    // A transfer that moves is not given up, however often it breaks.
    if (blocks_.received() >= furthest_ + enough()) {
      furthest_ = blocks_.received();
      failures_ = 0;
    }
  }
  ++failures_;
  const FetchSettings& settings = session_.settings();
  const bool short_answer = !reply.hops.empty() && reply.status() / 100 == 2;
  const bool again = short_answer || is_worth_another(reply, settings.longest_wait);
  if (!again || failures_ > settings.retries) throw_failed(reply);
  if (++breaks_ == kManyBreaks) {
    session_.note("'" + shown_ + "' breaks off again and again; going on with it, " + what_came());
  }
  if (!proven_ && validator_.empty()) restart();
  sleep_unless_cancelled(session_.settings(),
                         pause_after(reply, failures_, session_.settings().first_backoff));
}

// Bytes that set the count of failures back. Without them a server that gives a little and then
// hangs could keep us for ever.
std::uint64_t Transfer::enough() const {
  return std::clamp(total_.value_or(0) / 100, kLeastProgress, kMostProgress);
}

std::string Transfer::what_came() const {
  const std::string came = to_text(Bytes{blocks_.received()});
  return (total_ ? came + " of " + to_text(Bytes{*total_}) : came) + " came";
}

std::string Transfer::start_of_file() const {
  std::array<std::byte, 512> start{};
  const auto bytes = std::span(start).first(
      static_cast<std::size_t>(std::min<std::uint64_t>(start.size(), blocks_.frontier())));
  blocks_.read(0, bytes);
  return std::string(as_text(bytes));
}

// The place's digests, and those its server stated with the bytes.
std::vector<Digest> Transfer::expected() const {
  std::vector<Digest> digests = place_.digests;
  digests.insert(digests.end(), stated_.begin(), stated_.end());
  return digests;
}

// The content's SHA-256 when it is what the place promised. Nothing when the bytes are wrong and
// come again: several parts that did not belong together, or a first whole answer.
std::optional<std::string> Transfer::finish() {
  std::optional<Digest> wrong;
  std::string actual_hex, sha256;
  {
    const std::scoped_lock lock(mutex_);
    follow();
    const std::vector<Digest> found = follower_->finish(*total_);
    follower_.reset();
    sha256 = found.front().hex;
    for (const Digest& digest : expected()) {
      const auto actual = std::ranges::find(found, digest.kind, &Digest::kind);
      if (actual == found.end() || actual->hex == digest.hex) continue;
      wrong = digest;
      actual_hex = actual->hex;
    }
  }
  if (!wrong) return sha256;
  // A cache on the way may have kept what was damaged once.
  const bool first_time = !std::exchange(past_caches_, true);
  if (spliced_) {
    if (drop_doubtful()) {
      count_from_here();
      return std::nullopt;
    }
    if (++refusals_ > kMostBeginnings) throw_wrong(*wrong, actual_hex);
  } else {
    if (!first_time) throw_wrong(*wrong, actual_hex);
    session_.note("'" + shown_ + "' gave wrong bytes; asking once more, past caches");
  }
  const std::scoped_lock lock(mutex_);
  forget();
  count_from_here();
  lanes_allowed_ = 1;
  one_request_ = true;
  return std::nullopt;
}

void Transfer::throw_other_ranges() const {
  throw Error(ErrorKind::network,
              "'" + shown_ + "' answers with other ranges than asked for; try again later");
}

void Transfer::throw_failed(const HttpReply& reply) const {
  const bool ended = reply.hops.empty() || reply.status() / 100 == 2;
  if (ended && reply.failure.empty()) {
    throw Error(ErrorKind::network,
                "'" + shown_ + "' ends after " + std::to_string(blocks_.received()) + " of " +
                    std::to_string(total_.value_or(0)) + " bytes; try again later");
  }
  require_success(reply, url_);
  throw Error(ErrorKind::internal, "a whole answer of '" + shown_ + "' was not taken");
}

void Transfer::throw_wrong(const Digest& expected, const std::string& hex) const {
  throw Error(ErrorKind::corrupt, "'" + shown_ +
                                      "' gave wrong bytes: " + std::string(name_of(expected.kind)) +
                                      " is " + hex + ", expected " + expected.hex +
                                      "; ask its publisher which is right, or use another address");
}

void Transfer::throw_long() const {
  throw Error(ErrorKind::corrupt, "'" + shown_ + "' gives more than the " + to_text(limit()) +
                                      " expected; use another address");
}

}  // namespace litezoo::fetcher
