#include "fetcher/download.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <thread>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kSniffed = 512;

// Content-Range's "bytes first-last/total"; total is absent for '*'.
struct ContentRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> total;
};
std::optional<ContentRange> parse_content_range(const std::string& text) {
  constexpr std::string_view kUnit = "bytes ";
  if (!text.starts_with(kUnit)) return std::nullopt;
  const char* end = text.data() + text.size();
  ContentRange range;
  auto [at, error] = std::from_chars(text.data() + kUnit.size(), end, range.first);
  if (error != std::errc() || at == end || *at != '-') return std::nullopt;
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) return std::nullopt;
  std::uint64_t total = 0;
  if (std::from_chars(text.data() + slash + 1, end, total).ec == std::errc()) range.total = total;
  return range;
}

std::optional<std::uint64_t> content_length(const HttpHead& head) {
  const auto text = head.header("content-length");
  std::uint64_t length = 0;
  if (!text ||
      std::from_chars(text->data(), text->data() + text->size(), length).ec != std::errc()) {
    return std::nullopt;
  }
  return length;
}

bool is_passing_fault(int status) noexcept {
  return status == 408 || status == 425 || status == 429 || status == 500 || status == 502 ||
         status == 503 || status == 504;
}

bool is_web_page(std::string_view start) {
  const std::string text = to_lower(start.substr(0, kSniffed));
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return false;
  const std::string_view body = std::string_view(text).substr(first);
  return body.starts_with("<!doctype html") || body.starts_with("<html");
}

// One URL's bytes on their way into one file.
class Transfer {
 public:
  Transfer(Session& session, const Place& place, const std::string& reference, const Target& target)
      : session_(session),
        place_(place),
        reference_(reference),
        file_(target.file),
        journal_(target.journal) {
    begin_digests();
    if (file_.size() > 0) file_.read_all([this](auto bytes) { take(bytes); });
  }

  std::string run(const std::string& url) {
    shown_ = escape_for_terminal(without_query(url));
    read_journal(url);
    for (int attempt = 0;; ++attempt) {
      require_not_cancelled(session_.settings());
      const std::uint64_t before = file_.size();
      const HttpReply reply = ask(url);
      if (reply.failure.empty() && reply.status() / 100 == 2) refuse_impostor();
      if (is_whole(reply)) {
        if (auto sha256 = finish()) return *sha256;
        continue;
      }
      if (reply.status() == 416 && before > 0) restart();
      // A transfer that moves is not given up, however often it breaks.
      if (file_.size() > furthest_) attempt = 0;
      furthest_ = std::max(furthest_, file_.size());
      if (attempt >= session_.settings().retries || !is_worth_another(reply, before)) {
        throw_failed(reply, url);
      }
      pause(reply, attempt);
    }
  }

  void restart() {
    file_.truncate(0);
    validator_.clear();
    begin_digests();
  }

 private:
  void begin_digests() {
    digesters_.clear();
    start_.clear();
    stated_.clear();
    digesters_.emplace_back(DigestKind::sha256, 0);
    for (const Digest& digest : place_.digests) {
      if (digest.kind == DigestKind::sha256) continue;
      digesters_.emplace_back(digest.kind, place_.size.value_or(Bytes{}).count);
    }
  }

  HttpReply ask(const std::string& url) {
    HttpRequest request;
    request.url = url;
    request.headers = place_.headers;
    if (!place_.urls.empty() && url == place_.urls.front()) {
      request.authorization = place_.authorization;
    }
    request.ca_file = place_.ca_file;
    const bool can_prove = !validator_.empty() || !place_.digests.empty();
    if (file_.size() > 0 && !can_prove) restart();
    asked_from_ = file_.size();
    asked_url_ = url;
    if (asked_from_ > 0) {
      request.headers.push_back("Range: bytes=" + std::to_string(asked_from_) + "-");
      if (!validator_.empty()) request.headers.push_back("If-Range: " + validator_);
    }
    const Bytes limit = place_.size.value_or(session_.settings().size_limit);
    request.size_limit = limit;
    HttpSink sink;
    sink.head = [this](const HttpHead& head) { on_head(head); };
    sink.body = [this, limit](std::span<const std::byte> bytes) {
      if (wrong_range_) return;
      if (bytes.size() > limit.count - std::min(limit.count, file_.size())) throw_long(limit);
      file_.append(bytes);
      take(bytes);
      report();
    };
    wrong_range_ = false;
    HttpReply reply = session_.transport().send(request, sink);
    if (wrong_range_) restart();
    return reply;
  }

