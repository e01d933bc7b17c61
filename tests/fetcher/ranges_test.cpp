#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/text.h"
#include "fetcher/block_file.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kSize = 9'000'000;

FetchSettings several_ranges() {
  FetchSettings settings = Workbench::quick();
  settings.smallest_piece = Bytes{std::uint64_t{1} << 20};
  settings.full_line = Bytes{0};
  return settings;
}

FetchRequest request_for(const std::string& reference, const std::string& content) {
  FetchRequest request;
  request.references = {reference};
  request.sha256 = sha256_of_text(content);
  return request;
}

std::size_t ranged(const hub::Hub& hub) {
  const auto requests = hub.requests();
  return static_cast<std::size_t>(
      std::ranges::count_if(requests, [](const auto& seen) { return !seen.range.empty(); }));
}

}  // namespace

TEST_CASE("a large file of known digest comes in several ranges at a time") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  // Slow enough that one connection could not have brought it alone in this time.
  bench.hub.add_fault(hub::parse_fault("slow=4000000"));
  Fetcher fetcher(bench.store, several_ranges());
  const auto start = std::chrono::steady_clock::now();
  const Fetched fetched = fetcher.fetch(request_for(bench.hub.url() + "/m.tflite", content));
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(read_text_file(fetched.path) == content);
  CHECK(ranged(bench.hub) >= 4);
  CHECK(took < std::chrono::milliseconds(9'000'000 / 4'000));
}

TEST_CASE("further ranges are asked for when the first request does not fill the line") {
  struct Case {
    std::string name, fault;
    Bytes full_line;
    bool splits;
  };
  const Case cases[] = {{"slow", "slow=9000000", Bytes{100'000'000}, true},
                        {"fast enough", "slow=9000000", Bytes{1'000'000}, false}};
  const std::string content = random_bytes(kSize);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Workbench bench;
    bench.hub.add_file("/m.tflite", content);
    bench.hub.add_fault(hub::parse_fault(c.fault));
    FetchSettings settings = several_ranges();
    settings.full_line = c.full_line;
    const Fetched fetched =
        Fetcher(bench.store, settings).fetch(request_for(bench.hub.url() + "/m.tflite", content));
    CHECK(read_text_file(fetched.path) == content);
    CHECK((bench.hub.requests().size() > 1) == c.splits);
  }
}

TEST_CASE("a file of unknown digest comes in one piece, for nothing could prove that parts fit") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  FetchRequest request;
  request.references = {bench.hub.url() + "/m.tflite"};
  Fetcher(bench.store, several_ranges()).fetch(request);
  CHECK(bench.hub.requests().size() == 1);
  CHECK(ranged(bench.hub) == 0);
}

TEST_CASE("faults between ranges end in the right file") {
  const std::string cases[] = {
      "cut-off=500000*3",
      "cut-off=500000",
      "ignore-range",
      "range-from-zero*4",
      "shifted-range=4",
      "shifted-range=4*1",
      "other-total=5*2",
      "range-refused",
      "new-tag",
      "no-tag",
      "status=503*2",
      "stall=300000*2",
      "chunked",
      "retry-after=1*2",
      "gzip",
      "to-cdn",
      "status=429*2 slow=9000000",
  };
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  for (const std::string& faults : cases) {
    CAPTURE(faults);
    bench.hub.clear_faults();
    for (const std::string& text : split(faults, ' ')) bench.hub.add_fault(hub::parse_fault(text));
    const Store store(bench.directory.path() / sha256_of_text(faults));
    Fetcher fetcher(store, several_ranges());
    const auto error =
        error_of([&] { fetcher.fetch(request_for(bench.hub.url() + "/m.tflite", content)); });
    CHECK_MESSAGE(!error, std::string(error ? error->what() : ""));
    CHECK(store.list().size() == 1);
    CHECK(store.verify().empty());
    CHECK(leftovers(store) == 0);
  }
}

TEST_CASE("every request of an answer that goes on too far brings its part of the file") {
  struct Case {
    std::string fault;
    std::size_t size;
    std::size_t most_requests;
  };
  // The first request asks for all and is cut to its part when others join it; each part starts
  // and ends in the midst of what the network gives at a time.
  const Case cases[] = {
      {"range-without-end slow=40000000", kSize, 1 + kSize / (std::size_t{1} << 20)},
      {"long-body=20 chunked", 20, 1},
      {"long-body=20", 300'001, 1},
      {"long-body=5000000 slow=40000000", kSize, 1 + kSize / (std::size_t{1} << 20)}};
  for (const Case& c : cases) {
    CAPTURE(c.fault);
    Workbench bench;
    const std::string content = random_bytes(c.size);
    bench.hub.add_file("/m.tflite", content);
    for (const std::string& text : split(c.fault, ' ')) bench.hub.add_fault(hub::parse_fault(text));
    FetchSettings settings = several_ranges();
    settings.cancelled = [&] { return bench.hub.requests().size() > 2 * c.most_requests; };
    Fetcher fetcher(bench.store, settings);
    const Fetched fetched = fetcher.fetch(request_for(bench.hub.url() + "/m.tflite", content));
    CHECK(read_text_file(fetched.path) == content);
    CHECK(bench.hub.requests().size() <= c.most_requests);
  }
}

TEST_CASE("the part of a first request that others join is not asked for twice") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("slow=40000000"));
  Fetcher(bench.store, several_ranges()).fetch(request_for(bench.hub.url() + "/m.tflite", content));
  std::set<std::string> starts;
  for (const auto& seen : bench.hub.requests()) {
    CHECK(starts.insert(seen.range.substr(0, seen.range.find('-'))).second);
    if (seen.range.empty()) continue;
    // In whole blocks: what is missing at a part's end would be asked for from its midst.
    CHECK(std::stoull(seen.range.substr(seen.range.find('=') + 1)) % BlockFile::kBlock == 0);
  }
}

