#include <utility>

#include "fetcher/transfer.h"

namespace litezoo::fetcher {

// The bytes into the file and on to the digests, unlocked, so that more can arrive meanwhile.
void Transfer::write_next(Lock& lock) {
  Piece piece = std::move(pieces_.front());
  pieces_.pop_front();
  Lane& lane = *piece.lane;
  const std::uint64_t offset = lane.at;
  const bool in_order = offset == blocks_.frontier();
  lock.unlock();
  room_.notify_one();
  const std::vector<BlockFile::Filled> filled = blocks_.put(offset, piece.bytes.bytes());
  lock.lock();
  blocks_.mark(filled);
  lane.at += piece.bytes.bytes().size();
  parts_[lane.part].to = lane.at;
  if (pieces_.empty()) blocks_.write_journal();
  report();
  const std::uint64_t frontier = blocks_.frontier();
  lock.unlock();
  if (in_order) piece.bytes = follower_->take(offset, std::move(piece.bytes));
  follower_->advance(frontier);
  lock.lock();
  piece.bytes.clear();
  if (piece.bytes.has_memory()) spare_.push_back(std::move(piece.bytes));
}

void Transfer::report() const {
  if (!session_.settings().progress) return;
  FetchProgress now;
  now.name = name_;
  now.received = Bytes{blocks_.received()};
  if (total_) now.total = Bytes{*total_};
  session_.report(now);
}

}  // namespace litezoo::fetcher