  // All bytes are here; a connection that breaks after the last of them does no harm.
  bool is_whole(const HttpReply& reply) const {
    const bool success = reply.status() / 100 == 2 && !wrong_range_;
    if (total_) return success && file_.size() == *total_;
    return success && reply.failure.empty();
  }

  void on_head(const HttpHead& head) {
    if (head.header("content-type").value_or("").starts_with("text/html")) throw_web_page(head.url);
    const auto length = content_length(head);
    if (head.status != 206) {
      if (file_.size() > 0) restart();
      total_ = length;
    } else {
      const auto range = parse_content_range(head.header("content-range").value_or(""));
      if (range && range->first == 0 && asked_from_ > 0) restart();
      const auto total = range ? range->total : std::nullopt;
      wrong_range_ = !range || range->first != file_.size() ||
                     (total && place_.size && *total != place_.size->count);
      if (wrong_range_) return;
      resumed_ = file_.size() > 0;
      total_ = total;
    }
    if (place_.size) total_ = place_.size->count;
    validator_ = validator_of(head);
    if (file_.size() == 0) expect_stored_digest(head);
    write_journal(asked_url_);
    if (total_ && *total_ > file_.size()) {
      require_room(session_.store().partial_directory(), Bytes{*total_ - file_.size()});
    }
  }

  // "<origin>\n<validator>\n": another host's validator says nothing about this one's bytes.
  void read_journal(const std::string& url) {
    std::error_code ignored;
    if (file_.size() == 0 || journal_.empty() || !std::filesystem::exists(journal_, ignored))
      return;
    const std::vector<std::string> lines = split(read_text_file(journal_), '\n');
    const auto origin = parse_url(url);
    if (lines.size() == 3 && origin && lines[0] == origin->origin()) validator_ = lines[1];
  }

  void write_journal(const std::string& url) {
    const auto origin = parse_url(url);
    if (journal_.empty() || !origin || validator_ == journaled_) return;
    write_file_atomically(journal_, origin->origin() + "\n" + validator_ + "\n");
    journaled_ = validator_;
  }

  // Google's storage states a digest with the bytes: x-goog-hash: crc32c=...,md5=<base64>.
  void expect_stored_digest(const HttpHead& head) {
    const std::string stated = head.header("x-goog-hash").value_or("");
    const std::size_t at = stated.find("md5=");
    if (at == std::string::npos) return;
    const std::string md5 = decode_base64(stated.substr(at + 4, 24));
    if (md5.size() != 16) return;
    stated_ = {{DigestKind::md5, to_hex(md5)}};
    digesters_.emplace_back(DigestKind::md5, 0);
  }

  // Weak tags do not promise equal bytes, so If-Range must not use them.
  static std::string validator_of(const HttpHead& head) {
    const auto tag = head.header("etag");
    if (tag && !tag->starts_with("W/")) return *tag;
    return head.header("last-modified").value_or("");
  }

  void take(std::span<const std::byte> bytes) {
    const auto text = std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (start_.size() < kSniffed) start_ += text.substr(0, kSniffed - start_.size());
    for (Digester& digester : digesters_) digester.update(bytes);
  }

  void report() const {
    const auto& progress = session_.settings().progress;
    if (!progress) return;
    FetchProgress now;
    now.reference = reference_;
    now.received = Bytes{file_.size()};
    if (total_) now.total = Bytes{*total_};
    progress(now);
  }

  // Servers that close the connection instead of stating a length look finished when cut off.
  bool cut_short() const { return total_ && file_.size() < *total_; }

