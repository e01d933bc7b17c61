#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "base/hash.h"
#include "tests/cli/program.h"
#include "tests/hub/hub.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

nlohmann::json parsed(const Finished& finished) {
  return nlohmann::json::parse(finished.out, nullptr, false);
}

}  // namespace

TEST_CASE("a dry run tells the bytes to the last one and fetches nothing") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/a.tflite", std::string(123'456, 'a'));
  hub.add_file("/b.tflite", std::string(1'000, 'b'));
  const std::vector<std::string> words = {"fetch", "--dry-run", "--json", hub.url() + "/a.tflite",
                                          hub.url() + "/b.tflite"};
  const auto result = program.run(words);
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(parsed(result)["to_transfer_bytes"] == 124'456);
  CHECK(parsed(result)["exact"] == true);
  CHECK(hub.bytes_sent() == 0);
  CHECK(program.stored_files().empty());
}

TEST_CASE("a dry run finds out what a server does not say at once, and refuses what is no file") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/a.tflite", std::string(123'456, 'a'));
  struct Case {
    std::string fault;
    int exit_code;
    bool exact;
  };
  const Case cases[] = {{"chunked", 0, true},  {"no-length", 0, true}, {"no-head", 0, true},
                        {"endless", 0, false}, {"web-page", 5, false}, {"status=404", 4, false}};
  for (const Case& c : cases) {
    CAPTURE(c.fault);
    hub.clear_faults();
    hub.add_fault(hub::parse_fault(c.fault));
    const auto result = program.run({"fetch", "--dry-run", "--json", hub.url() + "/a.tflite"});
    CAPTURE(result.err);
    CHECK(result.exit_code == c.exit_code);
    CHECK(parsed(result)["exact"] == c.exact);
    CHECK(parsed(result)["to_transfer_bytes"] == (c.exact ? 123'456 : 0));
    const auto text = program.run({"fetch", "--dry-run", hub.url() + "/a.tflite"}).out;
    CHECK((text.find("bytes to transfer") != std::string::npos) == (c.exit_code == 0));
  }
}

TEST_CASE("events tell programs what happens, a line of JSON each") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/a.tflite", std::string(50'000, 'a'));
  const std::string events = program.file("events.jsonl", "");
  const auto result = program.run(
      {"fetch", "--events", events, hub.url() + "/a.tflite", hub.url() + "/absent.tflite"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 4);
  std::vector<std::string> kinds;
  bool ok = false;
  for (const auto& line : lines_of(read_text_file(events))) {
    const auto event = nlohmann::json::parse(line);
    kinds.push_back(event["event"]);
    if (kinds.back() == "file_end" && event["ok"] == true) ok = event["size_bytes"] == 50'000;
  }
  CHECK(ok);
  REQUIRE(kinds.size() >= 4);
  CHECK(kinds.front() == "fetch_begin");
  CHECK(kinds.back() == "fetch_end");
}

TEST_CASE("the store is listed, verified and emptied of what the catalog does not know") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/a.tflite", std::string(1'000, 'a'));
  hub.add_file("/b.tflite", std::string(3'000, 'b'));
  REQUIRE(program.run({"fetch", hub.url() + "/a.tflite", hub.url() + "/b.tflite"}).exit_code == 0);
  CHECK(parsed(program.run({"store", "list", "--json"}))["files"].size() == 2);
  CHECK(parsed(program.run({"store", "gc", "--json"}))["removed"].empty());
  CHECK(program.run({"store", "verify"}).exit_code == 0);

  const std::string orphan(64, 'c');
  const auto shelf = program.home() / "store/sha256/cc" / orphan;
  write_file_atomically(shelf, "whatever");
  const auto verified = program.run({"store", "verify"});
  CHECK(verified.exit_code == 6);
  CHECK(verified.out.find("2 of 3") != std::string::npos);
  CHECK(parsed(program.run({"store", "gc", "--dry-run", "--json"}))["removed"].size() == 1);
  CHECK(std::filesystem::exists(shelf));
  CHECK(parsed(program.run({"store", "gc", "--json"}))["removed"].size() == 1);
  CHECK_FALSE(std::filesystem::exists(shelf));

  const auto shrunk = parsed(program.run({"store", "gc", "--max-size", "3kB", "--json"}));
  CHECK(shrunk["removed"].size() == 1);
  CHECK(program.run({"store", "verify"}).exit_code == 0);
}

TEST_CASE("a file that is gone from the store is told, and forgotten when that is asked for") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/a.tflite", std::string(1'000, 'a'));
  REQUIRE(program.run({"fetch", hub.url() + "/a.tflite"}).exit_code == 0);
  std::filesystem::remove(program.stored_files().front());
  const auto told = program.run({"store", "verify", "--json"});
  CHECK(told.exit_code == 4);
  CHECK(parsed(told)["missing"].size() == 1);
  CHECK(parsed(told)["damaged"].empty());
  CHECK(program.run({"store", "verify", "--remove"}).exit_code == 4);
  CHECK(program.run({"store", "verify"}).exit_code == 0);
  CHECK(program.run({"fetch", hub.url() + "/a.tflite"}).exit_code == 0);
  CHECK(program.stored_files().size() == 1);
}

TEST_CASE("sync brings a manifest's models into the catalog, from where they can be fetched") {
  const Program program;
  hub::Hub hub;
  const std::string model(2'000, 'm');
  hub.add_file("/zoo/net.tflite", model);
  hub.add_file("/zoo/manifest.json",
               R"({"litezoo_manifest":1,"models":[{"name":"zoo/net","license":"mit",
                   "task":"image-classification","files":[{"path":"net.tflite","sha256":")" +
                   sha256_of(as_bytes(model)) + R"(","size":2000,
                   "url":["gone/net.tflite","net.tflite"]}]}]})");
  const auto synced = program.run({"sync", hub.url() + "/zoo/manifest.json", "--json"});
  CAPTURE(synced.err);
  CHECK(synced.exit_code == 0);
  CHECK(parsed(synced)["hubs"][0]["new_files"] == 1);
  CHECK(program.run({"search", "zoo/net"}).out.find("zoo/net") != std::string::npos);
  const auto fetched = program.run({"fetch", "zoo/net/net.tflite", "--json"});
  CAPTURE(fetched.err);
  CHECK(fetched.exit_code == 0);
  CHECK(parsed(fetched)["files"][0]["tried_before"].size() == 1);
  const auto again = program.run({"sync", hub.url() + "/zoo/manifest.json", "--json"});
  CHECK(parsed(again)["hubs"][0]["new_files"] == 0);
  hub.forget_requests();
  CHECK(program.run({"sync", hub.url() + "/zoo/manifest.json", "nowhere"}).exit_code == 2);
  CHECK(hub.requests().empty());
}

TEST_CASE("a listing that leads round in a circle ends, and the next one begins anew") {
  const Program program;
  hub::Hub hub;
  const auto page = [&hub](const std::string& target, const std::string& next) {
    hub::Resource resource;
    resource.content = "[]";
    resource.headers["Link"] = "<" + hub.url() + "/api/models?cursor=" + next + ">; rel=\"next\"";
    hub.add(target, resource);
  };
  page("/api/models", "a");
  page("/api/models?cursor=a", "b");
  page("/api/models?cursor=b", "a");
  auto environment = program.environment();
  environment.push_back("HF_ENDPOINT=" + hub.url());
  for (int i = 0; i < 2; ++i) {
    hub.forget_requests();
    const auto result = run_process(program.command({"sync", "hf"}), environment);
    CAPTURE(result.err);
    CHECK(result.exit_code == 5);
    CHECK(result.err.find("leads back") != std::string::npos);
    CHECK(hub.requests().size() == 3);
  }
}
