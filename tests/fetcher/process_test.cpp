#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tests/fetcher/workbench.h"
#include "tests/support/process.h"

extern "C" char** environ;

namespace litezoo::fetcher {
namespace {

// fetch_child as a process of its own.
class Child {
 public:
  Child(const Store& store, const std::string& sha256, const std::string& reference) {
    std::vector<std::string> words = {FETCH_CHILD, store.root().string(), sha256, reference};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
    REQUIRE(posix_spawn(&id_, FETCH_CHILD, &actions, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  void kill() const { ::kill(id_, SIGKILL); }
  // The exit code, or 128 + signal.
  int wait() const {
    int status = 0;
    REQUIRE(::waitpid(id_, &status, 0) == id_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t id_ = -1;
};

// Of the unfinished files.
std::uint64_t partial_bytes(const Store& store) {
  std::uint64_t sum = 0;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(store.partial_directory(), error)) {
    const auto size = entry.file_size(error);
    if (!error) sum += size;
  }
  return sum;
}

std::size_t gets(const hub::Hub& hub) {
  return hub.requests().size();
}

}  // namespace

TEST_CASE("kill -9 during a fetch leaves no file that is not whole") {
  Workbench bench;
  const std::string content = random_bytes(2'000'000);
  const std::string sha256 = sha256_of_text(content);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("slow=800000"));
  for (int i = 0; i < 6; ++i) {
    const Child child(bench.store, sha256, bench.hub.url() + "/m.tflite");
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + 50 * i));
    child.kill();
    child.wait();
    CHECK(bench.store.list().empty());
  }
  const Child last(bench.store, sha256, bench.hub.url() + "/m.tflite");
  CHECK(last.wait() == 0);
  CHECK(bench.store.verify().empty());
  CHECK(read_text_file(bench.store.path_of(sha256)) == content);
  bench.store.sweep_partials(std::chrono::hours(0));
  CHECK(leftovers(bench.store) == 0);
}

TEST_CASE("what was transferred before a kill -9 is not transferred again") {
  Workbench bench;
  const std::string content = random_bytes(4'000'000);
  bench.hub.add_file("/m.tflite", content);
  struct Case {
    std::string name, sha256;
  };
  const Case cases[] = {{"digest known", sha256_of_text(content)}, {"digest unknown", "-"}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const Store store(bench.directory.path() / c.name);
    bench.hub.clear_faults();
    bench.hub.forget_requests();
    bench.hub.add_fault(hub::parse_fault("slow=4000000"));
    for (int i = 0; i < 3; ++i) {
      const auto before = partial_bytes(store);
      const Child child(store, c.sha256, bench.hub.url() + "/m.tflite");
      REQUIRE(test::wait_until([&] { return partial_bytes(store) > before + 400'000; }));
      child.kill();
      child.wait();
    }
    bench.hub.clear_faults();
    CHECK(Child(store, c.sha256, bench.hub.url() + "/m.tflite").wait() == 0);
    CHECK(read_text_file(store.path_of(sha256_of_text(content))) == content);
    // A kill may have hit the writing of a journal.
    store.sweep_partials(std::chrono::hours(0));
    CHECK(leftovers(store) == 0);
    // What was on its way at a kill counts as sent, though it never arrived.
    CHECK(bench.hub.bytes_sent() < content.size() + 400'000);
    CHECK(bench.hub.requests().back().range.starts_with("bytes="));
  }
}

TEST_CASE("eight processes that want the same file cost one transfer") {
  Workbench bench;
  const std::string content = random_bytes(1'000'000);
  const std::string sha256 = sha256_of_text(content);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("slow=2000000"));
  std::vector<Child> children;
  for (int i = 0; i < 8; ++i)
    children.emplace_back(bench.store, sha256, bench.hub.url() + "/m.tflite");
  for (const Child& child : children) CHECK(child.wait() == 0);
  CHECK(gets(bench.hub) == 1);
  CHECK(bench.store.verify().empty());
  CHECK(leftovers(bench.store) == 0);
}

TEST_CASE("a full disk is an io error that leaves nothing behind") {
  Workbench bench;
  const std::string content = random_bytes(1'000'000);
  bench.hub.add_file("/m.tflite", content);
  const ScopedVariable limit("FETCH_CHILD_FILE_LIMIT", "300000");
  const Child child(bench.store, sha256_of_text(content), bench.hub.url() + "/m.tflite");
  CHECK(child.wait() == 1);
  CHECK(bench.store.list().empty());
}

}  // namespace litezoo::fetcher
