#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "fetcher/answer_check.h"
#include "fetcher/ask.h"
#include "fetcher/block_file.h"
#include "fetcher/fetch.h"
#include "fetcher/fetch_one.h"
#include "fetcher/lane.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

std::optional<Bytes> stated_in(const HttpHead& head) {
  if (const auto range = content_range(head); range && range->total) return Bytes{*range->total};
  if (head.header("transfer-encoding")) return std::nullopt;
  if (const auto length = content_length(head)) return Bytes{*length};
  return std::nullopt;
}

// Where HEAD says nothing, the head of an answer with a byte may.
std::optional<Bytes> size_by_range(Session& session, HttpRequest request) {
  request.method = HttpMethod::get;
  request.headers.emplace_back("Range: bytes=0-0");
  std::optional<HttpHead> answer;
  HttpSink sink;
  sink.head = [&answer](const HttpHead& head) {
    answer = head;
    // The rest of what may be the whole file is not wanted.
    throw Enough{};
  };
  try {
    const HttpReply reply = ask(session, [&] { return session.transport().send(request, sink); });
    if (reply.status() != 416) require_success(reply, request.url);
  } catch (const Enough&) {
    require_file_head(*answer, escape_for_terminal(without_query(request.url)));
    return stated_in(*answer);
  }
  return std::nullopt;
}

// What one address of the place gives, as its server states it.
std::optional<Bytes> size_at(Session& session, const Place& place, const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.headers = place.headers;
  if (url == place.urls.front()) request.authorization = place.authorization;
  request.ca_file = place.ca_file;
  request.method = HttpMethod::head;
  HttpReply reply = ask(session, request);
  if (reply.status() == 405 || reply.status() == 501 || reply.status() == 403) {
    return size_by_range(session, request);
  }
  require_success(reply, request.url);
  require_file_head(reply.hops.back(), escape_for_terminal(without_query(url)));
  const auto size = stated_in(reply.hops.back());
  return size ? size : size_by_range(session, request);
}

// Of the first address that answers: a transfer goes to the next one, too.
std::optional<Bytes> stated_size(Session& session, const Place& place) {
  for (std::size_t i = 0;; ++i) {
    try {
      return size_at(session, place, place.urls.at(i));
    } catch (const Error& error) {
      if (!may_be_had_elsewhere(error) || i + 1 >= place.urls.size()) throw;
    }
  }
}

FetchPlan stored(const StoredFile& file) {
  FetchPlan plan;
  plan.from = FetchPlan::From::store;
  plan.size = file.size;
  plan.to_transfer = Bytes{0};
  return plan;
}

FetchPlan copied(Bytes size) {
  FetchPlan plan;
  plan.from = FetchPlan::From::copy;
  plan.size = size;
  plan.to_transfer = Bytes{0};
  return plan;
}

FetchPlan plan_place(Session& session, const FetchRequest& request, const Place& place) {
  const Store& store = session.store();
  const std::string sha256 = stated_sha256(request, place);
  if (!sha256.empty()) {
    if (const auto file = store.find(sha256)) return stored(*file);
  }
  const Place expected = with_expectations(place, request);
  if (const auto copy = provable_copy(expected)) return copied(Bytes{copy->bytes().size()});
  const bool packed = !place.archive_member.empty();
  FetchPlan plan;
  plan.size = packed ? request.size : expected.size;
  // A place that has not been asked yet may not answer, and then another one counts.
  plan.to_transfer = place.size ? place.size : stated_size(session, place);
  if (!packed && !plan.size) plan.size = plan.to_transfer;
  if (!packed && !plan.to_transfer) plan.to_transfer = plan.size;
  if (packed) plan.transfer = without_query(place.urls.front());
  const std::string key = packed || !place.wrapped_as.empty()
                              ? sha256_of(as_bytes("archive " + place.urls.front()))
                              : partial_key(request, place);
  const auto here = journaled_bytes(store.partial_directory() / (key + ".journal"));
  if (plan.to_transfer) plan.to_transfer->count -= std::min(here, plan.to_transfer->count);
  return plan;
}

FetchPlan plan_reference(Session& session, const FetchRequest& request,
                         const Reference& reference) {
  const FetchRequest outer = reference.member.empty() ? request : FetchRequest{};
  if (reference.scheme == Scheme::sha256) {
    const auto files = session.store().find_prefix(reference.address);
    if (files.size() == 1) return stored(files.front());
    throw Error(ErrorKind::not_found, "'" + reference.text + "' means " +
                                          std::to_string(files.size()) +
                                          " stored files; see `litezoo store list`");
  }
  const Source& source = source_of(reference);
  if (!outer.sha256.empty()) {
    Place known;
    known.copies = hf_copies(reference, outer.sha256);
    if (source.copies != nullptr) known.copies = source.copies(reference, outer.sha256);
    if (const auto copy = provable_copy(with_expectations(known, outer))) {
      return copied(Bytes{copy->bytes().size()});
    }
  }
  const Place place = source.resolve(session, reference);
  if (!place.path.empty()) return copied(Bytes{std::filesystem::file_size(place.path)});
  FetchPlan plan = plan_place(session, outer, place);
  plan.pinned = place.pinned;
  return plan;
}

}  // namespace

FetchPlan Fetcher::plan(const FetchRequest& request) {
  if (request.references.empty() && request.sha256.empty()) {
    throw Error(ErrorKind::usage, "nothing to fetch: no reference given");
  }
  if (!request.sha256.empty()) {
    if (const auto file = session().store().find(request.sha256)) return stored(*file);
  }
  std::optional<Error> first;
  for (const std::string& text : request.references) {
    const Reference reference = parse_reference(text);
    try {
      require_not_cancelled(session().settings());
      FetchPlan plan = plan_reference(session(), request, reference);
      plan.reference = text;
      return plan;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      if (!first) first = error;
    } catch (const std::filesystem::filesystem_error& error) {
      if (!first) first = Error(ErrorKind::not_found, "cannot read '" + text + "'");
    }
  }
  if (first) throw Error(*first);
  throw Error(ErrorKind::not_found,
              "file " + request.sha256 + " is not in the store, and no place to fetch it is known");
}

}  // namespace litezoo::fetcher
