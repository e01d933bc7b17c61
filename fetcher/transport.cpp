#include "fetcher/transport.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/handle.h"
#include "fetcher/curl_failure.h"
#include "fetcher/easy_options.h"
#include "fetcher/exchange.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Clock = Exchange::Clock;
using MultiHandle = std::unique_ptr<CURLM, Deleter<curl_multi_cleanup>>;

// Of reading what came, without a pause: some megabytes.
constexpr int kMostRounds = 16;

}  // namespace

// The thread and everything only it touches, but for what the mutex guards.
struct Transport::Loop {
  explicit Loop(TransportSettings given)
      : settings(std::move(given)), throttle(settings.bytes_per_second, settings.cancelled) {
    static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
    multi.reset(curl_multi_init());
    if (kStarted != CURLE_OK || !multi) throw Error(ErrorKind::internal, "cannot start libcurl");
    user_agent = "litezoo/" LITEZOO_VERSION " libcurl/";
    user_agent += curl_version_info(CURLVERSION_NOW)->version;
    thread = std::thread([this] { run(); });
  }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    {
      const std::scoped_lock lock(mutex);
      stopping = true;
    }
    curl_multi_wakeup(multi.get());
    thread.join();
  }

  const TransportSettings settings;
  Throttle throttle;
  std::string user_agent;
  MultiHandle multi;
  std::vector<std::unique_ptr<Exchange>> waiting;  // in the order they came
  std::map<RequestId, std::unique_ptr<Exchange>> running;
  std::map<std::string, std::size_t> running_of_origin;
  std::set<std::string> unreachable;  // origins
  std::set<std::string> withheld;     // origins that did not get their token
  int rounds_at_once = 0;

  std::mutex mutex;  // guards what follows
  std::condition_variable forgotten;
  std::vector<std::unique_ptr<Exchange>> incoming;
  std::set<RequestId> abandoned;
  RequestId last_id = 0;
  bool stopping = false;

  std::thread thread;

  void run() {
    // Ctrl-C belongs to the program's main thread, and a closed connection is no reason to die.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (take_orders()) {
      admit();
      int active = 0;
      curl_multi_perform(multi.get(), &active);
      finish_done();
      end_stalled();
      if (settings.cancelled && settings.cancelled()) end_all();
      const bool more = std::ranges::any_of(
          waiting, [this](const auto& exchange) { return has_room(exchange->origin); });
      if (!more) wait();
    }
  }

  // Until something can be done. While more comes at once, sinks need not know of every pause.
  void wait() {
    int ready = 0;
    curl_multi_poll(multi.get(), nullptr, 0, 0, &ready);
    if (ready > 0 && ++rounds_at_once < kMostRounds) return;
    rounds_at_once = 0;
    pause_all();
    if (ready == 0) curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
  }

  // False when the transport is being destroyed.
  bool take_orders() {
    std::vector<std::unique_ptr<Exchange>> fresh;
    std::set<RequestId> dropped;
    {
      const std::scoped_lock lock(mutex);
      if (stopping) return false;
      fresh.swap(incoming);
      dropped = abandoned;
    }
    for (auto& exchange : fresh) waiting.push_back(std::move(exchange));
    for (const RequestId id : dropped) {
      std::erase_if(waiting, [id](const auto& exchange) { return exchange->id == id; });
      if (const auto found = running.find(id); found != running.end()) detach(found);
    }
    if (!dropped.empty()) {
      const std::scoped_lock lock(mutex);
      for (const RequestId id : dropped) abandoned.erase(id);
      forgotten.notify_all();
    }
    return true;
  }

  bool has_room(const std::string& origin) const {
    if (running.size() >= settings.most_requests) return false;
    const auto busy = running_of_origin.find(origin);
    return busy == running_of_origin.end() || busy->second < settings.most_requests_of_a_host;
  }

  void admit() {
    for (std::size_t i = 0; i < waiting.size();) {
      if (!has_room(waiting[i]->origin)) {
        ++i;
        continue;
      }
      std::unique_ptr<Exchange> exchange = std::move(waiting[i]);
      waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(i));
      attach(std::move(exchange));
    }
  }

  // Puts the exchange's current address to its server.
  void attach(std::unique_ptr<Exchange> exchange) {
    Exchange& started = *exchange;
    if (unreachable.contains(started.origin)) {
      started.reply.unreachable = true;
      started.reply.failure =
          "cannot reach " + parse_url(started.head.url)->place() + ", as before";
      return conclude(std::move(exchange));
    }
    if (!guarded(started, [&] { set_up(started, user_agent, settings); })) {
      return conclude(std::move(exchange));
    }
    note_withheld(started);
    started.last_byte = Clock::now();
    ++running_of_origin[started.origin];
    curl_multi_add_handle(multi.get(), started.curl.get());
    running.emplace(started.id, std::move(exchange));
  }

  void note_withheld(const Exchange& exchange) {
    if (!settings.note || !withholds_credentials(exchange)) return;
    if (!withheld.insert(exchange.origin).second) return;
    settings.note("the token for " + parse_url(exchange.head.url)->place() +
                  " is not sent: the address is plain http; use https");
  }

  std::unique_ptr<Exchange> detach(std::map<RequestId, std::unique_ptr<Exchange>>::iterator at) {
    std::unique_ptr<Exchange> exchange = std::move(at->second);
    running.erase(at);
    curl_multi_remove_handle(multi.get(), exchange->curl.get());
    const auto busy = running_of_origin.find(exchange->origin);
    if (--busy->second == 0) running_of_origin.erase(busy);
    return exchange;
  }

  // Hands the result over and forgets the exchange.
  static void conclude(std::unique_ptr<Exchange> exchange) {
    HttpResult result{std::move(exchange->reply), exchange->thrown};
    const auto done = std::move(exchange->done);
    exchange.reset();
    done(std::move(result));
  }

  void finish_done() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* user = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
      auto* exchange = reinterpret_cast<Exchange*>(user);
      end_hop(exchange->id, message->data.result);
    }
  }

  void pause_all() {
    std::vector<RequestId> failed;
    for (const auto& [id, exchange] : running) {
      Exchange& paused = *exchange;
      if (!guarded(paused, [&paused] { paused.pause(); })) failed.push_back(id);
    }
    for (const RequestId id : failed) end_hop(id, CURLE_WRITE_ERROR);
  }

  void end_stalled() {
    const auto now = Clock::now();
    std::vector<RequestId> stalled;
    for (const auto& [id, exchange] : running) {
      if (!exchange->connected()) exchange->last_byte = now;
      if (now - exchange->last_byte > settings.stall_timeout) stalled.push_back(id);
    }
    for (const RequestId id : stalled) end_hop(id, CURLE_OPERATION_TIMEDOUT);
  }

  void end_all() {
    const auto interrupted = std::make_exception_ptr(Error(ErrorKind::interrupted, "interrupted"));
    while (!running.empty()) {
      auto exchange = detach(running.begin());
      exchange->thrown = interrupted;
      conclude(std::move(exchange));
    }
    for (auto& exchange : std::exchange(waiting, {})) {
      exchange->thrown = interrupted;
      conclude(std::move(exchange));
    }
  }

  // One address answered or failed: on to where it redirects, or to the end.
  void end_hop(RequestId id, CURLcode code) {
    const auto found = running.find(id);
    const bool connected = found->second->connected();
    std::unique_ptr<Exchange> exchange = detach(found);
    Exchange& ended = *exchange;
    guarded(ended, [&ended] { ended.pause(); });
    if (code == CURLE_OK) guarded(ended, [&ended] { ended.give_head(); });
    if (ended.thrown) return conclude(std::move(exchange));
    HttpReply& reply = ended.reply;
    if (ended.head.status != 0) reply.hops.push_back(ended.head);
    if (code != CURLE_OK) {
      reply.unreachable = is_unreachable(code) || (code == CURLE_OPERATION_TIMEDOUT && !connected);
      if (reply.unreachable) unreachable.insert(ended.origin);
      reply.failure = explain(code, ended.detail.data(), parse_url(ended.head.url)->place(),
                              settings, connected);
      return conclude(std::move(exchange));
    }
    reply.body = std::move(ended.body);
    if (!is_redirect(ended.head.status)) return conclude(std::move(exchange));
    const Redirect redirect = redirect_of(ended.head);
    const auto target = parse_url(redirect.url);
    const bool leaves = target && target->origin() != ended.authority;
    if (leaves && ended.request.redirects == Redirects::same_origin) {
      return conclude(std::move(exchange));
    }
    reply.failure = redirect.refusal;
    if (reply.failure.empty() && static_cast<int>(reply.hops.size()) > settings.max_redirects) {
      reply.failure =
          "'" + without_query(ended.request.url) + "' redirects without end; use another address";
    }
    if (!reply.failure.empty()) return conclude(std::move(exchange));
    ended.begin_hop(redirect.url);
    ended.origin = target->origin();
    // At the front: a request under way goes before those that have not begun.
    waiting.insert(waiting.begin(), std::move(exchange));
  }
};

