#include "fetcher/fetch.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "fetcher/fetch_one.h"
#include "fetcher/session.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

bool is_local(const Reference& reference) {
  return reference.scheme == Scheme::path || reference.scheme == Scheme::file ||
         reference.scheme == Scheme::sha256;
}

// Failures that another place cannot cure.
bool is_final(const Error& error, const Reference& reference) {
  switch (error.kind()) {
    case ErrorKind::interrupted:
    case ErrorKind::internal:
      return true;
    case ErrorKind::io:
      return !is_local(reference);
    default:
      return false;
  }
}

// Wrong bytes outweigh a place that is only out of reach.
ErrorKind kind_of(const std::vector<ErrorKind>& kinds) {
  for (const ErrorKind kind : {ErrorKind::corrupt, ErrorKind::network, ErrorKind::not_found}) {
    if (std::ranges::find(kinds, kind) != kinds.end()) return kind;
  }
  return kinds.front();
}

[[noreturn]] void throw_all(const std::vector<FetchFailure>& failures,
                            const std::vector<ErrorKind>& kinds) {
  const bool all_the_same = std::ranges::all_of(failures, [&](const FetchFailure& failure) {
    return failure.message == failures.front().message;
  });
  if (all_the_same) throw Error(kind_of(kinds), failures.front().message);
  std::string message = "none of " + std::to_string(failures.size()) + " places gave the file: ";
  for (std::size_t i = 0; i < failures.size(); ++i) {
    if (i > 0) message += "; ";
    message += std::to_string(i + 1) + ") " + about(failures[i].reference, failures[i].message);
  }
  throw Error(kind_of(kinds), message);
}

}  // namespace

struct Fetcher::State {
  Session session;
};

Fetcher::Fetcher(const Store& store, FetchSettings settings)
    : state_(new State{Session(store, std::move(settings))}) {}

Fetcher::~Fetcher() = default;

Session& Fetcher::session() noexcept {
  return state_->session;
}

Fetched Fetcher::fetch(const FetchRequest& request) {
  Session& session = state_->session;
  if (request.references.empty() && request.sha256.empty()) {
    throw Error(ErrorKind::usage, "nothing to fetch: no reference given");
  }
  std::vector<Reference> references;
  references.reserve(request.references.size());
  for (const std::string& text : request.references) references.push_back(parse_reference(text));
  require_not_cancelled(session.settings());
  if (auto ready = find_intact(session.store(), request.sha256)) return *ready;
  std::vector<FetchFailure> failures;
  std::vector<ErrorKind> kinds;
  for (const Reference& reference : references) {
    try {
      Fetched fetched = fetch_one(session, request, reference);
      fetched.failures = std::move(failures);
      return fetched;
    } catch (const Error& error) {
      if (is_final(error, reference)) throw;
      failures.push_back({reference.text, error.what()});
      kinds.push_back(error.kind());
    }
  }
  if (failures.empty()) {
    throw Error(
        ErrorKind::not_found,
        "file " + request.sha256 + " is not in the store, and no place to fetch it is known");
  }
  throw_all(failures, kinds);
}

namespace {

// Outcomes on their way from the workers to the thread that waits for them.
class Outcomes {
 public:
  void put(std::size_t index, FetchOutcome outcome) {
    {
      const std::scoped_lock lock(mutex_);
      ready_.emplace_back(index, std::move(outcome));
    }
    changed_.notify_one();
  }
  std::pair<std::size_t, FetchOutcome> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty(); });
    auto first = std::move(ready_.front());
    ready_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::size_t, FetchOutcome>> ready_;
};

FetchOutcome outcome_of(Fetcher& fetcher, const FetchRequest& request) {
  FetchOutcome outcome;
  try {
    outcome.fetched = fetcher.fetch(request);
  } catch (const Error& error) {
    outcome.error = error;
  } catch (const std::exception& error) {
    outcome.error = Error(ErrorKind::internal, error.what());
  }
  return outcome;
}

}  // namespace

std::vector<FetchOutcome> Fetcher::fetch_all(
    std::span<const FetchRequest> requests,
    const std::function<void(std::size_t index, const FetchOutcome&)>& done) {
  std::vector<FetchOutcome> outcomes(requests.size());
  Outcomes ready;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false;
  const auto work = [&] {
    for (std::size_t i = next++; i < requests.size(); i = next++) {
      FetchOutcome outcome;
      if (stop) {
        outcome.error = Error(ErrorKind::interrupted, "interrupted");
      } else {
        outcome = outcome_of(*this, requests[i]);
      }
      ready.put(i, std::move(outcome));
    }
  };
  std::vector<std::jthread> workers;
  const std::size_t files = std::max<std::size_t>(1, state_->session.settings().files);
  for (std::size_t i = 0; i < std::min(files, requests.size()); ++i) workers.emplace_back(work);
  std::optional<Error> interrupted;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    auto [index, outcome] = ready.take();
    outcomes[index] = std::move(outcome);
    const auto& error = outcomes[index].error;
    if (error && error->kind() == ErrorKind::interrupted) interrupted = error;
    if (interrupted) stop = true;
    try {
      if (done && !interrupted) done(index, outcomes[index]);
    } catch (...) {
      stop = true;
      throw;  // the workers end with their current files
    }
  }
  if (interrupted) throw Error(*interrupted);
  return outcomes;
}

}  // namespace litezoo::fetcher
