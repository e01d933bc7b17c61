#include "fetcher/download.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <mutex>
#include <random>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/answer_check.h"
#include "fetcher/block_file.h"
#include "fetcher/hash_follower.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kUnknownEnd = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kBlock = BlockFile::kBlock;
// Asked for again at a seam when no digest will tell whether the parts belong together.
constexpr std::uint64_t kOverlap = 4096;

// Thrown in a request's sink to end it when it has given enough, or cannot give what was asked.
struct Enough {};

// One request for a stretch of the file, [at, to) of it still to come.
struct Lane {
  std::uint64_t asked_from = 0;  // at first, or before it by what is compared
  std::uint64_t at = 0;
  std::uint64_t to = kUnknownEnd;
  std::vector<std::byte> seam;  // what the answer must begin with
  std::size_t compared = 0;
  bool ranged = false;     // asked with Range
  bool bounded = false;    // and with an end
  bool validated = false;  // and with If-Range
  bool refused = false;    // the answer was no part of our file
  RequestId id = 0;
};
using LanePointer = std::shared_ptr<Lane>;

// The bytes of one place on their way into one file. Requests run on the transport's thread; what
// they and the waiting thread share is guarded by the mutex.
class Transfer {
 public:
  Transfer(Session& session, const Place& place, const std::string& name, const Target& target)
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
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() { abandon_all(); }

  std::string run(const std::string& url) {
    url_ = url;
    shown_ = escape_for_terminal(without_query(url));
    const auto parts = parse_url(url);
    origin_ = parts ? parts->origin() : "";
    if (journal_head_ && journal_head_->origin != origin_) validator_.clear();
    if (blocks_.received() > 0 && !proven_ && validator_.empty()) restart();
    lanes_allowed_ = 1;
    most_lanes_ = session_.settings().ranges;
    one_request_ = most_lanes_ <= 1 || !proven_;
    failures_ = refusals_ = 0;
    furthest_ = blocks_.received();
    try {
      return complete();
    } catch (...) {
      abandon_all();
      throw;
    }
  }

  // Forgets what is here: another place may give other bytes.
  void restart() {
    abandon_all();
    const std::scoped_lock lock(mutex_);
    forget();
  }

  bool can_go_on_elsewhere() const noexcept { return proven_; }

 private:
  // A journal of an earlier run counts when its bytes can still be proved to be the right ones.
  void take_up(const JournalHead& head) {
    const bool too_long = total_ && std::max(blocks_.received(), blocks_.file().size()) > *total_;
    const bool other_size = too_long || (total_ && head.size && *total_ != *head.size);
    if (other_size || (!proven_ && head.validator.empty())) return blocks_.clear();
    journal_head_ = head;
    validator_ = head.validator;
    if (!total_) total_ = head.size;
    spliced_ = true;
  }

  void forget() {
    follower_.reset();
    blocks_.clear();
    validator_.clear();
    journal_head_.reset();
    stated_.clear();
    spliced_ = false;
    ended_without_total_ = false;
    if (!place_.size) total_.reset();
  }

  std::string complete() {
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

  bool is_whole() {
    const std::scoped_lock lock(mutex_);
    return lanes_.empty() && ((total_ && blocks_.received() == *total_) || ended_without_total_);
  }

  // Nothing is missing that could be asked for, and yet the file is not whole: what is here cannot
  // be part of it.
  bool is_stuck() {
    const std::scoped_lock lock(mutex_);
    return lanes_.empty() && ended_.empty();
  }

  void begin_again() {
    if (++refusals_ > 3) throw_other_ranges();
    restart();
  }

  // Starts requests for what nobody has been asked for yet.
  void launch() {
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
      sink.body = [this, lane](std::span<const std::byte> bytes) { on_body(*lane, bytes); };
      lane->id = session_.transport().start(request, sink, [this, lane](HttpResult result) {
        const std::scoped_lock lock(mutex_);
        ended_.emplace_back(lane, std::move(result));
        changed_.notify_one();
      });
    }
  }

