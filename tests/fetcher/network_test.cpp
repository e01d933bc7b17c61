#include <doctest/doctest.h>

#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

Fetched fetch(const Store& store, const std::string& reference, const std::string& sha256 = "") {
  FetchRequest request;
  request.references = {reference};
  request.sha256 = sha256;
  return Fetcher(store, Workbench::quick()).fetch(request);
}

}  // namespace

TEST_CASE("a signed address that has run out is asked for anew") {
  Workbench bench;
  const std::string content = random_bytes(300'000);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("to-cdn"));
  bench.hub.add_fault(hub::parse_fault("cdn-status=403*2"));
  CHECK(fetch(bench.store, bench.hub.url() + "/m.tflite").sha256 == sha256_of_text(content));
  bench.store.remove(sha256_of_text(content));
  bench.hub.add_fault(hub::parse_fault("cdn-status=403"));
  const auto error = error_of([&] { fetch(bench.store, bench.hub.url() + "/m.tflite"); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::network);
  CHECK(bench.store.list().empty());
}

TEST_CASE("a proxy is used with its password, unless no_proxy names the host") {
  Workbench bench;
  const std::string target = "http://localhost:1/m.tflite";
  bench.hub.add_file(target, "through the proxy");
  const std::string address = bench.hub.url().substr(std::string("http://").size());
  const ScopedVariable proxy("http_proxy", "http://me:secret@" + address);
  {
    const ScopedVariable none("no_proxy", "");
    CHECK(read_text_file(fetch(bench.store, target).path) == "through the proxy");
    REQUIRE(!bench.hub.requests().empty());
    CHECK(bench.hub.requests().back().proxy_authorization == "Basic " + encode_base64("me:secret"));
    CHECK(bench.hub.requests().back().authorization.empty());
  }
  bench.hub.forget_requests();
  const ScopedVariable direct("no_proxy", "localhost");
  CHECK(error_of([&] { fetch(bench.store, target); })->kind() == ErrorKind::network);
  CHECK(bench.hub.requests().empty());
}

TEST_CASE("an address of IPv6 is as good as another") {
  const TemporaryDirectory directory;
  const Store store(directory.path());
  std::unique_ptr<hub::Hub> hub;
  try {
    hub = std::make_unique<hub::Hub>(0, 0, "[::1]");
  } catch (const Error&) {
    MESSAGE("no IPv6 here: not tried");
    return;
  }
  hub->add_file("/m.tflite", "over IPv6");
  const ScopedVariable direct("no_proxy", "*");
  CHECK(read_text_file(fetch(store, hub->url() + "/m.tflite").path) == "over IPv6");
  hub->add_fault(hub::parse_fault("to-cdn"));
  store.remove(sha256_of_text("over IPv6"));
  CHECK(fetch(store, hub->url() + "/m.tflite").sha256 == sha256_of_text("over IPv6"));
}

}  // namespace litezoo::fetcher
