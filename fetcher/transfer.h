#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fetcher/block_file.h"
#include "fetcher/download.h"
#include "fetcher/hash_follower.h"
#include "fetcher/lane.h"

namespace litezoo::fetcher {

// The bytes of one place on their way into one file: what download() does. Requests run on the
// transport's thread (transfer_receive.cpp), everything else on the one that waits (transfer.cpp,
// transfer_write.cpp, transfer_settle.cpp, transfer_repair.cpp); what they share is guarded by the
// mutex.
class Transfer {
 public:
  // All must outlive it.
  Transfer(Session& session, const Place& place, const std::string& name, const Target& target);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer();

  // Brings what is still missing from that address. Gives the content's SHA-256; throws as
  // download() does.
  std::string run(const std::string& url);
  // Forgets what is here: another address may give other bytes.
  void restart();
  // Whether what is here counts at another address, too.
  bool can_go_on_elsewhere() const noexcept { return proven_; }

 private:
  using Lock = std::unique_lock<std::mutex>;

  // Anew, after answers that were no parts of one file.
  static constexpr int kMostBeginnings = 3;

  // Where a transfer stands, and what to ask for next:
  void take_up(const JournalHead& head);
  void forget();
  void count_from_here();
  std::string complete();
  bool is_whole();
  bool is_stuck();
  void begin_again();
  std::uint64_t enough() const;
  void launch();
  std::optional<Stretch> next_stretch() const;
  std::uint64_t piece_size() const;
  std::uint64_t piece_end(const Stretch& gap) const;
  LanePointer lane_for(const Stretch& stretch);
  HttpRequest request_for(const Lane& lane) const;
  Bytes limit() const;
  std::optional<std::pair<LanePointer, HttpResult>> next_ended();
  void widen_when_slow();
  void abandon_all();

  // What arrives:
  void on_head(Lane& lane, const HttpHead& head);
  void on_body(const LanePointer& lane, std::span<const std::byte> bytes);
  void on_pause(const LanePointer& lane);
  void begin_anew(Lane& lane);
  void watch(Lane& lane, const HttpHead& head);
  void widen(Lane& lane);
  void expect_stated(const HttpHead& head);
  void follow();
  void journal();
  // These two may give the lock up for a moment.
  void hold(const LanePointer& lane, std::span<const std::byte> bytes, Lock& lock);
  void hand_over(const LanePointer& lane, Lock& lock);

  // Into the file; gives the lock up meanwhile:
  void write_next(Lock& lock);
  void report() const;

  // What an ended request means, and whether the whole is right:
  void settle(const LanePointer& lane, const HttpResult& result);
  void settle_refused(const Lane& lane);
  void retry(const HttpReply& reply);
  std::string start_of_file() const;
  std::vector<Digest> expected() const;
  std::optional<std::string> finish();
  bool drop_doubtful();
  std::optional<std::string> ask_again(const Stretch& sample) const;
  [[noreturn]] void throw_other_ranges() const;
  [[noreturn]] void throw_failed(const HttpReply& reply) const;
  std::string what_came() const;
  [[noreturn]] void throw_wrong(const Digest& expected, const std::string& hex) const;
  [[noreturn]] void throw_long() const;

  Session& session_;
  const Place& place_;
  const std::string& name_;
  const bool journaled_;
  std::string url_, shown_, origin_;
  int failures_ = 0;  // in a row, without enough progress between them
  int breaks_ = 0;    // with or without
  int refusals_ = 0;
  int beginnings_ = 0;          // anew, because an answer was the whole file
  std::uint64_t furthest_ = 0;  // the bytes that were here when progress was counted last
  bool repaired_ = false;       // wrong bytes were asked for again
  bool past_caches_ = false;    // and their server itself, not a cache on the way

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  BlockFile blocks_;              // changed only by the thread that waits, but for a beginning anew
  std::deque<Piece> pieces_;      // arrived, to be written
  std::condition_variable room_;  // for another piece
  bool deaf_ = false;             // nobody takes pieces any more
  std::vector<Buffer> spare_;     // memory of pieces that were written
  std::unique_ptr<HashFollower> follower_;
  std::list<LanePointer> lanes_;  // under way
  std::deque<std::pair<LanePointer, HttpResult>> ended_;
  bool widened_ = false;  // more lanes are allowed than before
  // The only request, while it may turn out to leave room for others; what all transfers had
  // brought when.
  LanePointer watched_;
  std::chrono::steady_clock::time_point watched_at_;
  std::uint64_t watched_received_ = 0;
  std::size_t lanes_allowed_ = 1;
  std::size_t most_lanes_ = 1;
  bool one_request_ = false;    // for all that is missing
  const bool proven_;           // a digest will tell whether the parts belong together
  bool spliced_ = false;        // some bytes are of an earlier answer
  std::vector<Stretch> parts_;  // what each answer brought, and what was here
  bool ended_without_total_ = false;
  std::optional<std::uint64_t> total_;
  std::string validator_;  // of the bytes in the file
  std::optional<JournalHead> journal_head_;
  std::vector<Digest> stated_;  // by the server, with the bytes
};

}  // namespace litezoo::fetcher