  // The first stretch that is missing and not on its way, cut to a piece when several are wanted.
  std::optional<Stretch> next_stretch() const {
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

  std::uint64_t piece_size() const {
    const std::uint64_t smallest = std::max(session_.settings().smallest_piece.count, kBlock);
    const std::uint64_t share = total_.value_or(0) / (2 * session_.settings().ranges);
    return std::clamp(share, smallest, 8 * smallest) / kBlock * kBlock;
  }

  std::uint64_t piece_end(const Stretch& gap) const {
    if (one_request_ || gap.to - gap.from < 2 * session_.settings().smallest_piece.count) {
      return gap.to;
    }
    // Blocks are filled from their start, so a piece ends where one does.
    return std::min(gap.to, (gap.from + piece_size()) / kBlock * kBlock);
  }

  LanePointer lane_for(const Stretch& stretch) {
    auto lane = std::make_shared<Lane>();
    lane->at = lane->asked_from = stretch.from;
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

  HttpRequest request_for(const Lane& lane) const {
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
    request.size_limit = limit();
    return request;
  }

  Bytes limit() const { return place_.size.value_or(session_.settings().size_limit); }

  // A request that ended, or nothing when more may be started meanwhile.
  std::optional<std::pair<LanePointer, HttpResult>> next_ended() {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return !ended_.empty() || widened_; };
    while (!changed_.wait_for(lock, std::chrono::milliseconds(100), something)) {
      require_not_cancelled(session_.settings());
    }
    widened_ = false;
    if (ended_.empty()) return std::nullopt;
    auto first = std::move(ended_.front());
    ended_.pop_front();
    lanes_.remove(first.first);
    return first;
  }

  void abandon_all() {
    std::list<LanePointer> lanes;
    {
      const std::scoped_lock lock(mutex_);
      lanes.swap(lanes_);
    }
    for (const LanePointer& lane : lanes) session_.transport().abandon(lane->id);
    const std::scoped_lock lock(mutex_);
    ended_.clear();
    widened_ = false;
  }

  // On the transport's thread: the head of an answer with bytes.
  void on_head(Lane& lane, const HttpHead& head) {
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
    expect_stated(head);
    follow();
    journal();
    if (alone) widen(lane, head);
    if (total_ && *total_ > blocks_.received()) {
      require_room(session_.store().partial_directory(), Bytes{*total_ - blocks_.received()});
    }
  }

  // The answer is the whole file although only a part was asked for.
  void begin_anew(Lane& lane) {
    forget();
    lane.at = lane.asked_from = 0;
    lane.seam.clear();
    lane.to = total_.value_or(kUnknownEnd);
    lane.bounded = false;
    one_request_ = true;
  }

  [[noreturn]] static void refuse(Lane& lane) {
    lane.refused = true;
    throw Enough{};
  }

  // The first answer tells whether further requests may run beside it.
  void widen(Lane& lane, const HttpHead& head) {
    const bool takes_ranges =
        head.status == 206 || head.header("accept-ranges").value_or("").starts_with("bytes");
    if (one_request_ || !total_ || !takes_ranges) return;
    if (lane.to >= *total_) lane.to = piece_end({lane.at, *total_});
    lanes_allowed_ = most_lanes_;
    widened_ = lanes_allowed_ > 1;
    changed_.notify_one();
  }

  void expect_stated(const HttpHead& head) {
    if (follower_ || !stated_.empty()) return;
    stated_ = parse_google_hash(head.header("x-goog-hash").value_or(""));
  }

  void follow() {
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

  void journal() {
    if (!journaled_) return;
    const JournalHead head{origin_, validator_, total_};
    if (journal_head_ == head) return;
    blocks_.describe(head);
    journal_head_ = head;
  }

  // On the transport's thread.
  void on_body(Lane& lane, std::span<const std::byte> bytes) {
    const std::scoped_lock lock(mutex_);
    if (lane.compared < lane.seam.size()) {
      const std::size_t count = std::min(bytes.size(), lane.seam.size() - lane.compared);
      if (!std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count),
                      lane.seam.begin() + static_cast<std::ptrdiff_t>(lane.compared))) {
        refuse(lane);
      }
      lane.compared += count;
      bytes = bytes.subspan(count);
    }
    const std::uint64_t room = limit().count - std::min(limit().count, lane.at);
    const auto mine = bytes.first(std::min<std::uint64_t>(bytes.size(), lane.to - lane.at));
    if (bytes.size() > room && lane.to >= limit().count) throw_long();
    blocks_.write(lane.at, mine);
    lane.at += mine.size();
    follower_->advance(blocks_.frontier());
    report();
    if (mine.size() < bytes.size() ||
        (lane.at == lane.to && !lane.bounded && total_ && lane.to < *total_)) {
      throw Enough{};
    }
  }

