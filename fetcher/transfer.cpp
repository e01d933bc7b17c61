#include "fetcher/transfer.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kBlock = BlockFile::kBlock;
// Asked for again at a seam when no digest will tell whether the parts belong together.
constexpr std::uint64_t kOverlap = 4096;

}  // namespace

Transfer::Transfer(Session& session, const Place& place, const std::string& name,
                   const Target& target)
    : session_(session),
      place_(place),
      name_(name),
      journaled_(!target.journal.empty()),
      blocks_(target.file, target.journal),
      proven_(std::ranges::any_of(place.digests,
                                  [](const Digest& digest) { return is_proof(digest.kind); })) {
  if (place.size) total_ = place.size->count;
  if (const auto head = blocks_.resume()) take_up(*head);
}

Transfer::~Transfer() {
  abandon_all();
}

std::string Transfer::run(const std::string& url) {
  url_ = url;
  shown_ = escape_for_terminal(without_query(url));
  const auto parts = parse_url(url);
  origin_ = parts ? parts->origin() : "";
  if (journal_head_ && journal_head_->origin != origin_) validator_.clear();
  if (blocks_.received() > 0 && !proven_ && validator_.empty()) restart();
  lanes_allowed_ = 1;
  most_lanes_ = session_.settings().ranges;
  one_request_ = most_lanes_ <= 1 || !proven_;
  breaks_ = refusals_ = beginnings_ = 0;
  repaired_ = past_caches_ = false;
  count_from_here();
  try {
    return complete();
  } catch (...) {
    abandon_all();
    throw;
  }
}

void Transfer::restart() {
  abandon_all();
  const std::scoped_lock lock(mutex_);
  forget();
}

// A journal of an earlier run counts when its bytes can still be proved to be the right ones.
void Transfer::take_up(const JournalHead& head) {
  const bool too_long = total_ && std::max(blocks_.received(), blocks_.file().size()) > *total_;
  const bool other_size = too_long || (total_ && head.size && *total_ != *head.size);
  if (other_size || (!proven_ && head.validator.empty())) return blocks_.clear();
  journal_head_ = head;
  validator_ = head.validator;
  if (!total_) total_ = head.size;
  parts_ = blocks_.filled();
  spliced_ = true;
}

void Transfer::forget() {
  follower_.reset();
  blocks_.clear();
  validator_.clear();
  journal_head_.reset();
  stated_.clear();
  parts_.clear();
  spliced_ = false;
  ended_without_total_ = false;
  if (!place_.size) total_.reset();
}

// What was dropped must not count against what comes in its place. Each caller does this a few
// times at most, or a server that never gives the whole could keep us for ever.
void Transfer::count_from_here() {
  furthest_ = blocks_.received();
  failures_ = 0;
}

std::string Transfer::complete() {
  for (;;) {
    require_not_cancelled(session_.settings());
    if (is_whole()) {
      if (auto sha256 = finish()) return *sha256;
      continue;
    }
    launch();
    if (is_stuck()) {
      begin_again();
      continue;
    }
    if (const auto ended = next_ended()) settle(ended->first, ended->second);
  }
}

bool Transfer::is_whole() {
  const std::scoped_lock lock(mutex_);
  return lanes_.empty() && ((total_ && blocks_.received() == *total_) || ended_without_total_);
}

// Nothing is missing that could be asked for, and yet the file is not whole: what is here cannot
// be part of it.
bool Transfer::is_stuck() {
  const std::scoped_lock lock(mutex_);
  return lanes_.empty() && ended_.empty();
}

void Transfer::begin_again() {
  if (++refusals_ > kMostBeginnings) throw_other_ranges();
  restart();
  count_from_here();
}

// Starts requests for what nobody has been asked for yet.
void Transfer::launch() {
  for (;;) {
    LanePointer lane;
    {
      const std::scoped_lock lock(mutex_);
      if (lanes_.size() >= lanes_allowed_) return;
      const auto stretch = next_stretch();
      if (!stretch) return;
      lane = lane_for(*stretch);
      lanes_.push_back(lane);
    }
    const HttpRequest request = request_for(*lane);
    HttpSink sink;
    sink.head = [this, lane](const HttpHead& head) { on_head(*lane, head); };
    sink.body = [this, lane](std::span<const std::byte> bytes) { on_body(lane, bytes); };
    sink.pause = [this, lane] { on_pause(lane); };
    lane->id = session_.transport().start(request, sink, [this, lane](HttpResult result) {
      const std::scoped_lock lock(mutex_);
      ended_.emplace_back(lane, std::move(result));
      changed_.notify_one();
    });
  }
}

