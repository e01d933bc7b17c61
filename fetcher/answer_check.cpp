#include "fetcher/answer_check.h"

#include "base/error.h"
#include "base/text.h"
#include "base/units.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

[[noreturn]] void throw_web_page(const std::string& shown, const std::string& final_url) {
  const auto url = parse_url(final_url);
  throw Error(ErrorKind::network,
              "'" + shown + "' gave a web page" + (url ? " of " + url->place() : "") +
                  " instead of the file: an error page or a network's login page; open it in a "
                  "browser");
}

bool is_web_page(std::string_view start) {
  const std::string text = to_lower(start);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return false;
  const std::string_view body = std::string_view(text).substr(first);
  return body.starts_with("<!doctype html") || body.starts_with("<html");
}

}  // namespace

bool is_passing_fault(const HttpReply& reply) noexcept {
  switch (reply.status()) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      return true;
    case 403:
      // A signed address of another host that has run out: the next attempt gets a fresh one.
      return reply.hops.size() > 1;
    default:
      return false;
  }
}

void require_file_head(const HttpHead& head, const std::string& shown) {
  if (head.header("content-type").value_or("").starts_with("text/html")) {
    throw_web_page(shown, head.url);
  }
  const std::string encoding = to_lower(head.header("content-encoding").value_or("identity"));
  if (encoding != "identity" && !encoding.empty()) {
    throw Error(ErrorKind::network, "'" + shown + "' sends the file compressed (" +
                                        escape_for_terminal(encoding) +
                                        ") though it was asked not to; use another address");
  }
}

void require_file_start(std::string_view start, std::uint64_t size, const std::string& shown) {
  constexpr std::uint64_t kLongestError = 512;
  constexpr std::uint64_t kLongestPointer = 1024;
  if (start.starts_with("{\"code\":") && size <= kLongestError) {
    // Kaggle answers some refusals with the status of success.
    throw Error(ErrorKind::network, "'" + shown + "' refused: " + escape_for_terminal(start));
  }
  if (is_web_page(start)) throw_web_page(shown, "");
  if (start.starts_with("version https://git-lfs.github.com/spec/") && size < kLongestPointer) {
    throw Error(ErrorKind::corrupt, "'" + shown + "' is a git-lfs pointer of " +
                                        to_text(Bytes{size}) +
                                        ", not the model; use the address that gives the file");
  }
}

}  // namespace litezoo::fetcher
