#include "fetcher/remote_stream.h"

#include <doctest/doctest.h>

#include "base/text.h"
#include "fetcher/remote_file.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

constexpr std::size_t kSize = 3'000'000;

Place place_of(std::vector<std::string> urls) {
  Place place;
  place.urls = std::move(urls);
  return place;
}

std::string read_all(RemoteStream& stream) {
  std::string content;
  for (auto bytes = stream.next(); !bytes.empty(); bytes = stream.next()) content += as_text(bytes);
  return content;
}

}  // namespace

TEST_CASE("a file is read from its start to its end, whatever its server does meanwhile") {
  struct Case {
    std::string fault;
    std::size_t requests;
  };
  const Case cases[] = {{"", 1},
                        {"to-cdn", 1},
                        {"chunked", 1},
                        {"no-length", 1},
                        {"cut-off=1000000*2", 3},
                        {"stall=1000000*1", 2},
                        {"status=503*1", 2}};
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m", content);
  for (const Case& c : cases) {
    CAPTURE(c.fault);
    bench.hub.clear_faults();
    if (!c.fault.empty()) bench.hub.add_fault(hub::parse_fault(c.fault));
    Session session(bench.store, Workbench::quick());
    const Place place = place_of({bench.hub.url() + "/absent", bench.hub.url() + "/m"});
    RemoteStream stream(session, place);
    CHECK(read_all(stream) == content);
    CHECK(stream.next().empty());
    CHECK(stream.cost().received == Bytes{kSize});
    // One more for the address that has no file.
    CHECK(stream.cost().requests >= c.requests);
    CHECK(stream.cost().requests <= c.requests + 1);
  }
}

TEST_CASE("what nobody reads stays on the server") {
  constexpr std::size_t kLarge = 40'000'000;
  Workbench bench;
  const std::string content = random_bytes(kLarge);
  bench.hub.add_file("/m", content);
  Session session(bench.store, Workbench::quick());
  const Place place = place_of({bench.hub.url() + "/m"});
  {
    RemoteStream stream(session, place);
    const std::string first(as_text(stream.next()));
    CHECK_FALSE(first.empty());
    CHECK(content.starts_with(first));
  }
  CHECK(bench.hub.bytes_sent() < kLarge / 2);
}

TEST_CASE(
    "a stream does not go on with another version, and ends when its server does not answer") {
  struct Case {
    std::string fault, says;
  };
  const Case cases[] = {{"new-tag cut-off=1000000*1", "changed while it was read"},
                        {"no-tag cut-off=1000000*1", "broke off"},
                        {"ignore-range cut-off=1000000*1", "changed while it was read"},
                        {"cut-off=1000", "broke off"},
                        {"web-page", "web page"},
                        {"status=404", "does not exist"},
                        {"endless", "more than"}};
  Workbench bench;
  bench.hub.add_file("/m", random_bytes(kSize));
  for (const Case& c : cases) {
    CAPTURE(c.fault);
    bench.hub.clear_faults();
    for (const std::string& text : split(c.fault, ' ')) bench.hub.add_fault(hub::parse_fault(text));
    FetchSettings settings = Workbench::quick();
    settings.size_limit = Bytes{10'000'000};
    Session session(bench.store, settings);
    const Place place = place_of({bench.hub.url() + "/m"});
    RemoteStream stream(session, place);
    const auto error = error_of([&] { read_all(stream); });
    CHECK_MESSAGE(says(error, c.says), std::string(error ? error->what() : "no error"));
  }
}

TEST_CASE("a part of a file that is looked at comes by one request") {
  Workbench bench;
  const std::string content = random_bytes(kSize);
  bench.hub.add_file("/m", content);
  Session session(bench.store, Workbench::quick());
  const Place place = place_of({bench.hub.url() + "/m"});
  RemoteFile file(session, place);
  const auto before = file.cost();
  std::string part;
  file.stream(1'000'001, 2'500'000, [&](std::span<const std::byte> bytes) {
    part += as_text(bytes);
    return true;
  });
  CHECK(part == content.substr(1'000'001, 1'499'999));
  CHECK(file.cost().requests == before.requests + 1);
  CHECK(file.cost().received.count == before.received.count + part.size());
  bench.hub.add_fault(hub::parse_fault("new-tag"));
  CHECK(says(error_of([&] { file.stream(0, 100, [](auto) { return true; }); }), "changed while"));
}

}  // namespace litezoo::fetcher
