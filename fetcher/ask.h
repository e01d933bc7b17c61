#pragma once

#include <functional>
#include <string>

#include "fetcher/http.h"
#include "fetcher/session.h"

namespace litezoo::fetcher {

// Whether the same may be answered better in a moment: a status such as 503 or 429 that asks for a
// pause of at most `longest_wait`, or a connection that broke.
bool is_worth_another(const HttpReply& reply, std::chrono::seconds longest_wait);

// Questions that few bytes answer, put again after growing, varied pauses, or the one that the
// server asks for, while that is worth it and the settings' retries last. They throw what sending
// throws, and Error(interrupted).
HttpReply ask(Session& session, const std::function<HttpReply()>& once);
HttpReply ask(Session& session, const HttpRequest& request);  // the answer's head only

struct TextAnswer {
  std::string body;
  HttpHead head;
};
// The body of a 2xx. Throws Error(network), or Error(not_found) for 404 and 410.
TextAnswer ask_text(Session& session, const HttpRequest& request);

}  // namespace litezoo::fetcher