  void report() const {
    FetchProgress now;
    now.name = name_;
    now.received = Bytes{blocks_.received()};
    if (total_) now.total = Bytes{*total_};
    session_.report(now);
  }

  // What an ended request means. Throws when the transfer cannot be saved.
  void settle(const LanePointer& lane, const HttpResult& result) {
    bool enough = false;
    if (result.thrown) {
      try {
        std::rethrow_exception(result.thrown);
      } catch (const Enough&) {
        enough = true;
      }
    }
    if (lane->refused) return settle_refused(*lane);
    if (enough) return;
    const HttpReply& reply = result.reply;
    const bool success = reply.status() / 100 == 2;
    {
      const std::scoped_lock lock(mutex_);
      const bool ended = success && reply.failure.empty();
      if (ended) require_file_start(start_of_file(), blocks_.received(), shown_);
      if (ended && !total_) ended_without_total_ = true;
      if (ended_without_total_) total_ = blocks_.received();
      const bool all = total_ && blocks_.received() == *total_;
      if (all || (ended && lane->at >= lane->to)) return;
    }
    if (reply.status() == 416 && blocks_.received() > 0) return settle_refused(*lane);
    retry(reply);
  }

  // No part of our file came: with others under way it is asked for again after them, alone the
  // file begins anew and is asked for whole.
  void settle_refused(const Lane& lane) {
    {
      const std::scoped_lock lock(mutex_);
      one_request_ = true;
      lanes_allowed_ = 1;
      if (!lanes_.empty()) return;
    }
    if (lane.asked_from == 0 && !lane.bounded) throw_other_ranges();
    begin_again();
  }

  void retry(const HttpReply& reply) {
    {
      const std::scoped_lock lock(mutex_);
      if (!lanes_.empty()) {
        // A server that fails one of several requests may want fewer.
        lanes_allowed_ = most_lanes_ = lanes_.size();
        return;
      }
      lanes_allowed_ = 1;
      // A transfer that moves is not given up, however often it breaks.
      if (blocks_.received() > furthest_) failures_ = 0;
      furthest_ = std::max(furthest_, blocks_.received());
    }
    const int failure = failures_++;
    if (failure >= session_.settings().retries || !is_worth_another(reply)) throw_failed(reply);
    if (!proven_ && validator_.empty()) restart();
    pause(reply, failure);
  }

  bool is_worth_another(const HttpReply& reply) const {
    if (reply.unreachable) return false;
    if (reply.hops.empty() || reply.status() / 100 == 2) return true;
    if (!is_passing_fault(reply)) return false;
    const auto wait = retry_after(reply.hops.back());
    return !wait || *wait <= session_.settings().longest_wait;
  }

  // Grows with each attempt and varies, so that many clients do not come back at the same moment.
  void pause(const HttpReply& reply, int attempt) const {
    thread_local std::minstd_rand generator{std::random_device{}()};
    const auto base = session_.settings().first_backoff * (1 << std::min(attempt, 6));
    std::uniform_real_distribution<double> jitter(0.5, 1.5);
    std::chrono::milliseconds wait(
        static_cast<std::int64_t>(static_cast<double>(base.count()) * jitter(generator)));
    if (!reply.hops.empty()) {
      if (const auto asked = retry_after(reply.hops.back())) wait = *asked;
    }
    const auto until = std::chrono::steady_clock::now() + wait;
    while (std::chrono::steady_clock::now() < until) {
      require_not_cancelled(session_.settings());
      std::this_thread::sleep_for(std::min(wait, std::chrono::milliseconds(50)));
    }
  }

