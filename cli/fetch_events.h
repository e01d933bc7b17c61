#pragma once

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <string>

#include "fetcher/fetch.h"

namespace litezoo::cli {

struct Context;

// What happens during a fetch as JSON lines, for programs: one object a line with "event" and "at"
// (ISO 8601, UTC); readers must ignore events and keys that they do not know.
//   {"event":"fetch_begin","files":2}
//   {"event":"file_progress","name":...,"received_bytes":n,"total_bytes":n or null}
//   {"event":"file_end","name":...,"ok":true,"sha256":...,"size_bytes":n,"from_store":false}
//   {"event":"file_end","name":...,"ok":false,"error":{"kind":...,"message":...}}
//   {"event":"note","text":...}
//   {"event":"fetch_end","ok":n,"failed":n}
class FetchEvents {
 public:
  // "-" is standard error; a file is appended to. Throws Error(io).
  FetchEvents(const Context& context, const std::string& path);

  void begin(std::size_t files);
  // At most five a second for one file.
  void progress(const fetcher::FetchProgress& step);
  void note(const std::string& text);
  void end_file(const std::string& name, const fetcher::FetchOutcome& outcome);
  void end(std::size_t ok, std::size_t failed);

 private:
  std::ostream& out() noexcept;

  const Context* context_;
  std::unique_ptr<std::ofstream> file_;
  std::map<std::string, std::chrono::steady_clock::time_point> told_;
};

}  // namespace litezoo::cli
