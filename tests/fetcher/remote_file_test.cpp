#include "fetcher/remote_file.h"

#include <doctest/doctest.h>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include "base/sanitizer.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kSize = 5'000'000;

Place place_of(const std::string& url) {
  Place place;
  place.urls = {url};
  return place;
}

bool equal(const RemoteFile& file, const std::string& content, std::size_t from,
           std::size_t count) {
  return as_text(file.bytes().subspan(from, count)) ==
         std::string_view(content).substr(from, count);
}

}  // namespace

TEST_CASE("a file on a server is memory of which only what is looked at comes") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("to-cdn"));
  Session session(bench.store, Workbench::quick());
  const RemoteFile file(session, place_of(bench.hub.url() + "/m.tflite"));
  REQUIRE(file.bytes().size() == kSize);
  CHECK(equal(file, content, 0, 5'000));
  CHECK(file.cost().requests == 1);
  CHECK(equal(file, content, kSize - 1'000, 1'000));
  CHECK(equal(file, content, 2'000'000, 3'000));
  CHECK(file.cost().requests == 3);
  CHECK(file.cost().received.count < kSize / 20);
  file.check();
  // Looked at from end to end, everything comes, and once.
  for (std::size_t at = 0; at < kSize; at += 100'000) {
    CHECK(equal(file, content, at, std::min<std::size_t>(100'000, kSize - at)));
  }
  CHECK(file.cost().received == Bytes{kSize});
  CHECK(file.cost().requests < 60);
  // The redirect is followed once.
  const auto requests = bench.hub.requests();
  CHECK(std::ranges::count_if(requests, [](const auto& seen) { return !seen.cdn; }) == 1);
}

TEST_CASE("parts of a file are shown at a page's begin, and what is here does not come again") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  Session session(bench.store, Workbench::quick());
  RemoteFile file(session, place_of(bench.hub.url() + "/m.tflite"));
  CHECK(equal(file, content, 1'900'000, 200'000));
  struct Case {
    std::size_t from, size;
  };
  const Case cases[] = {{1'234'567, 2'000'001}, {3, 1}, {kSize - 70'001, 70'001}, {0, kSize}};
  for (const Case& c : cases) {
    CAPTURE(c.from);
    file.show_part(c.from, c.size);
    REQUIRE(file.bytes().size() == c.size);
    CHECK(reinterpret_cast<std::uintptr_t>(file.bytes().data()) % 4096 == 0);
    CHECK(as_text(file.bytes()) == std::string_view(content).substr(c.from, c.size));
    if (&c == &cases[0]) CHECK(file.cost().received.count < 2'150'000);
  }
  CHECK(file.file_size() == kSize);
  file.check();
}

TEST_CASE("a server that fails for a moment is asked again for the part") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  Session session(bench.store, Workbench::quick());
  bench.hub.add_fault(hub::parse_fault("status=503*1"));
  const RemoteFile file(session, place_of(bench.hub.url() + "/m.tflite"));
  for (const char* fault : {"status=502*2", "cut-off=1000*1"}) {
    CAPTURE(fault);
    bench.hub.add_fault(hub::parse_fault(fault));
    CHECK(equal(file, content, 2'000'000, 3'000));
    CHECK(equal(file, content, 1'000'000, 3'000));
  }
  file.check();
}

TEST_CASE("a signal while bytes come does not end the program") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  Session session(bench.store, Workbench::quick());
  const RemoteFile file(session, place_of(bench.hub.url() + "/m.tflite"));
  bench.hub.add_fault(hub::parse_fault("slow=200000"));
  // Like Ctrl-C's handler: it only returns, and the waiting call ends with EINTR.
  static std::atomic<int> signals = 0;
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = [](int) { ++signals; };
  ::sigaction(SIGUSR1, &action, &before);
  {
    const std::jthread other([reader = ::pthread_self()](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        ::pthread_kill(reader, SIGUSR1);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
    CHECK(equal(file, content, 2'000'000, 3'000));
  }
  ::sigaction(SIGUSR1, &before, nullptr);
  // The thread sanitizer keeps signals back.
  if (!kThreadSanitizer) CHECK(signals > 5);
  file.check();
}

TEST_CASE("a server that gives no ranges, or another version meanwhile, is noticed") {
  // Far more than what sockets hold on the way.
  constexpr std::size_t kLarge = 40'000'000;
  Workbench bench;
  bench.hub.add_file("/m.tflite", random_bytes(kLarge));
  struct Case {
    std::string fault;
    ErrorKind kind;
    bool at_once;
    std::string says;
  };
  const Case cases[] = {{"ignore-range", ErrorKind::unsupported, true, "takes no ranges"},
                        {"range-refused", ErrorKind::unsupported, true, "refuses ranges"},
                        {"status=404", ErrorKind::not_found, true, ""},
                        {"web-page", ErrorKind::network, true, "a web page"},
                        {"new-tag", ErrorKind::network, false, "changed"},
                        {"range-from-zero", ErrorKind::unsupported, false, "sends other parts"},
                        {"range-without-end", ErrorKind::unsupported, true, "sends more"}};
  for (const Case& c : cases) {
    CAPTURE(c.fault);
    bench.hub.clear_faults();
    bench.hub.add_fault(hub::parse_fault(c.fault));
    Session session(bench.store, Workbench::quick());
    bool opened = false;
    const auto error = error_of([&] {
      const RemoteFile file(session, place_of(bench.hub.url() + "/m.tflite"));
      opened = true;
      // What cannot be had reads as zeros.
      CHECK(file.bytes()[3'000'000] == std::byte{0});
      file.check();
    });
    REQUIRE(error.has_value());
    CHECK_MESSAGE(error->kind() == c.kind, std::string(error->what()));
    CHECK(says(error, c.says));
    CHECK(opened == !c.at_once);
    CHECK(bench.hub.bytes_sent() < kLarge / 2);
    bench.hub.forget_requests();
  }
  bench.hub.clear_faults();
  bench.hub.add_file("/empty.tflite", "");
  Session session(bench.store, Workbench::quick());
  CHECK(says(error_of([&] { RemoteFile(session, place_of(bench.hub.url() + "/empty.tflite")); }),
             "because it is empty"));
}

}  // namespace litezoo::fetcher