Transport::Transport(TransportSettings settings)
    : loop_(std::make_unique<Loop>(std::move(settings))) {}

Transport::~Transport() = default;

RequestId Transport::start(HttpRequest request, HttpSink sink,
                           std::function<void(HttpResult)> done) {
  auto exchange = std::make_unique<Exchange>();
  exchange->curl.reset(curl_easy_init());
  if (!exchange->curl) throw Error(ErrorKind::internal, "cannot start libcurl");
  exchange->throttle = &loop_->throttle;
  const auto url = parse_url(request.url);
  const std::string address = request.url;
  exchange->request = std::move(request);
  exchange->sink = std::move(sink);
  exchange->done = std::move(done);
  exchange->begin_hop(address);
  RequestId id = 0;
  if (!url) {
    exchange->reply.failure = "'" + without_query(address) + "' is not a web address";
    Loop::conclude(std::move(exchange));
    return id;
  }
  exchange->origin = exchange->authority = url->origin();
  {
    const std::scoped_lock lock(loop_->mutex);
    id = exchange->id = ++loop_->last_id;
    loop_->incoming.push_back(std::move(exchange));
  }
  curl_multi_wakeup(loop_->multi.get());
  return id;
}

void Transport::abandon(RequestId id) {
  std::unique_lock lock(loop_->mutex);
  loop_->abandoned.insert(id);
  curl_multi_wakeup(loop_->multi.get());
  loop_->forgotten.wait(lock, [&] { return !loop_->abandoned.contains(id); });
}

std::uint64_t Transport::received() const noexcept {
  return loop_->throttle.spent();
}

HttpReply Transport::send(const HttpRequest& request, const HttpSink& sink) {
  const auto& cancelled = loop_->settings.cancelled;
  if (cancelled && cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
  // Shared, because set_value may still be returning when the waiting thread goes on.
  const auto promise = std::make_shared<std::promise<HttpResult>>();
  auto future = promise->get_future();
  start(request, sink, [promise](HttpResult result) { promise->set_value(std::move(result)); });
  HttpResult result = future.get();
  if (result.thrown) std::rethrow_exception(result.thrown);
  return std::move(result.reply);
}

}  // namespace litezoo::fetcher
