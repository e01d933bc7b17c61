#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/file.h"

namespace litezoo::test {

// How a program ended and what it printed.
struct Finished {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;
  std::string out, err;
};

// A program running beside the test; killed when this object dies first.
class Process {
 public:
  // `environment` holds NAME=VALUE, added to this process's own. Throws Error(io) if it cannot
  // be started.
  explicit Process(const std::vector<std::string>& command,
                   const std::vector<std::string>& environment = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void send(int signal) const;
  Finished wait();

 private:
  TemporaryDirectory directory_;  // what it prints goes to files here
  pid_t id_ = -1;
};

// Starts and waits.
Finished run_process(const std::vector<std::string>& command,
                     const std::vector<std::string>& environment = {});

// Polls until `condition` holds; false when `patience` is over first.
bool wait_until(const std::function<bool()>& condition,
                std::chrono::milliseconds patience = std::chrono::seconds(20));

// The lines of a text, without the newlines.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace litezoo::test
