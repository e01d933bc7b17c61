#include "base/child_process.h"

#include <doctest/doctest.h>

#include <csignal>

#include "base/error.h"

namespace litezoo {

using std::chrono::seconds;

TEST_CASE("a child's output, errors and exit code come back") {
  const auto child = run_child({"sh", "-c", "echo out; echo err >&2; exit 7"}, seconds(20));
  CHECK(child.output == "out\n");
  CHECK(child.errors == "err\n");
  CHECK(child.exit_code == 7);
  CHECK(child.signal == 0);
  CHECK_FALSE(child.timed_out);
}

TEST_CASE("more output than a pipe holds does not block") {
  const auto child = run_child({"head", "-c", "3000000", "/dev/zero"}, seconds(20));
  CHECK(child.output.size() == 3'000'000);
}

TEST_CASE("a child that crashes is told by its signal") {
  CHECK(run_child({"sh", "-c", "kill -SEGV $$"}, seconds(20)).signal == SIGSEGV);
}

TEST_CASE("a child that hangs is ended") {
  const auto start = std::chrono::steady_clock::now();
  const auto child = run_child({"sleep", "60"}, std::chrono::milliseconds(200));
  CHECK(child.timed_out);
  CHECK(child.signal == SIGKILL);
  CHECK(std::chrono::steady_clock::now() - start < seconds(30));
}

TEST_CASE("a program that is not there is named") {
  try {
    run_child({"litezoo-no-such-program"}, seconds(20));
    FAIL("it was started");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::io);
    CHECK(std::string(error.what()).find("litezoo-no-such-program") != std::string::npos);
  }
}

}  // namespace litezoo
