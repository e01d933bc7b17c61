#include <algorithm>
#include <utility>

#include "base/error.h"
#include "fetcher/answer_check.h"
#include "fetcher/transfer.h"

namespace litezoo::fetcher {
namespace {

// Waiting to be written, at most.
constexpr std::size_t kMostPieces = 8;

[[noreturn]] void refuse(Lane& lane) {
  lane.refused = true;
  throw Enough{};
}

}  // namespace

// The head of an answer with bytes.
void Transfer::on_head(Lane& lane, const HttpHead& head) {
  const std::scoped_lock lock(mutex_);
  require_file_head(head, shown_);
  const bool alone = lanes_.size() == 1;
  // A chunked body ends where it ends, whatever a Content-Length beside it claims.
  const bool chunked = head.header("transfer-encoding").has_value();
  std::optional<std::uint64_t> total = chunked ? std::nullopt : content_length(head);
  if (head.status == 206) {
    const auto range = content_range(head);
    const std::uint64_t first = range ? range->first : kUnknownEnd;
    total = range ? range->total : std::nullopt;
    const bool whole_file = alone && first == 0 && lane.asked_from > 0;
    if (whole_file) begin_anew(lane);
    const bool other_total = total && total_ && *total != *total_;
    const bool other_version =
        !proven_ && !validator_of(head).empty() && validator_of(head) != validator_;
    const bool too_short = total && *total < lane.at;
    if (first != lane.asked_from || other_total || too_short || (other_version && !whole_file)) {
      refuse(lane);
    }
  } else if (lane.asked_from > 0) {
    if (!alone) refuse(lane);
    begin_anew(lane);
  }
  if (!total_) total_ = total;
  // A body may be longer than its head says.
  if (total_ && *total_ >= lane.at) lane.to = std::min(lane.to, *total_);
  spliced_ = spliced_ || blocks_.received() > 0 || lane.ranged;
  validator_ = validator_of(head);
  lane.part = parts_.size();
  parts_.push_back({lane.at, lane.at});
  expect_stated(head);
  follow();
  journal();
  if (alone) watch(lane, head);
  if (total_ && *total_ > blocks_.received()) {
    require_room(session_.store().partial_directory(), Bytes{*total_ - blocks_.received()});
  }
}

// The answer is the whole file although only a part was asked for.
void Transfer::begin_anew(Lane& lane) {
  forget();
  if (++beginnings_ <= kMostBeginnings) count_from_here();
  lane.at = lane.arrived = lane.asked_from = 0;
  lane.seam.clear();
  lane.to = total_.value_or(kUnknownEnd);
  lane.bounded = false;
  one_request_ = true;
}

// The first answer tells whether further requests may run beside it; whether they should, the time
// that its bytes take. A line that one request fills only gets the file's parts in a worse order by
// more.
void Transfer::watch(Lane& lane, const HttpHead& head) {
  const bool takes_ranges =
      head.status == 206 || head.header("accept-ranges").value_or("").starts_with("bytes");
  watched_.reset();
  if (one_request_ || most_lanes_ < 2 || !total_ || !takes_ranges) return;
  if (session_.settings().full_line.count == 0) return widen(lane);
  watched_ = lanes_.front();
  watched_at_ = std::chrono::steady_clock::now();
  watched_received_ = session_.transport().received();
}

void Transfer::widen(Lane& lane) {
  lanes_allowed_ = most_lanes_;
  if (lane.to >= *total_) lane.to = piece_end({lane.arrived, *total_});
  widened_ = true;
  changed_.notify_one();
}

void Transfer::expect_stated(const HttpHead& head) {
  if (follower_ || !stated_.empty()) return;
  stated_ = parse_google_hash(head.header("x-goog-hash").value_or(""));
}

void Transfer::follow() {
  if (follower_) return;
  std::vector<Digester> digesters;
  digesters.emplace_back(DigestKind::sha256, 0);
  for (const Digest& digest : expected()) {
    if (digest.kind == DigestKind::sha256) continue;
    digesters.emplace_back(digest.kind, total_.value_or(0));
  }
  follower_ = std::make_unique<HashFollower>(blocks_.file(), std::move(digesters));
  follower_->advance(blocks_.frontier());
}

void Transfer::journal() {
  if (!journaled_) return;
  const JournalHead head{origin_, validator_, total_};
  if (journal_head_ == head) return;
  blocks_.describe(head);
  journal_head_ = head;
}

void Transfer::on_body(const LanePointer& lane, std::span<const std::byte> bytes) {
  Lock lock(mutex_);
  if (lane->compared < lane->seam.size()) {
    const std::size_t count = std::min(bytes.size(), lane->seam.size() - lane->compared);
    if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count),
                    lane->seam.begin() + static_cast<std::ptrdiff_t>(lane->compared))) {
      refuse(*lane);
    }
    lane->compared += count;
    bytes = bytes.subspan(count);
  }
  const std::uint64_t room = limit().count - std::min(limit().count, lane->arrived);
  const auto mine = bytes.first(std::min<std::uint64_t>(bytes.size(), lane->to - lane->arrived));
  if (bytes.size() > room && lane->to >= limit().count) throw_long();
  hold(lane, mine, lock);
  if (mine.size() < bytes.size() ||
      (lane->arrived == lane->to && !lane->bounded && total_ && lane->to < *total_)) {
    throw Enough{};
  }
}

void Transfer::hold(const LanePointer& lane, std::span<const std::byte> bytes, Lock& lock) {
  Buffer& held = lane->held;
  for (;;) {
    // It may have been cut while we waited.
    bytes = bytes.first(std::min<std::uint64_t>(bytes.size(), lane->to - lane->arrived));
    if (bytes.empty()) return;
    if (!held.has_memory() && !spare_.empty()) {
      held = std::move(spare_.back());
      spare_.pop_back();
    }
    const std::size_t count = held.append(bytes);
    lane->arrived += count;
    bytes = bytes.subspan(count);
    if (!held.full()) return;
    hand_over(lane, lock);
  }
}

// To the thread that writes; waits when that has much to do, which is how a slow disk slows the
// line.
void Transfer::hand_over(const LanePointer& lane, Lock& lock) {
  room_.wait(lock, [this] { return deaf_ || pieces_.size() < kMostPieces; });
  pieces_.push_back({lane, std::move(lane->held)});
  changed_.notify_one();
}

// What has come need not wait for more.
void Transfer::on_pause(const LanePointer& lane) {
  Lock lock(mutex_);
  if (!lane->held.empty()) hand_over(lane, lock);
}

}  // namespace litezoo::fetcher