  bool is_worth_another(const HttpReply& reply, std::uint64_t before) const {
    if (reply.unreachable) return false;
    if (reply.status() == 416 && before > 0) return true;
    if (reply.hops.empty() || reply.status() / 100 == 2) return true;
    if (!is_passing_fault(reply.status())) return false;
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

  // What servers give in a file's place with the status of success.
  void refuse_impostor() const {
    refuse_error_answer();
    if (is_web_page(start_)) throw_web_page("");
    if (start_.starts_with("version https://git-lfs.github.com/spec/") && file_.size() < 1024) {
      throw Error(ErrorKind::corrupt, "'" + shown_ + "' is a git-lfs pointer of " +
                                          to_text(Bytes{file_.size()}) +
                                          ", not the model; use the address that gives the file");
    }
  }

  // Kaggle answers some refusals with the status of success.
  void refuse_error_answer() const {
    if (!start_.starts_with("{\"code\":") || file_.size() > kSniffed) return;
    throw Error(ErrorKind::network, "'" + shown_ + "' refused: " + escape_for_terminal(start_));
  }

  // The content's SHA-256 when it is what the place promised. Nothing when a transfer that was
  // taken up again gave wrong bytes: then the server joined two versions, and the file starts anew.
  std::optional<std::string> finish() {
    std::vector<Digest> found;
    for (Digester& digester : digesters_) found.push_back({digester.kind(), digester.finish()});
    std::vector<Digest> all = place_.digests;
    all.insert(all.end(), stated_.begin(), stated_.end());
    for (const Digest& expected : all) {
      const auto actual = std::ranges::find(found, expected.kind, &Digest::kind);
      if (actual == found.end() || actual->hex == expected.hex) continue;
      if (!resumed_) throw_wrong(expected, actual->hex);
      resumed_ = false;
      restart();
      return std::nullopt;
    }
    return found.front().hex;
  }

  [[noreturn]] void throw_failed(const HttpReply& reply, const std::string& url) const {
    if (reply.failure.empty() && wrong_range_) {
      throw Error(ErrorKind::network,
                  "'" + shown_ + "' answers with other ranges than asked for; try again later");
    }
    if (reply.failure.empty() && cut_short()) throw_short();
    require_success(reply, url);
    throw Error(ErrorKind::internal, "a whole answer of '" + shown_ + "' was not taken");
  }

  [[noreturn]] void throw_wrong(const Digest& expected, const std::string& hex) const {
    throw Error(ErrorKind::corrupt,
                "'" + shown_ + "' gave wrong bytes: " + std::string(name_of(expected.kind)) +
                    " is " + hex + ", expected " + expected.hex);
  }
  [[noreturn]] void throw_long(Bytes limit) const {
    throw Error(ErrorKind::corrupt,
                "'" + shown_ + "' gives more than the " + to_text(limit) + " expected");
  }
  [[noreturn]] void throw_short() const {
    throw Error(ErrorKind::network, "'" + shown_ + "' ends after " + std::to_string(file_.size()) +
                                        " of " + std::to_string(*total_) +
                                        " bytes; try again later");
  }
  [[noreturn]] void throw_web_page(const std::string& final_url) const {
    const auto url = parse_url(final_url);
    throw Error(ErrorKind::network,
                "'" + shown_ + "' gave a web page" + (url ? " of " + url->place() : "") +
                    " instead of the file: an error page or a network's login page; open it in a "
                    "browser");
  }

  Session& session_;
  const Place& place_;
  const std::string& reference_;
  GrowingFile& file_;
  std::filesystem::path journal_;
  std::string shown_;
  std::vector<Digester> digesters_;
  std::string start_;
  std::vector<Digest> stated_;  // by the server, with the bytes
  std::string validator_;       // of the bytes in the file
  std::string journaled_;
  std::string asked_url_;
  std::uint64_t asked_from_ = 0;
  std::uint64_t furthest_ = 0;  // the most bytes that were ever here
  bool resumed_ = false;        // the content came in more than one answer
  bool wrong_range_ = false;    // the last answer's
  std::optional<std::uint64_t> total_;
};

}  // namespace

std::string download(Session& session, const Place& place, const std::string& reference,
                     const Target& target) {
  Transfer transfer(session, place, reference, target);
  for (std::size_t i = 0;; ++i) {
    try {
      return transfer.run(place.urls.at(i));
    } catch (const Error& error) {
      const bool elsewhere = error.kind() == ErrorKind::network ||
                             error.kind() == ErrorKind::not_found ||
                             error.kind() == ErrorKind::corrupt;
      if (!elsewhere || i + 1 >= place.urls.size()) throw;
      transfer.restart();
    }
  }
}

}  // namespace litezoo::fetcher