TEST_CASE("a server that sends the same wrong file in parts again and again is given up") {
  const std::string cases[] = {"wrong-byte=6000000", "wrong-byte=6000000 cut-off=4000000",
                               "wrong-byte=6000000 range-from-zero cut-off=8000000"};
  const std::string content = random_bytes(kSize);
  for (const std::string& faults : cases) {
    CAPTURE(faults);
    Workbench bench;
    bench.hub.add_file("/m.tflite", content);
    for (const std::string& text : split(faults, ' ')) bench.hub.add_fault(hub::parse_fault(text));
    FetchSettings settings = several_ranges();
    settings.cancelled = [&] { return bench.hub.requests().size() >= 100; };
    Fetcher fetcher(bench.store, settings);
    CHECK(error_of([&] {
            fetcher.fetch(request_for(bench.hub.url() + "/m.tflite", content));
          }).has_value());
    CHECK(bench.hub.requests().size() < 100);
    CHECK(bench.store.list().empty());
  }
}

TEST_CASE("wrong bytes in one range are found, and never published") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("wrong-byte=6000000"));
  Fetcher fetcher(bench.store, several_ranges());
  const auto error =
      error_of([&] { fetcher.fetch(request_for(bench.hub.url() + "/m.tflite", content)); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::corrupt);
  CHECK(bench.store.list().empty());
  bench.hub.clear_faults();
  bench.hub.add_fault(hub::parse_fault("wrong-byte=6000000*7"));
  CHECK(read_text_file(fetcher.fetch(request_for(bench.hub.url() + "/m.tflite", content)).path) ==
        content);
}

TEST_CASE("of parts that are wrong together only those that differ now come again") {
  struct Case {
    std::string name, fault;
    std::size_t ranges;
  };
  const Case cases[] = {
      {"a mirror with another file broke off", "cut-off=6000000@bad.tflite", 1},
      {"a server shifts one answer", "status=404@bad.tflite shifted-range=4@good.tflite*2", 4}};
  const std::string content = random_bytes(kSize);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    Workbench bench;
    bench.hub.add_file("/bad.tflite", random_bytes(kSize, 2));
    bench.hub.add_file("/good.tflite", content);
    for (const std::string& text : split(c.fault, ' ')) {
      bench.hub.add_fault(hub::parse_fault(text));
    }
    FetchSettings settings = several_ranges();
    settings.retries = 0;
    settings.ranges = c.ranges;
    FetchRequest request = request_for(bench.hub.url() + "/bad.tflite", content);
    request.references.push_back(bench.hub.url() + "/good.tflite");
    const Fetched fetched = Fetcher(bench.store, settings).fetch(request);
    CHECK(read_text_file(fetched.path) == content);
    // A new beginning would have cost all of it, after what was wrong.
    CHECK(bench.hub.bytes_sent() < 2 * kSize);
  }
}

TEST_CASE("the bytes of a place that fails are gone on with at the next one") {
  Workbench bench;
  const std::string content = random_bytes(3'000'000);
  for (const char* path : {"/a.tflite", "/b.tflite"}) bench.hub.add_file(path, content);
  bench.hub.add_fault(hub::parse_fault("cut-off=2000000@a.tflite"));
  FetchSettings settings = Workbench::quick();
  settings.retries = 0;
  FetchRequest request = request_for(bench.hub.url() + "/a.tflite", content);
  request.references.push_back(bench.hub.url() + "/b.tflite");
  Fetcher(bench.store, settings).fetch(request);
  CHECK(bench.hub.requests().back().range == "bytes=2000000-");
}

TEST_CASE("a rate limit holds for all transfers together") {
  Workbench bench;
  std::vector<FetchRequest> requests;
  for (int i = 0; i < 4; ++i) {
    const std::string content = random_bytes(50'000, static_cast<unsigned int>(i));
    const std::string path = "/" + std::to_string(i) + ".tflite";
    bench.hub.add_file(path, content);
    requests.push_back(request_for(bench.hub.url() + path, content));
  }
  FetchSettings settings = Workbench::quick();
  settings.bytes_per_second = Bytes{200'000};
  const auto start = std::chrono::steady_clock::now();
  const auto outcomes = Fetcher(bench.store, settings).fetch_all(requests);
  const auto took = std::chrono::steady_clock::now() - start;
  for (const auto& outcome : outcomes) CHECK(outcome.fetched.has_value());
  CHECK(took > std::chrono::milliseconds(700));
}

}  // namespace litezoo::fetcher