// The first stretch that is missing and not on its way, cut to a piece when several are wanted.
std::optional<Stretch> Transfer::next_stretch() const {
  if (ended_without_total_) return std::nullopt;
  if (!total_) {
    if (!lanes_.empty()) return std::nullopt;
    return Stretch{blocks_.frontier(), kUnknownEnd};
  }
  // An empty file has no gap, but its server must still be asked.
  if (*total_ == 0 && lanes_.empty()) return Stretch{0, 0};
  for (Stretch gap : blocks_.gaps(*total_)) {
    for (const LanePointer& lane : lanes_) {
      if (lane->to <= gap.from || lane->at >= gap.to) continue;
      // Requests are made in order, so what is before this one's place is taken care of.
      gap.from = std::min(gap.to, lane->to);
    }
    if (gap.from < gap.to) return {{gap.from, piece_end(gap)}};
  }
  return std::nullopt;
}

std::uint64_t Transfer::piece_size() const {
  const std::uint64_t smallest = std::max(session_.settings().smallest_piece.count, kBlock);
  const std::uint64_t share = total_.value_or(0) / (2 * session_.settings().ranges);
  return std::clamp(share, smallest, 8 * smallest) / kBlock * kBlock;
}

std::uint64_t Transfer::piece_end(const Stretch& gap) const {
  const bool alone = one_request_ || lanes_allowed_ <= 1;
  if (alone || gap.to - gap.from < 2 * session_.settings().smallest_piece.count) {
    return gap.to;
  }
  // Blocks are filled from their start, so a piece ends where one does.
  return std::min(gap.to, (gap.from + piece_size()) / kBlock * kBlock);
}

LanePointer Transfer::lane_for(const Stretch& stretch) {
  auto lane = std::make_shared<Lane>();
  lane->at = lane->arrived = lane->asked_from = stretch.from;
  lane->to = stretch.to;
  if (!proven_ && lane->at > 0) {
    lane->seam.resize(std::min(kOverlap, lane->at));
    lane->asked_from -= lane->seam.size();
    blocks_.read(lane->asked_from, lane->seam);
  }
  lane->bounded = total_ && lane->to < *total_;
  lane->ranged = lane->asked_from > 0 || lane->bounded;
  // With a digest, its check is enough: copies on other hosts have other tags.
  lane->validated = lane->ranged && !proven_ && !validator_.empty();
  return lane;
}

HttpRequest Transfer::request_for(const Lane& lane) const {
  HttpRequest request;
  request.url = url_;
  request.headers = place_.headers;
  if (!place_.urls.empty() && url_ == place_.urls.front()) {
    request.authorization = place_.authorization;
  }
  request.ca_file = place_.ca_file;
  if (lane.ranged) {
    request.headers.push_back("Range: bytes=" + std::to_string(lane.asked_from) + "-" +
                              (lane.bounded ? std::to_string(lane.to - 1) : ""));
  }
  if (lane.validated) request.headers.push_back("If-Range: " + validator_);
  if (past_caches_) request.headers.emplace_back("Cache-Control: no-cache");
  request.size_limit = limit();
  return request;
}

Bytes Transfer::limit() const {
  return place_.size.value_or(session_.settings().size_limit);
}

// A request that ended, once all that it brought is written, or nothing when more may be started
// meanwhile.
std::optional<std::pair<LanePointer, HttpResult>> Transfer::next_ended() {
  Lock lock(mutex_);
  const auto something = [this] { return !pieces_.empty() || !ended_.empty() || widened_; };
  for (;;) {
    if (!pieces_.empty()) {
      write_next(lock);
    } else if (!ended_.empty() || widened_) {
      break;
    } else {
      changed_.wait_for(lock, std::chrono::milliseconds(50), something);
    }
    require_not_cancelled(session_.settings());
    widen_when_slow();
  }
  widened_ = false;
  if (ended_.empty()) return std::nullopt;
  auto first = std::move(ended_.front());
  ended_.pop_front();
  lanes_.remove(first.first);
  watched_.reset();
  return first;
}

void Transfer::widen_when_slow() {
  if (!watched_) return;
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> took = now - watched_at_;
  if (took < std::chrono::milliseconds(200)) return;
  // All transfers share the line.
  const std::uint64_t received = session_.transport().received();
  const auto brought = static_cast<double>(received - watched_received_);
  watched_at_ = now;
  watched_received_ = received;
  if (brought >= took.count() * static_cast<double>(session_.settings().full_line.count)) return;
  widen(*std::exchange(watched_, nullptr));
}

void Transfer::abandon_all() {
  std::list<LanePointer> lanes;
  {
    const std::scoped_lock lock(mutex_);
    lanes.swap(lanes_);
    watched_.reset();
    deaf_ = true;
  }
  room_.notify_one();
  for (const LanePointer& lane : lanes) session_.transport().abandon(lane->id);
  const std::scoped_lock lock(mutex_);
  deaf_ = false;
  pieces_.clear();
  ended_.clear();
  widened_ = false;
}

}  // namespace litezoo::fetcher
