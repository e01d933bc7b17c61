#include "base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace litezoo {
namespace {

constexpr std::size_t kMostOutput = std::size_t{256} << 20U;

struct Pipe {
  FileDescriptor read, write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error("cannot make a pipe", errno);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Only async-signal-safe calls: this runs between fork and exec.
[[noreturn]] void become(char* const* arguments, int output, int errors) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, STDIN_FILENO);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execvp(arguments[0], arguments);
  ::_exit(127);
}

// False at the end of the stream.
bool drain(int descriptor, std::string& text) {
  std::array<char, 1 << 16> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  const std::size_t room = kMostOutput - std::min(kMostOutput, text.size());
  text.append(buffer.data(), std::min(static_cast<std::size_t>(count), room));
  return true;
}

// Reads both streams until they end or the time is over; false then.
bool collect(int output, int errors, ChildResult& result, Nanoseconds time_limit) {
  const auto deadline = std::chrono::steady_clock::now() + time_limit;
  std::array<pollfd, 2> streams{{{output, POLLIN, 0}, {errors, POLLIN, 0}}};
  while (streams[0].fd >= 0 || streams[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const int wait = static_cast<int>(std::min<std::int64_t>(left.count(), 60'000));
    if (::poll(streams.data(), streams.size(), wait) < 0 && errno != EINTR) return false;
    if (streams[0].revents != 0 && !drain(output, result.output)) streams[0].fd = -1;
    if (streams[1].revents != 0 && !drain(errors, result.errors)) streams[1].fd = -1;
  }
  return true;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

ChildResult run_child(const std::vector<std::string>& command, Nanoseconds time_limit) {
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  std::vector<std::string> copy = command;
  std::vector<char*> arguments;
  arguments.reserve(copy.size() + 1);
  for (auto& argument : copy) arguments.push_back(argument.data());
  arguments.push_back(nullptr);

  const pid_t child = ::fork();
  if (child < 0) throw system_error("cannot start '" + command.front() + "'", errno);
  if (child == 0) become(arguments.data(), output.write.number(), errors.write.number());
  output.write = FileDescriptor();
  errors.write = FileDescriptor();

  ChildResult result;
  result.timed_out = !collect(output.read.number(), errors.read.number(), result, time_limit);
  if (result.timed_out) ::kill(child, SIGKILL);
  const int status = wait_for(child);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (result.signal == SIGINT) throw Error(ErrorKind::interrupted, "interrupted");
  if (result.exit_code == 127 && result.output.empty() && result.errors.empty()) {
    throw Error(ErrorKind::io, "cannot start '" + command.front() + "'; is it installed?");
  }
  return result;
}

}  // namespace litezoo