  std::string start_of_file() const {
    std::array<std::byte, 512> start{};
    const auto bytes = std::span(start).first(
        static_cast<std::size_t>(std::min<std::uint64_t>(start.size(), blocks_.frontier())));
    blocks_.read(0, bytes);
    return std::string(as_text(bytes));
  }

  // The place's digests, and those its server stated with the bytes.
  std::vector<Digest> expected() const {
    std::vector<Digest> digests = place_.digests;
    digests.insert(digests.end(), stated_.begin(), stated_.end());
    return digests;
  }

  // The content's SHA-256 when it is what the place promised. Nothing when a transfer that came in
  // several parts gave wrong bytes: then they did not belong together, and the file starts anew.
  std::optional<std::string> finish() {
    const std::scoped_lock lock(mutex_);
    follow();
    const std::vector<Digest> found = follower_->finish(*total_);
    follower_.reset();
    for (const Digest& digest : expected()) {
      const auto actual = std::ranges::find(found, digest.kind, &Digest::kind);
      if (actual == found.end() || actual->hex == digest.hex) continue;
      if (!spliced_) throw_wrong(digest, actual->hex);
      forget();
      lanes_allowed_ = 1;
      one_request_ = true;
      return std::nullopt;
    }
    return found.front().hex;
  }

  [[noreturn]] void throw_other_ranges() const {
    throw Error(ErrorKind::network,
                "'" + shown_ + "' answers with other ranges than asked for; try again later");
  }

  [[noreturn]] void throw_failed(const HttpReply& reply) const {
    if (reply.failure.empty() && reply.status() / 100 == 2) {
      throw Error(ErrorKind::network,
                  "'" + shown_ + "' ends after " + std::to_string(blocks_.received()) + " of " +
                      std::to_string(total_.value_or(0)) + " bytes; try again later");
    }
    require_success(reply, url_);
    throw Error(ErrorKind::internal, "a whole answer of '" + shown_ + "' was not taken");
  }

  [[noreturn]] void throw_wrong(const Digest& expected, const std::string& hex) const {
    throw Error(ErrorKind::corrupt,
                "'" + shown_ + "' gave wrong bytes: " + std::string(name_of(expected.kind)) +
                    " is " + hex + ", expected " + expected.hex);
  }
  [[noreturn]] void throw_long() const {
    throw Error(ErrorKind::corrupt,
                "'" + shown_ + "' gives more than the " + to_text(limit()) + " expected");
  }

  Session& session_;
  const Place& place_;
  const std::string& name_;
  const bool journaled_;
  std::string url_, shown_, origin_;
  int failures_ = 0;  // in a row
  int refusals_ = 0;
  std::uint64_t furthest_ = 0;  // the most bytes that were ever here

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  BlockFile blocks_;
  std::unique_ptr<HashFollower> follower_;
  std::list<LanePointer> lanes_;  // under way
  std::deque<std::pair<LanePointer, HttpResult>> ended_;
  bool widened_ = false;  // more lanes are allowed than before
  std::size_t lanes_allowed_ = 1;
  std::size_t most_lanes_ = 1;
  bool one_request_ = false;  // for all that is missing
  const bool proven_;         // a digest will tell whether the parts belong together
  bool spliced_ = false;      // some bytes are of an earlier answer
  bool ended_without_total_ = false;
  std::optional<std::uint64_t> total_;
  std::string validator_;  // of the bytes in the file
  std::optional<JournalHead> journal_head_;
  std::vector<Digest> stated_;  // by the server, with the bytes
};

}  // namespace

std::string download(Session& session, const Place& place, const std::string& name,
                     const Target& target) {
  Transfer transfer(session, place, name, target);
  for (std::size_t i = 0;; ++i) {
    try {
      return transfer.run(place.urls.at(i));
    } catch (const Error& error) {
      const bool elsewhere = may_be_had_elsewhere(error) || error.kind() == ErrorKind::corrupt;
      if (!elsewhere || i + 1 >= place.urls.size()) throw;
      const bool keeps = transfer.can_go_on_elsewhere() && error.kind() == ErrorKind::network;
      if (!keeps) transfer.restart();
    }
  }
}

}  // namespace litezoo::fetcher
