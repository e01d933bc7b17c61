#include <doctest/doctest.h>

#include <chrono>

#include "base/text.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kSize = 300'000;

struct Case {
  std::string faults;             // separated by spaces
  std::optional<ErrorKind> kind;  // nothing: the file arrives
  std::string says;
};

void switch_on(hub::Hub& hub, const std::string& faults) {
  hub.clear_faults();
  for (const std::string& text : split(faults, ' ')) hub.add_fault(hub::parse_fault(text));
}

}  // namespace

TEST_CASE("each fault of a server ends in the right file or in the right error") {
  using enum ErrorKind;
  const Case cases[] = {
      {"slow=1000000", {}, ""},
      {"wrong-byte=1000", corrupt, "wrong bytes"},
      {"wrong-byte=1000*1", {}, ""},
      {"wrong-in-cache=1000", {}, ""},
      {"cut-off=100000*1", {}, ""},
      {"cut-off=100000", {}, ""},
      {"cut-off=0", network, "broke off"},
      {"cut-off=1000", network, "broke off"},
      {"stall=100000*1", {}, ""},
      {"stall=0*1", {}, ""},
      {"stall=1000", network, "stopped sending"},
      {"status=500*2", {}, ""},
      {"status=500", network, "HTTP 500"},
      {"status=503*1", {}, ""},
      {"status=403", network, "may need a login"},
      {"status=404", not_found, "does not exist"},
      {"retry-after=1*1", {}, ""},
      {"retry-after=3600", network, "fewer requests"},
      {"retry-after-date=3600", network, "fewer requests"},
      {"rate-limit=0*1", {}, ""},
      {"rate-limit=3600", network, "fewer requests"},
      {"to-cdn", {}, ""},
      {"to-ftp", network, "no web address"},
      {"to-file", network, "no web address"},
      {"to-plain-http", network, "unencrypted"},
      {"to-itself", network, "without end"},
      {"web-page", network, "web page"},
      {"hidden-web-page", network, "web page"},
      {"lfs-pointer", corrupt, "git-lfs pointer"},
      {"endless", corrupt, "more than"},
      {"no-length", {}, ""},
      {"chunked", {}, ""},
      {"no-length cut-off=1000*1", {}, ""},
      {"chunked cut-off=1000*1", {}, ""},
      {"small-length=10", network, "ends after"},
      {"cut-off=100000*1 ignore-range", {}, ""},
      {"cut-off=100000*1 range-from-zero", {}, ""},
      {"cut-off=100000*1 shifted-range=4", {}, ""},
      {"cut-off=100000*1 other-total=5", {}, ""},
      {"cut-off=100000*1 range-refused", {}, ""},
      {"cut-off=100000*1 new-tag", {}, ""},
      {"cut-off=100000*1 no-tag", {}, ""},
      {"cut-off=100000*1 gzip", {}, ""},
      {"no-head", {}, ""},
  };
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  for (const Case& c : cases) {
    CAPTURE(c.faults);
    switch_on(bench.hub, c.faults);
    const Store store(bench.directory.path() / sha256_of_text(c.faults));
    FetchRequest request;
    request.references = {bench.hub.url() + "/m.tflite"};
    request.sha256 = sha256_of_text(content);
    request.size = Bytes{kSize};
    Fetcher fetcher(store, Workbench::quick());
    const auto error = error_of([&] { fetcher.fetch(request); });
    CHECK(error.has_value() == c.kind.has_value());
    if (error && c.kind) {
      CHECK_MESSAGE(error->kind() == *c.kind, std::string(error->what()));
      CHECK_MESSAGE(says(error, c.says), std::string(error->what()));
      CHECK(std::string_view(error->what()).find('\n') == std::string_view::npos);
    }
    CHECK(store.list().size() == (c.kind ? 0 : 1));
    CHECK(store.verify().empty());
    CHECK(leftovers(store) == 0);
  }
}

