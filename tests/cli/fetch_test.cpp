#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <string>

#include "base/hash.h"
#include "tests/cli/program.h"
#include "tests/hub/hub.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

std::string model_bytes() {
  return std::string(as_text(builder::classifier({.width = 1})));
}

// A hub with one model, and the program that fetches from it.
struct Bench {
  Program program;
  hub::Hub hub;
  std::string bytes = model_bytes();
  std::string sha256 = sha256_of(as_bytes(bytes));
  std::string reference = hub.url() + "/model.tflite";

  Bench() { hub.add_file("/model.tflite", bytes); }

  Finished fetch() const { return program.run({"fetch", reference, "--sha256", sha256}); }

  // True once the server has sent something and the rest is under way.
  bool fetching() const { return hub.bytes_sent() > 0 && !program.stored_files().empty(); }

  // The store's finished files whose content is not what their name promises.
  bool store_is_sound() const {
    for (const auto& path : program.stored_files()) {
      const auto name = path.filename().string();
      if (is_sha256(name) && sha256_of_file(path) != name) return false;
    }
    return true;
  }
};

}  // namespace

TEST_CASE("a fetched model is stored once, and then needs no network") {
  const Bench bench;
  const auto first = bench.fetch();
  CAPTURE(first.err);
  CHECK(first.exit_code == 0);
  CHECK(first.out.find(bench.sha256.substr(0, 12)) != std::string::npos);
  CHECK(bench.store_is_sound());
  const auto again =
      bench.program.run({"fetch", bench.reference, "--sha256", bench.sha256, "--offline"});
  CAPTURE(again.err);
  CHECK(again.exit_code == 0);
  CHECK(bench.program.run({"inspect", "sha256:" + bench.sha256.substr(0, 16)}).exit_code == 0);
}

TEST_CASE("bytes with another digest are exit code 6 and are not kept") {
  const Bench bench;
  const std::string wrong(64, 'a');
  const auto result = bench.program.run({"fetch", bench.reference, "--sha256", wrong});
  CAPTURE(result.err);
  CHECK(result.exit_code == 6);
  const auto lines = lines_of(result.err);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find("asking once more, past caches") != std::string::npos);
  CHECK(lines[1].starts_with("litezoo: '" + bench.reference + "' gave wrong bytes: SHA-256 is "));
  for (const auto& path : bench.program.stored_files()) {
    CAPTURE(path.string());
    CHECK(path.filename() != bench.sha256);
    CHECK(path.filename() != wrong);
  }
}

TEST_CASE("a failure is one line that names the address once, without its query, and a next step") {
  struct Case {
    std::string fault;
    int exit_code;
  };
  const Case cases[] = {{"status=404", 4},      {"status=400", 5},  {"status=403", 5},
                        {"status=429", 5},      {"status=500", 5},  {"retry-after=3600", 5},
                        {"cut-off=0", 5},       {"to-ftp", 5},      {"to-file", 5},
                        {"to-plain-http", 5},   {"to-itself", 5},   {"web-page", 5},
                        {"hidden-web-page", 5}, {"lfs-pointer", 6}, {"range-refused", 0}};
  const Program program;
  hub::Hub hub;
  hub.add_file("/m.tflite?Signature=SECRET",
               std::string(as_text(builder::classifier({.width = 0.25}))));
  const std::string address = hub.url() + "/m.tflite";
  for (const Case& c : cases) {
    for (const char* command : {"fetch", "inspect"}) {
      CAPTURE(c.fault);
      CAPTURE(command);
      hub.clear_faults();
      hub.add_fault(hub::parse_fault(c.fault));
      const auto result = program.run({command, address + "?Signature=SECRET"});
      CAPTURE(result.err);
      CHECK(result.exit_code == c.exit_code);
      CHECK(result.err.find("SECRET") == std::string::npos);
      if (c.exit_code == 0) continue;
      const auto lines = lines_of(result.err);
      REQUIRE_FALSE(lines.empty());
      // A server that takes no ranges is told before.
      CHECK(lines.size() <= (std::string(command) == "inspect" ? 2 : 1));
      const std::string& line = lines.back();
      CHECK(line.starts_with("litezoo: "));
      const std::size_t at = line.find(address);
      CHECK(at != std::string::npos);
      CHECK(line.find(address, at + 1) == std::string::npos);
      CHECK(line.find("; ") != std::string::npos);
    }
  }
}

