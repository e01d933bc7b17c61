#include "tests/hub/fault.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::hub {
namespace {

using enum FaultKind;

constexpr auto kFaults = std::to_array<FaultRow>({
    {wrong_byte, "wrong-byte", "flip the byte at VALUE; the length stays right"},
    {cut_off, "cut-off", "close the connection after VALUE bytes of the body"},
    {slow, "slow", "send VALUE bytes a second"},
    {stall, "stall", "send VALUE bytes, then nothing while the connection stays open"},
    {status, "status", "answer with the status VALUE"},
    {retry_after, "retry-after", "429 with Retry-After: VALUE seconds"},
    {retry_after_date, "retry-after-date", "429 with Retry-After: the date VALUE seconds from now"},
    {rate_limit, "rate-limit", "429 with RateLimit r=0;t=VALUE"},
    {to_cdn, "to-cdn", "redirect to the second port"},
    {to_ftp, "to-ftp", "redirect to ftp:"},
    {to_file, "to-file", "redirect to file:///etc/passwd"},
    {to_plain_http, "to-plain-http", "redirect to http: on a host that is not this machine"},
    {to_itself, "to-itself", "redirect without end"},
    {web_page, "web-page", "a login page as text/html with status 200"},
    {hidden_web_page, "hidden-web-page", "the same as application/octet-stream"},
    {lfs_pointer, "lfs-pointer", "a git-lfs pointer instead of the file"},
    {endless, "endless", "zeros without end and without a length"},
    {no_length, "no-length", "no Content-Length; the end of the connection ends the body"},
    {chunked, "chunked", "chunked transfer, no Content-Length"},
    {ignore_range, "ignore-range", "200 and the whole file for a range request"},
    {range_from_zero, "range-from-zero", "206 that starts at 0 whatever was asked"},
    {shifted_range, "shifted-range", "206 whose bytes are VALUE off from what it says"},
    {other_total, "other-total", "206 whose total is VALUE more than the file's size"},
    {range_refused, "range-refused", "416 for every range request"},
    {new_tag, "new-tag", "another ETag for every answer, and If-Range never matches"},
    {gzip, "gzip", "compress and ignore ranges when the client accepts gzip"},
    {no_tag, "no-tag", "neither ETag nor Last-Modified"},
    {no_head, "no-head", "405 for HEAD"},
    {no_commit, "no-commit", "leave out the headers that a hub adds"},
    {small_length, "small-length", "a Content-Length that is VALUE less than the body"},
    {cdn_status, "cdn-status",
     "answer with the status VALUE on the second port: a signed address "
     "that has run out"},
    {range_without_end, "range-without-end", "206 that goes on to the file's end"},
    {long_body, "long-body", "206 with VALUE bytes more than the file has"},
    {wrong_in_cache, "wrong-in-cache",
     "flip the byte at VALUE unless the request says Cache-Control: no-cache"},
});

constexpr bool in_order() {
  for (std::size_t i = 0; i < kFaults.size(); ++i) {
    if (static_cast<std::size_t>(kFaults[i].kind) != i) return false;
  }
  return true;
}
static_assert(in_order(), "kFaults has one row a kind, in the order of FaultKind");

// Cuts what follows the `mark` at that place off `text`.
std::string cut_tail(std::string& text, std::size_t at) {
  if (at == std::string::npos) return "";
  std::string tail = text.substr(at + 1);
  text.resize(at);
  return tail;
}

}  // namespace

std::span<const FaultRow> faults() noexcept {
  return kFaults;
}

Fault parse_fault(const std::string& text) {
  Fault fault;
  std::string name = text;
  if (const std::string times = cut_tail(name, name.rfind('*')); !times.empty()) {
    fault.times = std::atoi(times.c_str());
  }
  // A path may hold one, too: "@scope".
  fault.path = cut_tail(name, name.find('@'));
  fault.value = std::strtoull(cut_tail(name, name.rfind('=')).c_str(), nullptr, 10);
  const auto* row = std::ranges::find(kFaults, std::string_view(name), &FaultRow::name);
  if (row == kFaults.end()) {
    std::vector<std::string> names;
    for (const FaultRow& known : kFaults) names.emplace_back(known.name);
    throw Error(ErrorKind::usage, "unknown fault '" + name + "'; known: " + join_names(names));
  }
  fault.kind = row->kind;
  return fault;
}

}  // namespace litezoo::hub