TEST_CASE("a file of unknown digest is not taken when its transfer was damaged") {
  using enum ErrorKind;
  const Case cases[] = {
      {"cut-off=100000*1", {}, ""},
      {"cut-off=100000*1 no-tag", {}, ""},
      {"cut-off=100000*1 new-tag", {}, ""},
      {"cut-off=100000*1 shifted-range=4", {}, ""},
      {"cut-off=100000*1 other-total=5", {}, ""},
      {"cut-off=0", network, "broke off"},
      {"chunked cut-off=0", network, "broke off"},
      {"hidden-web-page", network, "web page"},
      {"lfs-pointer", corrupt, "git-lfs pointer"},
      {"endless", corrupt, "more than"},
  };
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  for (const Case& c : cases) {
    CAPTURE(c.faults);
    switch_on(bench.hub, c.faults);
    const Store store(bench.directory.path() / sha256_of_text(c.faults));
    FetchSettings settings = Workbench::quick();
    settings.size_limit = Bytes{1'000'000};
    Fetcher fetcher(store, settings);
    FetchRequest request;
    request.references = {bench.hub.url() + "/m.tflite"};
    const auto error = error_of([&] { fetcher.fetch(request); });
    CHECK(error.has_value() == c.kind.has_value());
    if (error && c.kind) {
      CHECK_MESSAGE(error->kind() == *c.kind, std::string(error->what()));
      CHECK_MESSAGE(says(error, c.says), std::string(error->what()));
    }
    const auto files = store.list();
    CHECK(files.size() == (c.kind ? 0 : 1));
    for (const StoredFile& file : files) CHECK(file.sha256 == sha256_of_text(content));
  }
}

TEST_CASE("a broken transfer goes on where it stopped") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  switch_on(bench.hub, "cut-off=200000*1");
  FetchRequest request;
  request.references = {bench.hub.url() + "/m.tflite"};
  Fetcher(bench.store, Workbench::quick()).fetch(request);
  const auto requests = bench.hub.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].range.empty());
  // The seam is asked for again, to see that both parts belong together.
  CHECK(requests[1].range == "bytes=195904-");
  CHECK(bench.hub.bytes_sent() == kSize + 4096);
}

TEST_CASE("a whole answer with wrong bytes is asked for once more, past caches, and no further") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  FetchRequest request;
  request.references = {bench.hub.url() + "/m.tflite"};
  request.sha256 = sha256_of_text(content);
  for (const std::string faults : {"wrong-byte=1000", "wrong-in-cache=1000"}) {
    CAPTURE(faults);
    switch_on(bench.hub, faults);
    bench.hub.forget_requests();
    std::vector<std::string> notes;
    FetchSettings settings = Workbench::quick();
    settings.note = [&notes](const std::string& line) { notes.push_back(line); };
    Fetcher fetcher(bench.store, settings);
    CHECK(error_of([&] { fetcher.fetch(request); }).has_value() == (faults == "wrong-byte=1000"));
    CHECK(bench.hub.bytes_sent() == 2 * kSize);
    REQUIRE(notes.size() == 1);
    CHECK(notes.front().find("once more, past caches") != std::string::npos);
  }
}

TEST_CASE("a transfer that breaks often is followed while it moves, and the user is told") {
  Workbench bench;
  const std::string content = random_bytes(3'000'000);
  bench.hub.add_file("/m.tflite", content);
  FetchRequest request;
  request.references = {bench.hub.url() + "/m.tflite"};
  request.sha256 = sha256_of_text(content);
  struct Case {
    std::string faults;
    bool arrives;
    std::size_t notes;
  };
  // With two retries, two answers must bring 64 kB together.
  const Case cases[] = {
      {"cut-off=200000", true, 1}, {"cut-off=40000", true, 1}, {"cut-off=30000", false, 0}};
  for (const Case& c : cases) {
    CAPTURE(c.faults);
    switch_on(bench.hub, c.faults);
    const Store store(bench.directory.path() / sha256_of_text(c.faults));
    std::size_t notes = 0;
    FetchSettings settings = Workbench::quick();
    settings.note = [&notes](const std::string&) { ++notes; };
    Fetcher fetcher(store, settings);
    const auto error = error_of([&] { fetcher.fetch(request); });
    CHECK_MESSAGE(error.has_value() != c.arrives, std::string(error ? error->what() : ""));
    CHECK(notes == c.notes);
  }
}

TEST_CASE("a server that asks for too long a pause is left at once") {
  Workbench bench;
  bench.hub.add_file("/m.tflite", "x");
  switch_on(bench.hub, "retry-after=3600");
  FetchRequest request;
  request.references = {bench.hub.url() + "/m.tflite"};
  const auto start = std::chrono::steady_clock::now();
  Fetcher fetcher(bench.store, Workbench::quick());
  CHECK(error_of([&] { fetcher.fetch(request); }).has_value());
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("every fault has a name that can be read back") {
  for (const hub::FaultRow& row : hub::faults()) {
    const hub::Fault fault = hub::parse_fault(std::string(row.name) + "=7@/a*2");
    CHECK(fault.kind == row.kind);
    CHECK(fault.value == 7);
    CHECK(fault.path == "/a");
    CHECK(fault.times == 2);
  }
  CHECK(hub::parse_fault("cut-off=7@/npm/@zoo/net@1*2").path == "/npm/@zoo/net@1");
  CHECK(error_of([] { hub::parse_fault("no-such"); })->kind() == ErrorKind::usage);
}

}  // namespace litezoo::fetcher