TEST_CASE("a host that cannot be reached is exit code 5, within seconds") {
  const Program program;
  const auto start = std::chrono::steady_clock::now();
  const auto result = program.run({"fetch", "http://127.0.0.1:1/model.tflite"});
  const auto took = std::chrono::steady_clock::now() - start;
  CAPTURE(result.err);
  CHECK(result.exit_code == 5);
  CHECK(result.err.find("127.0.0.1:1") != std::string::npos);
  CHECK(took < std::chrono::seconds(15));
}

TEST_CASE("offline, nothing is asked of the network") {
  const Bench bench;
  const auto result = bench.program.run({"fetch", bench.reference, "--offline"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 5);
  CHECK(bench.hub.requests().empty());
}

TEST_CASE("a web page or a pointer in a model's place is refused") {
  const struct {
    hub::FaultKind kind;
    int exit_code;  // a page says that the network is in the way, a pointer that the file is wrong
  } cases[] = {{hub::FaultKind::web_page, 5}, {hub::FaultKind::lfs_pointer, 6}};
  for (const auto& c : cases) {
    Bench bench;
    bench.hub.add_fault({.kind = c.kind});
    const auto result = bench.fetch();
    CAPTURE(result.err);
    CHECK(result.exit_code == c.exit_code);
    CHECK(bench.store_is_sound());
  }
}

TEST_CASE("Ctrl-C ends a fetch with 130, and the next one completes it") {
  Bench bench;
  bench.hub.add_fault({.kind = hub::FaultKind::stall, .value = 100000, .times = 1});
  Process process(bench.program.command({"fetch", bench.reference, "--sha256", bench.sha256}),
                  bench.program.environment());
  REQUIRE(wait_until([&] { return bench.fetching(); }));
  process.send(SIGINT);
  const auto interrupted = process.wait();
  CAPTURE(interrupted.err);
  CHECK(interrupted.exit_code == 130);
  CHECK(is_one_clear_line(interrupted.err));
  CHECK(bench.store_is_sound());

  const auto result = bench.fetch();
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(bench.store_is_sound());
}

TEST_CASE("kill -9 during a fetch leaves no half-written model and no lost catalog row") {
  Bench bench;
  REQUIRE(bench.program.run({"catalog", "stats"}).exit_code == 0);
  const auto before = bench.program.run({"catalog", "stats", "--json"}).out;
  bench.hub.add_fault({.kind = hub::FaultKind::stall, .value = 100000, .times = 1});
  Process process(bench.program.command({"fetch", bench.reference, "--sha256", bench.sha256}),
                  bench.program.environment());
  REQUIRE(wait_until([&] { return bench.fetching(); }));
  process.send(SIGKILL);
  CHECK(process.wait().signal == SIGKILL);
  CHECK(bench.store_is_sound());
  for (const auto& path : bench.program.stored_files()) CHECK(!is_sha256(path.filename().string()));
  CHECK(bench.program.run({"catalog", "stats", "--json"}).out == before);

  CHECK(bench.fetch().exit_code == 0);
  CHECK(bench.store_is_sound());
}

TEST_CASE("a disk that fills up during a fetch is exit code 4 and leaves no model") {
  const Bench bench;
  REQUIRE(bench.program.run({"catalog", "stats"}).exit_code == 0);
  auto words = bench.program.command({"fetch", bench.reference, "--sha256", bench.sha256});
  // 512-byte blocks: less than the model, with the signal off so that write() itself fails.
  words.insert(words.begin(), {"sh", "-c", "trap '' XFSZ; ulimit -f 512; exec \"$@\"", "sh"});
  const auto result = run_process(words, bench.program.environment());
  CAPTURE(result.err);
  CHECK(result.exit_code == 4);
  CHECK(bench.store_is_sound());
  for (const auto& path : bench.program.stored_files()) CHECK(!is_sha256(path.filename().string()));
  CHECK(bench.fetch().exit_code == 0);
}
