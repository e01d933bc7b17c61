#include "fetcher/transport.h"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/handle.h"
#include "base/text.h"
#include "fetcher/reference.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

using Clock = std::chrono::steady_clock;
using MultiHandle = std::unique_ptr<CURLM, Deleter<curl_multi_cleanup>>;
using EasyHandle = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;

constexpr std::size_t kErrorBody = std::size_t{64} << 10;
constexpr std::size_t kHeaderLimit = std::size_t{256} << 10;
constexpr std::uint64_t kPiece = std::uint64_t{256} << 10;

struct AppendList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, AppendList>;

void add_header(HeaderList& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (grown == nullptr) throw Error(ErrorKind::internal, "out of memory for request headers");
  static_cast<void>(list.release());
  list.reset(grown);
}

// Holds what arrives to a rate by letting the transport's thread sleep: the connections' own flow
// control slows the servers down.
class Throttle {
 public:
  explicit Throttle(const TransportSettings& settings)
      : rate_(settings.bytes_per_second.count), cancelled_(settings.cancelled) {}

  // Few enough that a pause between two pieces stays short.
  long piece_size() const noexcept {
    if (rate_ == 0) return static_cast<long>(kPiece);
    return static_cast<long>(std::clamp<std::uint64_t>(rate_ / 10, 1024, kPiece));
  }

  void spend(std::size_t bytes) {
    if (rate_ == 0) return;
    const auto now = Clock::now();
    const auto cost = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(rate_)));
    // What was not used is not saved up beyond a moment.
    due_ = std::max(due_, now - std::chrono::milliseconds(100)) + cost;
    while (Clock::now() < due_ && !(cancelled_ && cancelled_())) {
      std::this_thread::sleep_for(
          std::min<Clock::duration>(due_ - Clock::now(), std::chrono::milliseconds(50)));
    }
  }

 private:
  std::uint64_t rate_;
  std::function<bool()> cancelled_;
  Clock::time_point due_ = Clock::now();
};

// One request on its way through its redirects: what libcurl's callbacks see.
struct Exchange {
  RequestId id = 0;
  HttpRequest request;
  HttpSink sink;
  std::function<void(HttpResult)> done;
  Throttle* throttle = nullptr;

  std::string origin;     // of the address being asked
  std::string authority;  // the origin that may see the credentials
  HttpReply reply;
  EasyHandle curl;
  HeaderList headers;
  std::array<char, CURL_ERROR_SIZE> detail{};

  // Of the current hop:
  HttpHead head;
  std::string body;
  std::uint64_t received = 0;
  std::size_t header_bytes = 0;
  bool head_given = false;
  bool stalled = false;
  Clock::time_point last_byte;
  std::exception_ptr thrown;

  void begin_hop(const std::string& url) {
    head = {};
    head.url = url;
    body.clear();
    received = 0;
    header_bytes = 0;
    head_given = false;
    stalled = false;
    last_byte = Clock::now();
    detail.fill('\0');
  }

  // Ready to send the request: after the TLS handshake, and at once on a connection kept open.
  bool connected() const noexcept {
    curl_off_t ready_after = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_PRETRANSFER_TIME_T, &ready_after);
    return ready_after > 0;
  }

  bool success() const noexcept { return head.status >= 200 && head.status < 300; }

  void on_header(std::string_view line) {
    last_byte = Clock::now();
    header_bytes += line.size();
    if (header_bytes > kHeaderLimit) {
      throw Error(ErrorKind::network, "'" + without_query(head.url) + "' sends endless headers");
    }
    if (line.starts_with("HTTP/")) {
      // An interim 1xx answer, or a proxy's, may come before the real one.
      const std::size_t space = line.find(' ');
      head.status = space == std::string_view::npos ? 0 : std::atoi(line.data() + space + 1);
      head.headers.clear();
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    std::string& value = head.headers[to_lower(line.substr(0, colon))];
    if (!value.empty()) value += ", ";
    value += trimmed(line.substr(colon + 1));
  }

  void give_head() {
    if (head_given || !success()) return;
    head_given = true;
    if (content_length(head).value_or(0) > request.size_limit.count) throw_too_long();
    if (sink.head) sink.head(head);
  }

  void on_body(std::span<const std::byte> bytes) {
    if (!success()) {
      const std::size_t room = kErrorBody - std::min(kErrorBody, body.size());
      body.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
    } else {
      give_head();
      received += bytes.size();
      if (received > request.size_limit.count) throw_too_long();
      if (sink.body) sink.body(bytes);
      throttle->spend(bytes.size());
    }
    last_byte = Clock::now();
  }

  [[noreturn]] void throw_too_long() const {
    throw Error(ErrorKind::corrupt, "'" + without_query(head.url) + "' gives more than the " +
                                        to_text(request.size_limit) + " allowed");
  }
};

