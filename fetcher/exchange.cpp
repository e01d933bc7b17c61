#include "fetcher/exchange.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kErrorBody = std::size_t{64} << 10;
constexpr std::size_t kHeaderLimit = std::size_t{256} << 10;

[[noreturn]] void throw_too_long(const Exchange& exchange) {
  throw Error(ErrorKind::corrupt,
              "'" + without_query(exchange.head.url) + "' gives more than the " +
                  to_text(exchange.request.size_limit) + " allowed; use another address");
}

}  // namespace

static_assert(CURL_ERROR_SIZE == std::tuple_size_v<decltype(Exchange::detail)>);

void FreeEasy::operator()(void* curl) const noexcept {
  curl_easy_cleanup(curl);
}

void FreeList::operator()(curl_slist* list) const noexcept {
  curl_slist_free_all(list);
}

void Exchange::begin_hop(const std::string& url) {
  head = {};
  head.url = url;
  body.clear();
  received = 0;
  header_bytes = 0;
  head_given = fresh = false;
  last_byte = Clock::now();
  detail.fill('\0');
}

bool Exchange::connected() const noexcept {
  curl_off_t ready_after = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_PRETRANSFER_TIME_T, &ready_after);
  return ready_after > 0;
}

void Exchange::on_header(std::string_view line) {
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

void Exchange::give_head() {
  if (head_given || !success()) return;
  head_given = true;
  if (content_length(head).value_or(0) > request.size_limit.count) throw_too_long(*this);
  if (sink.head) sink.head(head);
}

void Exchange::pause() {
  if (std::exchange(fresh, false) && sink.pause) sink.pause();
}

void Exchange::on_body(std::span<const std::byte> bytes) {
  if (!success()) {
    const std::size_t room = kErrorBody - std::min(kErrorBody, body.size());
    body.append(reinterpret_cast<const char*>(bytes.data()), std::min(room, bytes.size()));
  } else {
    give_head();
    received += bytes.size();
    if (received > request.size_limit.count) throw_too_long(*this);
    // First, for a sink may take some of them and throw.
    fresh = true;
    if (sink.body) sink.body(bytes);
    if (throttle->limits()) pause();
    throttle->spend(bytes.size());
  }
  last_byte = Clock::now();
}

}  // namespace litezoo::fetcher
