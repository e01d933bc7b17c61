#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>

#include "fetcher/fetch_one.h"
#include "tests/fetcher/workbench.h"
#include "tests/hub/base64_digest.h"

namespace litezoo::fetcher {
namespace {

// Calls `arrived` once, when so many bytes of a transfer are here.
FetchSettings when_received(std::uint64_t bytes, const std::function<void()>& arrived) {
  FetchSettings settings = Workbench::quick();
  settings.progress = [bytes, arrived, told = false](const FetchProgress& now) mutable {
    if (told || now.received.count < bytes) return;
    told = true;
    arrived();
  };
  return settings;
}

// A transfer that is given up ends the test rather than wait for ever.
FetchSettings for_seconds(int seconds) {
  FetchSettings settings = Workbench::quick();
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  settings.cancelled = [end] { return std::chrono::steady_clock::now() > end; };
  return settings;
}

FetchRequest request_for(const std::string& reference, const std::string& sha256) {
  FetchRequest request;
  request.references = {reference};
  request.sha256 = sha256;
  return request;
}

// Leaves `bytes` of `reference` behind, and a journal beside them.
void leave_unfinished(Workbench& bench, const FetchRequest& request, std::uint64_t bytes) {
  std::atomic<bool> stop = false;
  FetchSettings settings = when_received(bytes, [&] { stop = true; });
  settings.cancelled = [&] { return stop.load(); };
  settings.stall_timeout = std::chrono::seconds(10);
  const auto error = error_of([&] { Fetcher(bench.store, settings).fetch(request); });
  REQUIRE(error.has_value());
  REQUIRE(error->kind() == ErrorKind::interrupted);
  REQUIRE(leftovers(bench.store) == 2);
}

}  // namespace

TEST_CASE("what is longer than the file can be is not gone on with") {
  const std::string content = random_bytes(3'000'000);
  const std::string sha256 = sha256_of_text(content);
  for (const bool size_known : {true, false}) {
    CAPTURE(size_known);
    Workbench bench;
    bench.hub.add_file("/long.tflite", random_bytes(6'000'000, 2));
    bench.hub.add_file("/m.tflite", content);
    // Without a length, so that the journal has no size either.
    bench.hub.add_fault(hub::parse_fault("chunked@long"));
    bench.hub.add_fault(hub::parse_fault("stall=5000000@long"));
    leave_unfinished(bench, request_for(bench.hub.url() + "/long.tflite", sha256), 5'000'000);
    FetchRequest request = request_for(bench.hub.url() + "/m.tflite", sha256);
    if (size_known) request.size = Bytes{content.size()};
    CHECK(read_text_file(Fetcher(bench.store, for_seconds(20)).fetch(request).path) == content);
    CHECK(leftovers(bench.store) == 0);
  }
}

TEST_CASE("what was dropped does not count against a transfer that began anew and moves") {
  const std::string content = random_bytes(3'000'000);
  const FetchSettings settings = for_seconds(20);
  for (const bool proven : {true, false}) {
    CAPTURE(proven);
    Workbench bench;
    bench.hub.add_file("/m.tflite", content);
    bench.hub.add_fault(hub::parse_fault("stall=2500000"));
    const FetchRequest request =
        request_for(bench.hub.url() + "/m.tflite", proven ? sha256_of_text(content) : "");
    leave_unfinished(bench, request, 2'400'000);
    bench.hub.clear_faults();
    bench.hub.add_fault(hub::parse_fault("ignore-range*1"));
    bench.hub.add_fault(hub::parse_fault("cut-off=300000"));
    CHECK(read_text_file(Fetcher(bench.store, settings).fetch(request).path) == content);
  }
}

TEST_CASE("a server that breaks off and gives the whole file again each time is given up") {
  Workbench bench;
  bench.hub.add_file("/m.tflite", random_bytes(3'000'000));
  for (const char* fault : {"ignore-range", "cut-off=300000"}) {
    bench.hub.add_fault(hub::parse_fault(fault));
  }
  const auto error = error_of([&] {
    Fetcher(bench.store, for_seconds(20)).fetch(request_for(bench.hub.url() + "/m.tflite", ""));
  });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::network);
}

TEST_CASE("a version that came meanwhile is held to its own digest") {
  const auto stated = [](const std::string& content) {
    hub::Resource file;
    file.content = content;
    file.headers["x-goog-hash"] = "crc32c=" + hub::base64_digest(DigestKind::crc32c, content);
    return file;
  };
  Workbench bench;
  const std::string fresh = random_bytes(3'000'000, 2);
  bench.hub.add("/m.tflite", stated(random_bytes(3'000'000)));
  bench.hub.add_fault(hub::parse_fault("cut-off=1500000*1"));
  const FetchSettings settings =
      when_received(1, [&] { bench.hub.add("/m.tflite", stated(fresh)); });
  Fetcher fetcher(bench.store, settings);
  const Fetched fetched = fetcher.fetch(request_for(bench.hub.url() + "/m.tflite", ""));
  CHECK(read_text_file(fetched.path) == fresh);
}

TEST_CASE("wrong bytes of unstated length at one address do not end the next one's transfer") {
  Workbench bench;
  const ScopedVariable base("LITEZOO_MEDIAPIPE_URL", bench.hub.url());
  const std::string content = random_bytes(200'000);
  bench.hub.add_file("/t/net/int8/1/net.tflite", random_bytes(100'000, 2));
  bench.hub.add_file("/t/net/int8/1/net.task", content);
  bench.hub.add_fault(hub::parse_fault("chunked"));
  Fetcher fetcher(bench.store, for_seconds(20));
  const Fetched fetched =
      fetcher.fetch(request_for("mediapipe:t/net/int8/1", sha256_of_text(content)));
  CHECK(read_text_file(fetched.path) == content);
}

TEST_CASE("a wrong file in another tool's cache does not cost what was transferred before") {
  Workbench bench;
  const ScopedVariable cache("HF_HUB_CACHE", (bench.directory.path() / "hub").string());
  const std::string content = random_bytes(4'000'000);
  const std::string sha256 = sha256_of_text(content);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("stall=2500000*1"));
  const FetchRequest request = request_for(bench.hub.url() + "/m.tflite", sha256);
  leave_unfinished(bench, request, 2'500'000);
  write_file_atomically(bench.directory.path() / "hub/models--zoo--net/blobs" / sha256, "damaged");
  bench.hub.forget_requests();
  CHECK(read_text_file(Fetcher(bench.store, for_seconds(20)).fetch(request).path) == content);
  CHECK(bench.hub.requests().front().range == "bytes=2500000-");
}

TEST_CASE("a file of a cache that cannot be read is passed over") {
  const TemporaryDirectory directory;
  const auto locked = directory.path() / "locked";
  const auto right = directory.path() / "right";
  write_file_atomically(locked, "content");
  write_file_atomically(right, "content");
  std::filesystem::permissions(locked, std::filesystem::perms::none);
  Place place;
  // The administrator may read everything, but nobody can map the second one.
  place.copies = {locked, "/sys/devices/system/cpu/online", right};
  place.digests = {{DigestKind::sha256, sha256_of_text("content")}};
  const auto copy = provable_copy(place);
  REQUIRE(copy.has_value());
  CHECK(as_text(copy->bytes()) == "content");
}

}  // namespace litezoo::fetcher
