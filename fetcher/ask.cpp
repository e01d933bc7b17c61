#include "fetcher/ask.h"

#include "base/file.h"
#include "fetcher/answer_check.h"
#include "fetcher/backoff.h"

namespace litezoo::fetcher {

bool is_worth_another(const HttpReply& reply, std::chrono::seconds longest_wait) {
  if (reply.unreachable) return false;
  if (reply.hops.empty()) return true;
  if (reply.status() / 100 == 2) return !reply.failure.empty();
  if (!is_passing_fault(reply)) return false;
  const auto wait = retry_after(reply.hops.back());
  return !wait || *wait <= longest_wait;
}

HttpReply ask(Session& session, const std::function<HttpReply()>& once) {
  const FetchSettings& settings = session.settings();
  for (int failures = 1;; ++failures) {
    HttpReply reply = once();
    // A refusal is one, however many addresses led to it.
    const bool again = reply.status() != 403 && is_worth_another(reply, settings.longest_wait);
    if (!again || failures > settings.retries) return reply;
    sleep_unless_cancelled(settings, pause_after(reply, failures, settings.first_backoff));
  }
}

HttpReply ask(Session& session, const HttpRequest& request) {
  return ask(session, [&] { return session.transport().send(request, {}); });
}

TextAnswer ask_text(Session& session, const HttpRequest& request) {
  TextAnswer answer;
  HttpSink sink;
  sink.body = [&answer](std::span<const std::byte> bytes) { answer.body += as_text(bytes); };
  const HttpReply reply = ask(session, [&] {
    answer.body.clear();
    return session.transport().send(request, sink);
  });
  require_success(reply, request.url);
  answer.head = reply.hops.back();
  return answer;
}

}  // namespace litezoo::fetcher
