#include "cli/fetch_events.h"

#include <ctime>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/error.h"
#include "base/json.h"
#include "cli/context.h"

namespace litezoo::cli {
namespace {

using Json = nlohmann::json;

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

void write(std::ostream& out, Json event) {
  event["at"] = now();
  out << dump_json(event) + "\n" << std::flush;
}

}  // namespace

FetchEvents::FetchEvents(const Context& context, const std::string& path) : context_(&context) {
  if (path == "-") return;
  file_ = std::make_unique<std::ofstream>(path, std::ios::app);
  if (!*file_) {
    throw Error(ErrorKind::io, "cannot write events to '" + path + "'; check the path");
  }
}

std::ostream& FetchEvents::out() noexcept {
  return file_ ? static_cast<std::ostream&>(*file_) : context_->err;
}

void FetchEvents::begin(std::size_t files) {
  write(out(), {{"event", "fetch_begin"}, {"files", files}});
}

void FetchEvents::progress(const fetcher::FetchProgress& step) {
  const auto at = std::chrono::steady_clock::now();
  auto& told = told_[step.name];
  const bool last = step.total && step.received == *step.total;
  if (!last && at - told < std::chrono::milliseconds(200)) return;
  told = at;
  Json event = {{"event", "file_progress"},
                {"name", step.name},
                {"received_bytes", step.received.count},
                {"total_bytes", nullptr}};
  if (step.total) event["total_bytes"] = step.total->count;
  write(out(), std::move(event));
}

void FetchEvents::note(const std::string& text) {
  write(out(), {{"event", "note"}, {"text", text}});
}

void FetchEvents::end_file(const std::string& name, const fetcher::FetchOutcome& outcome) {
  Json event = {{"event", "file_end"}, {"name", name}, {"ok", outcome.fetched.has_value()}};
  if (outcome.fetched) {
    event["sha256"] = outcome.fetched->sha256;
    event["size_bytes"] = outcome.fetched->size.count;
    event["from_store"] = outcome.fetched->from_store;
  }
  if (outcome.error) {
    event["error"] = {{"kind", to_string(outcome.error->kind())},
                      {"message", outcome.error->what()}};
  }
  write(out(), std::move(event));
}

void FetchEvents::end(std::size_t ok, std::size_t failed) {
  write(out(), {{"event", "fetch_end"}, {"ok", ok}, {"failed", failed}});
}

}  // namespace litezoo::cli
