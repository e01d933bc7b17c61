#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

FetchRequest request_for(const std::string& reference) {
  FetchRequest request;
  request.references = {reference};
  return request;
}

}  // namespace

TEST_CASE("several files come at a time, each with its own outcome") {
  Workbench bench;
  std::vector<FetchRequest> requests;
  for (int i = 0; i < 6; ++i) {
    const std::string path = "/" + std::to_string(i) + ".tflite";
    if (i != 3) bench.hub.add_file(path, random_bytes(100'000, static_cast<unsigned int>(i)));
    requests.push_back(request_for(bench.hub.url() + path));
  }
  bench.hub.add_fault(hub::parse_fault("slow=200000"));
  std::set<std::size_t> told;
  const auto here = std::this_thread::get_id();
  const auto start = std::chrono::steady_clock::now();
  const auto outcomes = Fetcher(bench.store, Workbench::quick())
                            .fetch_all(requests, [&](std::size_t index, const FetchOutcome&) {
                              CHECK(std::this_thread::get_id() == here);
                              told.insert(index);
                            });
  // Half a second each: three and more one after another would take longer.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::milliseconds(2400));
  REQUIRE(outcomes.size() == 6);
  CHECK(told.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(outcomes[i].fetched.has_value() == (i != 3));
    CHECK(outcomes[i].error.has_value() == (i == 3));
  }
  CHECK(outcomes[3].error->kind() == ErrorKind::not_found);
  CHECK(bench.store.list().size() == 5);
}

TEST_CASE("a stop request ends all transfers") {
  Workbench bench;
  std::vector<FetchRequest> requests;
  for (int i = 0; i < 8; ++i) {
    const std::string path = "/" + std::to_string(i) + ".tflite";
    bench.hub.add_file(path, random_bytes(100'000, static_cast<unsigned int>(i)));
    requests.push_back(request_for(bench.hub.url() + path));
  }
  bench.hub.add_fault(hub::parse_fault("slow=20000"));
  std::atomic<bool> stop = false;
  FetchSettings settings = Workbench::quick();
  settings.cancelled = [&] { return stop.load(); };
  settings.progress = [&](const FetchProgress& now) { stop = stop || now.received.count > 9'000; };
  const auto start = std::chrono::steady_clock::now();
  const auto error = error_of([&] { Fetcher(bench.store, settings).fetch_all(requests); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::interrupted);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(4));
}

TEST_CASE("the files of one package cost one transfer, also at the same time") {
  Workbench bench;
  const ScopedVariable registry("npm_config_registry", hub::npm_registry_url(bench.hub));
  hub::NpmPackage package{.name = "zoo", .version = "1.0.0"};
  std::vector<FetchRequest> requests;
  for (int i = 0; i < 5; ++i) {
    const std::string name = std::to_string(i) + ".tflite";
    package.entries.push_back(
        {"package/" + name, random_bytes(30'000, static_cast<unsigned int>(i))});
    requests.push_back(request_for("npm:zoo@1.0.0/" + name));
  }
  hub::add_npm_packages(bench.hub, {package});
  const auto outcomes = Fetcher(bench.store, Workbench::quick()).fetch_all(requests);
  for (const auto& outcome : outcomes) {
    CHECK_MESSAGE(outcome.fetched.has_value(),
                  std::string(outcome.error ? outcome.error->what() : ""));
  }
  CHECK(bench.hub.requests().size() == 2);
  CHECK(leftovers(bench.store) == 0);
}

TEST_CASE("a plan tells the bytes exactly and transfers none of them") {
  Workbench bench;
  const std::string content = random_bytes(3'000'000);
  bench.hub.add_file("/m.tflite", content);
  FetchRequest request = request_for(bench.hub.url() + "/m.tflite");
  request.sha256 = sha256_of_text(content);
  const auto plan = [&] { return Fetcher(bench.store, Workbench::quick()).plan(request); };
  CHECK(plan().from == FetchPlan::From::network);
  CHECK(plan().to_transfer == Bytes{3'000'000});
  CHECK(bench.hub.bytes_sent() == 0);
  bench.hub.add_fault(hub::parse_fault("no-head"));
  CHECK(plan().size == Bytes{3'000'000});
  bench.hub.clear_faults();
  bench.hub.add_fault(hub::parse_fault("cut-off=2000000"));
  FetchSettings once = Workbench::quick();
  once.retries = 0;
  CHECK(error_of([&] { Fetcher(bench.store, once).fetch(request); }).has_value());
  bench.hub.clear_faults();
  CHECK(plan().to_transfer == Bytes{1'000'000});
  Fetcher(bench.store, Workbench::quick()).fetch(request);
  CHECK(plan().from == FetchPlan::From::store);
  CHECK(plan().to_transfer == Bytes{0});
  request.references = {bench.hub.url() + "/absent.tflite"};
  request.sha256.clear();
  CHECK(error_of([&] { plan(); })->kind() == ErrorKind::not_found);
}

TEST_CASE("a file of the Hugging Face cache is used by digest, whatever the reference") {
  Workbench bench;
  const ScopedVariable home("HF_HUB_CACHE", (bench.directory.path() / "hf").string());
  const std::string content = random_bytes(50'000);
  const std::string sha256 = sha256_of_text(content);
  write_file_atomically(bench.directory.path() / "hf/models--zoo--net/blobs" / sha256, content);
  FetchRequest request = request_for(bench.hub.url() + "/m.tflite");
  request.sha256 = sha256;
  FetchSettings offline = Workbench::quick();
  offline.offline = true;
  CHECK(Fetcher(bench.store, offline).plan(request).from == FetchPlan::From::copy);
  CHECK(Fetcher(bench.store, offline).fetch(request).sha256 == sha256);
  bench.store.remove(sha256);
  write_file_atomically(bench.directory.path() / "hf/models--zoo--net/blobs" / sha256, "damaged");
  CHECK(error_of([&] { Fetcher(bench.store, offline).fetch(request); })->kind() ==
        ErrorKind::network);
}

TEST_CASE("a file of kagglehub's cache is used by digest") {
  Workbench bench;
  const ScopedVariable cache("KAGGLEHUB_CACHE", (bench.directory.path() / "kagglehub").string());
  const std::string content = random_bytes(50'000);
  write_file_atomically(bench.directory.path() / "kagglehub/models/zoo/net/tfLite/small/1/1.tflite",
                        content);
  FetchRequest request = request_for("kaggle:zoo/net/tfLite/small/1/1.tflite");
  request.sha256 = sha256_of_text(content);
  FetchSettings offline = Workbench::quick();
  offline.offline = true;
  CHECK(read_text_file(Fetcher(bench.store, offline).fetch(request).path) == content);
}

}  // namespace litezoo::fetcher