template <typename Function>
bool guarded(Exchange& exchange, const Function& function) noexcept {
  try {
    function();
    return true;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return false;
  }
}

std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(data, size * count);
  return guarded(exchange, [&] { exchange.on_header(line); }) ? size * count : 0;
}

std::size_t write_callback(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const auto bytes = std::as_bytes(std::span(data, size * count));
  return guarded(exchange, [&] { exchange.on_body(bytes); }) ? size * count : 0;
}

const char* environment_ca_file() {
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return nullptr;
}

bool is_unreachable(CURLcode code) noexcept {
  return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
         code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_SSL_CONNECT_ERROR ||
         code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
}

// One line for a failed transfer: the host, what happened, what to do.
std::string explain(CURLcode code, const char* detail, const std::string& place,
                    const TransportSettings& settings, bool connected) {
  const std::string reach = "cannot reach " + place + ": ";
  const std::string cause =
      *detail != '\0' ? escape_for_terminal(detail) : curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return reach + "its name is not known; check the network or the proxy settings";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return reach + "the proxy's name is not known; check https_proxy";
    case CURLE_COULDNT_CONNECT:
      return reach + "the connection was refused or found no way; check the network";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return reach + "its certificate is not trusted (" + cause +
             "); for a proxy of your own set CURL_CA_BUNDLE";
    case CURLE_OPERATION_TIMEDOUT:
      if (!connected) {
        return reach + "no connection within " +
               to_text(std::chrono::nanoseconds(settings.connect_timeout)) + "; check the network";
      }
      return place + " stopped sending for " +
             to_text(std::chrono::nanoseconds(settings.stall_timeout)) + "; try again later";
    default:
      return "the transfer from " + place + " broke off: " + cause;
  }
}

// The credentials are this hop's, but anybody on the way could read them.
bool withholds_credentials(const Exchange& exchange) {
  if (exchange.request.authorization.empty() || exchange.origin != exchange.authority) return false;
  const auto url = parse_url(exchange.head.url);
  return !url || (url->scheme != "https" && !is_loopback_host(url->host));
}

HeaderList headers_for(const Exchange& exchange) {
  HeaderList headers;
  for (const std::string& line : exchange.request.headers) add_header(headers, line);
  if (!exchange.request.compressed) add_header(headers, "Accept-Encoding: identity");
  const bool own = exchange.origin == exchange.authority;
  if (!exchange.request.authorization.empty() && own && !withholds_credentials(exchange)) {
    add_header(headers, "Authorization: " + exchange.request.authorization);
  }
  return headers;
}

void set_up(Exchange& exchange, const std::string& user_agent, const TransportSettings& settings) {
  CURL* curl = exchange.curl.get();
  const HttpRequest& request = exchange.request;
  curl_easy_reset(curl);
  const auto set = [curl](CURLoption option, auto value) { curl_easy_setopt(curl, option, value); };
  set(CURLOPT_URL, exchange.head.url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  // A second request waits to learn whether it can share the first one's connection.
  if (exchange.head.url.starts_with("https:")) set(CURLOPT_PIPEWAIT, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_USERAGENT, user_agent.c_str());
  set(CURLOPT_HTTPHEADER, exchange.headers.get());
  set(CURLOPT_ERRORBUFFER, exchange.detail.data());
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  set(CURLOPT_BUFFERSIZE, exchange.throttle->piece_size());
  if (request.method == HttpMethod::head) set(CURLOPT_NOBODY, 1L);
  if (request.compressed) set(CURLOPT_ACCEPT_ENCODING, "");
  const char* environment_ca = environment_ca_file();
  if (!request.ca_file.empty()) {
    set(CURLOPT_CAINFO, request.ca_file.c_str());
  } else if (environment_ca != nullptr) {
    set(CURLOPT_CAINFO, environment_ca);
  }
  set(CURLOPT_HEADERFUNCTION, &header_callback);
  set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
  set(CURLOPT_WRITEFUNCTION, &write_callback);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
  set(CURLOPT_PRIVATE, static_cast<void*>(&exchange));
}

}  // namespace

// The thread and everything only it touches, but for what the mutex guards.
struct Transport::Loop {
  explicit Loop(TransportSettings given) : settings(std::move(given)), throttle(settings) {
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
      if (!more) curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
    }
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
    if (!guarded(started, [&] { started.headers = headers_for(started); })) {
      return conclude(std::move(exchange));
    }
    note_withheld(started);
    set_up(started, user_agent, settings);
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
      reply.failure = "'" + without_query(ended.request.url) + "' redirects without end";
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

Transport::Text Transport::get_text(const HttpRequest& request) {
  Text text;
  HttpSink sink;
  sink.body = [&text](std::span<const std::byte> bytes) {
    text.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const HttpReply reply = send(request, sink);
  require_success(reply, request.url);
  text.head = reply.hops.back();
  return text;
}

}  // namespace litezoo::fetcher
