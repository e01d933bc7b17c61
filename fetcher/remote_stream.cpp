#include "fetcher/remote_stream.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/answer_check.h"
#include "fetcher/ask.h"
#include "fetcher/backoff.h"
#include "fetcher/lane.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

// What has come and is not read yet, before the server is made to wait.
constexpr std::size_t kMostWaiting = std::size_t{512} << 10;
// So much between two breaks, and the first is forgotten.
constexpr std::uint64_t kProgress = std::uint64_t{1} << 20;

}  // namespace

RemoteStream::RemoteStream(Session& session, const Place& place, const std::optional<Part>& part)
    : session_(session), place_(place), part_only_(part.has_value()) {
  if (!part) return;
  at_ = counted_ = part->from;
  to_ = part->to;
  size_ = part->file_size;
  validator_ = part->validator;
}

RemoteStream::~RemoteStream() {
  RequestId id = 0;
  {
    const std::scoped_lock lock(mutex_);
    deaf_ = true;
    room_.notify_one();
    if (!running_) return;
    id = id_;
  }
  session_.transport().abandon(id);
}

std::span<const std::byte> RemoteStream::next() {
  for (;;) {
    require_not_cancelled(session_.settings());
    Lock lock(mutex_);
    if (!pieces_.empty()) {
      current_ = std::move(pieces_.front());
      pieces_.pop_front();
      waiting_ -= current_.size();
      room_.notify_one();
      return current_;
    }
    if (ended_) {
      lock.unlock();
      settle();
    } else if (is_complete() && !running_) {
      return {};
    } else if (!running_) {
      lock.unlock();
      ask();
    } else {
      changed_.wait_for(lock, std::chrono::milliseconds(50));
    }
  }
}

std::optional<std::uint64_t> RemoteStream::file_size() const {
  const std::scoped_lock lock(mutex_);
  return size_;
}

ReadCost RemoteStream::cost() const {
  const std::scoped_lock lock(mutex_);
  return cost_;
}

bool RemoteStream::is_complete() const {
  return to_ && at_ >= *to_;
}

void RemoteStream::ask() {
  shown_ = escape_for_terminal(without_query(url()));
  HttpRequest request;
  request.url = url();
  request.headers = place_.headers;
  if (address_ == 0) request.authorization = place_.authorization;
  request.ca_file = place_.ca_file;
  request.size_limit = session_.settings().size_limit;
  Lock lock(mutex_);
  if (at_ > 0 || part_only_) {
    request.headers.push_back("Range: bytes=" + std::to_string(at_) + "-" +
                              (to_ ? std::to_string(*to_ - 1) : ""));
    if (!validator_.empty()) request.headers.push_back("If-Range: " + validator_);
  }
  running_ = true;
  ++cost_.requests;
  HttpSink sink;
  sink.head = [this](const HttpHead& head) { on_head(head); };
  sink.body = [this](std::span<const std::byte> bytes) { on_body(bytes); };
  const auto done = [this](HttpResult result) {
    const std::scoped_lock ended(mutex_);
    running_ = false;
    ended_ = std::move(result);
    changed_.notify_one();
  };
  lock.unlock();
  const RequestId id = session_.transport().start(std::move(request), sink, done);
  lock.lock();
  id_ = id;
}

// Every answer must go on with the same version of the file.
void RemoteStream::on_head(const HttpHead& head) {
  require_file_head(head, shown_);
  const std::scoped_lock lock(mutex_);
  const auto range = content_range(head);
  const bool goes_on = head.status == 206 && range && range->first == at_ && range->total &&
                       range->total == size_ && validator_of(head) == validator_;
  if (at_ > 0 || part_only_) {
    if (goes_on) return;
    throw Error(ErrorKind::network, "'" + shown_ + "' changed while it was read; try again");
  }
  const bool chunked = head.header("transfer-encoding").has_value();
  if (!chunked) size_ = content_length(head);
  to_ = size_;
  validator_ = validator_of(head);
}

void RemoteStream::on_body(std::span<const std::byte> bytes) {
  Lock lock(mutex_);
  room_.wait(lock, [this] { return deaf_ || waiting_ < kMostWaiting; });
  if (deaf_) throw Enough{};
  cost_.received.count += bytes.size();
  const bool more = to_ && bytes.size() > *to_ - at_;
  if (more) bytes = bytes.first(static_cast<std::size_t>(*to_ - at_));
  at_ += bytes.size();
  waiting_ += bytes.size();
  pieces_.emplace_back(bytes.begin(), bytes.end());
  changed_.notify_one();
  if (more) throw Enough{};
}

// What an ended request means: the end, another one, or a failure.
void RemoteStream::settle() {
  HttpResult result;
  bool nothing = false;
  {
    const std::scoped_lock lock(mutex_);
    result = std::move(*std::exchange(ended_, std::nullopt));
    const bool whole =
        !result.thrown && result.reply.failure.empty() && result.reply.status() / 100 == 2;
    if (whole && !to_) to_ = at_;
    if (is_complete()) return;
    nothing = at_ == 0;
  }
  try {
    if (result.thrown) std::rethrow_exception(result.thrown);
    go_on(result.reply);
  } catch (const Error& error) {
    if (!nothing || !may_be_had_elsewhere(error) || address_ + 1 >= place_.urls.size()) throw;
    ++address_;
    failures_ = 0;
  }
}

void RemoteStream::go_on(const HttpReply& reply) {
  if (at_ >= counted_ + kProgress) {
    counted_ = at_;
    failures_ = 0;
  }
  const FetchSettings& settings = session_.settings();
  const bool short_answer = !reply.hops.empty() && reply.status() / 100 == 2;
  const bool again = short_answer || is_worth_another(reply, settings.longest_wait);
  // What can not be tied to its version is not gone on with.
  const bool tied = at_ == 0 || part_only_ || (size_ && !validator_.empty());
  if (again && tied && ++failures_ <= settings.retries) {
    return sleep_unless_cancelled(settings, pause_after(reply, failures_, settings.first_backoff));
  }
  require_success(reply, url());
  throw Error(ErrorKind::network, "'" + shown_ + "' gave less than it said; try again later");
}

}  // namespace litezoo::fetcher
