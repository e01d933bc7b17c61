#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "base/hash.h"
#include "base/json.h"
#include "base/units.h"
#include "fetcher/fetch.h"
#include "fetcher/remote_file.h"
#include "inspector/inspect.h"
#include "tests/cli/program.h"
#include "tests/hub/archive_writer.h"
#include "tests/hub/hub.h"
#include "tests/hub/kaggle_api.h"
#include "tests/hub/npm_registry.h"
#include "tests/inspector/shared_models.h"

using namespace litezoo;
using namespace litezoo::test;

namespace {

// What local and remote inspection have in common: the tables of buffers are not read from afar,
// nor is what only they tell.
nlohmann::json comparable(nlohmann::json document) {
  if (document.is_null()) return document;
  for (const char* key : {"name", "sha256", "remote"}) document.erase(key);
  if (!document.contains("storage")) return document;
  for (const char* key : {"buffer_bytes", "buffers_outside_flatbuffer", "buffers_with_data"}) {
    document["storage"].erase(key);
  }
  return document;
}

std::string bundle(hub::ArchiveForm form) {
  const auto model = [](double width) {
    return std::string(as_text(builder::classifier({.width = width})));
  };
  // Names of different lengths, so that the models lie at any address.
  return hub::make_archive(
      form,
      {{"one.tflite", model(1)}, {"labels.txt", "cat\ndog\n"}, {"detector/two.tflite", model(2)}});
}

// Bytes that do not compress.
std::string noise(std::size_t count) {
  std::mt19937_64 generator(1);
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(generator());
  return bytes;
}

// "read 71 kB of 4.1 MB in 3 requests", of what was sent.
bool is_true_cost(const std::string& err, std::uint64_t sent, std::uint64_t size) {
  const std::string of = " of " + to_text(Bytes{size}) + " in ";
  const std::size_t at = err.find("read "), end = err.find(of);
  if (at == std::string::npos || end == std::string::npos) return false;
  return err.substr(at + 5, end - at - 5) == to_text(Bytes{sent});
}

}  // namespace

TEST_CASE("a model on a server is inspected without being fetched, with the same result") {
  const Program program;
  hub::Hub hub;
  const std::string model(as_text(builder::classifier({.width = 1})));
  hub.add_file("/m.tflite", model);
  const std::string path = program.file("m.tflite", model);
  const auto local = program.run({"inspect", path, "--json"});
  const auto remote = program.run({"inspect", hub.url() + "/m.tflite", "--json"});
  CAPTURE(remote.err);
  REQUIRE(remote.exit_code == 0);
  CHECK(comparable(nlohmann::json::parse(remote.out)) ==
        comparable(nlohmann::json::parse(local.out)));
  CHECK(remote.err.find("read ") != std::string::npos);
  CHECK(remote.err.find(" requests") != std::string::npos);
  CHECK(hub.bytes_sent() < model.size() / 2);
  CHECK(program.stored_files().empty());
}

TEST_CASE("models in a bundle are inspected on the server as they are here") {
  struct Case {
    hub::ArchiveForm form;
    std::string member;
    double share;  // of the bundle's bytes, at most
  };
  // A packed model comes whole, and nothing else; the second one is the larger.
  const Case cases[] = {{hub::ArchiveForm::zip_stored, "", 0.5},
                        {hub::ArchiveForm::zip_stored, "!one.tflite", 0.5},
                        {hub::ArchiveForm::zip_stored, "!detector/two.tflite", 0.5},
                        {hub::ArchiveForm::zip, "", 1.3},
                        {hub::ArchiveForm::zip, "!one.tflite", 0.5},
                        {hub::ArchiveForm::zip, "!detector/two.tflite", 0.9}};
  for (const Case& c : cases) {
    CAPTURE(c.member);
    const Program program;
    hub::Hub hub;
    const std::string bytes = bundle(c.form);
    hub.add_file("/b.task", bytes);
    const std::string path = program.file("b.task", bytes);
    const auto local = program.run({"inspect", path + c.member, "--json"});
    const auto remote = program.run({"inspect", hub.url() + "/b.task" + c.member, "--json"});
    CAPTURE(remote.err);
    REQUIRE(remote.exit_code == 0);
    auto expected = nlohmann::json::parse(local.out);
    auto actual = nlohmann::json::parse(remote.out);
    const bool unpacked = c.form == hub::ArchiveForm::zip && !c.member.empty();
    for (auto* document : {&expected, &actual}) {
      if (unpacked) document->erase("name");  // and nothing else: every byte was there
      if (!unpacked) *document = comparable(*document);
      if (!document->contains("members")) continue;
      for (auto& entry : (*document)["members"]) entry["model"] = comparable(entry["model"]);
    }
    CHECK(actual == expected);
    CHECK(is_true_cost(remote.err, hub.bytes_sent(), bytes.size()));
    CHECK(static_cast<double>(hub.bytes_sent()) < c.share * static_cast<double>(bytes.size()));
    const auto ops = program.run({"inspect", hub.url() + "/b.task", "--ops"});
    CHECK(ops.exit_code == 0);
    CHECK(ops.out.find("!detector/two.tflite") != std::string::npos);
    CHECK(program.stored_files().empty());
  }
}

TEST_CASE("a model in a package is looked at as far as the package must be read") {
  const Program program;
  hub::Hub hub;
  const std::string model(as_text(builder::classifier({.width = 1})));
  hub::NpmPackage package{.name = "@zoo/net", .version = "1.0.0"};
  package.entries = {{"package/README.md", "read me"},
                     {"package/net.tflite", model},
                     {"package/b.task", bundle(hub::ArchiveForm::zip)},
                     {"package/weights.bin", noise(20'000'000)},
                     {"package/last.tflite", model}};
  hub::add_npm_packages(hub, {package});
  auto environment = program.environment();
  environment.push_back("npm_config_registry=" + hub::npm_registry_url(hub));
  const auto inspect = [&](const std::string& reference) {
    hub.forget_requests();
    return run_process(program.command({"inspect", reference, "--json"}), environment);
  };
  auto expected =
      nlohmann::json::parse(program.run({"inspect", program.file("m", model), "--json"}).out);
  expected.erase("name");
  struct Case {
    std::string path, fault;
    bool breaks_off;
  };
  const Case cases[] = {{"net.tflite", "", true},
                        {"b.task!one.tflite", "", true},
                        {"net.tflite", "cut-off=100000@.tgz*1", true},
                        {"net.tflite", "chunked@.tgz", false},
                        {"last.tflite", "", false}};
  for (const Case& c : cases) {
    CAPTURE(c.path);
    CAPTURE(c.fault);
    hub.clear_faults();
    if (!c.fault.empty()) hub.add_fault(hub::parse_fault(c.fault));
    const auto remote = inspect("npm:@zoo/net/" + c.path);
    CAPTURE(remote.err);
    REQUIRE(remote.exit_code == 0);
    auto actual = nlohmann::json::parse(remote.out);
    actual.erase("name");
    if (c.path.find('!') == std::string::npos) CHECK(actual == expected);
    // What was on its way when the request was broken off counts as sent.
    CHECK((hub.bytes_sent() < 15'000'000) == c.breaks_off);
    CHECK((remote.err.find("a compressed archive is read from its start") != std::string::npos) ==
          (c.fault != "chunked@.tgz"));
    CHECK((remote.err.find("fetching the whole file") != std::string::npos) ==
          (c.fault == "chunked@.tgz"));
    if (c.fault != "chunked@.tgz") CHECK(program.stored_files().empty());
    for (const auto& stored : program.stored_files()) std::filesystem::remove(stored);
  }
  const auto absent = inspect("npm:@zoo/net/absent.tflite");
  CHECK(absent.exit_code == 4);
  CHECK(absent.err.find("last.tflite") != std::string::npos);
}

TEST_CASE("a member of a tar archive is the same model to every command, on a server and here") {
  const Program program;
  hub::Hub hub;
  const std::string model(as_text(builder::classifier({.width = 1})));
  auto expected =
      nlohmann::json::parse(program.run({"inspect", program.file("m", model), "--json"}).out);
  expected.erase("name");
  for (const auto form : {hub::ArchiveForm::tar_gz, hub::ArchiveForm::tar}) {
    const bool packed = form == hub::ArchiveForm::tar_gz;
    const std::string name = packed ? "p.tar.gz" : "p.tar";
    const auto archive =
        hub::make_archive(form, {{"n/a.tflite", model}, {"rest.bin", noise(20'000'000)}});
    hub.add_file("/" + name, archive);
    for (const auto& place : {hub.url() + "/" + name, program.file(name, archive)}) {
      CAPTURE(place);
      hub.forget_requests();
      const auto inspected = program.run({"inspect", place + "!n/a.tflite", "--json"});
      CAPTURE(inspected.err);
      REQUIRE(inspected.exit_code == 0);
      auto actual = nlohmann::json::parse(inspected.out);
      actual.erase("name");
      CHECK(actual == expected);
      if (packed) {
        CHECK(program.stored_files().empty());
        CHECK(hub.bytes_sent() < 15'000'000);
      }
      CHECK(program.run({"inspect", place + "!n/b.tflite"}).exit_code == 4);
    }
    CHECK(program.run({"run", hub.url() + "/" + name + "!n/a.tflite"}).exit_code == 0);
    for (const auto& stored : program.stored_files()) std::filesystem::remove(stored);
  }
}

TEST_CASE("hostile archives are refused from afar as they are here") {
  const Program program;
  hub::Hub hub;
  hub::NpmPackage package{.name = "@zoo/bad", .version = "1.0.0"};
  package.entries = {{"package/bomb.tflite", std::string(200 << 20, '\0')},
                     {"package/link.tflite", "/etc/passwd", hub::EntryKind::symbolic_link}};
  hub::add_npm_packages(hub, {package});
  const std::string zip = bundle(hub::ArchiveForm::zip);
  std::string damaged = zip;
  damaged[200] = static_cast<char>(damaged[200] ^ 0x55);
  // The directory says that the first member takes a byte more, and that it is ten times as long.
  std::string longer = zip;
  const std::size_t directory = longer.find("PK\x01\x02");
  REQUIRE(directory != std::string::npos);
  ++longer[directory + 24];
  hub.add_file("/damaged.task", damaged);
  hub.add_file("/longer.task", longer);
  hub.add_file("/bomb.task", hub::make_archive(hub::ArchiveForm::zip,
                                               {{"bomb.tflite", std::string(200 << 20, '\0')}}));
  auto environment = program.environment();
  environment.push_back("npm_config_registry=" + hub::npm_registry_url(hub));
  struct Case {
    std::string reference, says;
  };
  const Case cases[] = {{"npm:@zoo/bad/bomb.tflite", "unpacks to more than"},
                        {"npm:@zoo/bad/link.tflite", "unpacks to more than"},
                        {hub.url() + "/damaged.task!one.tflite", "one.tflite"},
                        {hub.url() + "/longer.task!one.tflite", "does not unpack to its size"},
                        {hub.url() + "/bomb.task!bomb.tflite", "as a bomb would"}};
  for (const Case& c : cases) {
    CAPTURE(c.reference);
    const auto result = run_process(program.command({"inspect", c.reference}), environment);
    CAPTURE(result.err);
    CHECK(result.exit_code == 6);
    CHECK(is_one_clear_line(result.err));
    CHECK(result.err.find(c.says) != std::string::npos);
    CHECK(program.stored_files().empty());
  }
}

TEST_CASE("what a hub wraps into an archive of its own is looked at inside it") {
  const Program program;
  const std::string model(as_text(builder::classifier({.width = 1})));
  auto expected =
      nlohmann::json::parse(program.run({"inspect", program.file("m", model), "--json"}).out);
  for (const auto form :
       {hub::ArchiveForm::zip, hub::ArchiveForm::zip_stored, hub::ArchiveForm::tar_gz}) {
    hub::Hub hub;
    hub::add_kaggle_variations(hub, {{"zoo", "net", "small"}});
    hub.add_file("/api/v1/models/zoo/net/tfLite/small/1/download/1.tflite",
                 hub::make_archive(form, {{"other.bin", noise(1'000'000)}, {"1.tflite", model}}));
    auto environment = program.environment();
    environment.push_back("KAGGLE_API_ENDPOINT=" + hub.url());
    const auto remote = run_process(
        program.command({"inspect", "kaggle:zoo/net/tfLite/small/1/1.tflite", "--json"}),
        environment);
    CAPTURE(remote.err);
    REQUIRE(remote.exit_code == 0);
    CHECK(comparable(nlohmann::json::parse(remote.out)) == comparable(expected));
    CHECK(remote.err.find("read ") != std::string::npos);
    CHECK(program.stored_files().empty());
  }
}

TEST_CASE("several models are looked at on their servers, one after the other") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/a.tflite", std::string(as_text(builder::classifier({.width = 1}))));
  hub.add_file("/b.tflite", std::string(as_text(builder::classifier({.width = 2}))));
  const auto result = program.run({"inspect", hub.url() + "/a.tflite", hub.url() + "/b.tflite"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(lines_of(result.out).size() == 3);
  CHECK(program.stored_files().empty());
  CHECK(hub.bytes_sent() < 1'000'000);
}

TEST_CASE("a server that fails while a bundle is looked at ends the look with its failure") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/b.task", bundle(hub::ArchiveForm::zip_stored));
  hub.add_fault({.kind = hub::FaultKind::new_tag});
  for (const std::string member : {"", "!one.tflite"}) {
    const auto result = program.run({"inspect", hub.url() + "/b.task" + member});
    CAPTURE(result.err);
    CHECK(result.exit_code == 5);
    CHECK(result.out.empty());
    CHECK(result.err.find("changed while it was read") != std::string::npos);
  }
}

TEST_CASE("Ctrl-C while a model is looked at from afar ends with 130 and says so") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/m.tflite", std::string(as_text(builder::classifier({.width = 1}))));
  hub.add_fault(hub::parse_fault("slow=20000"));
  Process process(program.command({"inspect", hub.url() + "/m.tflite"}), program.environment());
  // The second one is for a page that is being read.
  REQUIRE(wait_until([&] { return hub.requests().size() >= 2; }));
  process.send(SIGINT);
  const auto result = process.wait();
  CAPTURE(result.err);
  CHECK(result.exit_code == 130);
  CHECK(is_one_clear_line(result.err));
}

TEST_CASE("a server that gives no ranges is inspected by fetching the file") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/m.tflite", std::string(as_text(builder::classifier({.width = 1}))));
  hub.add_fault({.kind = hub::FaultKind::ignore_range});
  const auto result = program.run({"inspect", hub.url() + "/m.tflite"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.find("takes no ranges; fetching the whole file") != std::string::npos);
  CHECK(program.stored_files().size() == 1);
}

TEST_CASE("the real models of a megabyte and more cost few requests and a tenth of their bytes") {
  const auto folder = shared_models();
  if (folder.empty()) {
    MESSAGE("no ../shared/models here (or $LITEZOO_SHARED): nothing to look at");
    return;
  }
  const auto manifest = nlohmann::json::parse(read_text_file(folder / "manifest.json"));
  std::vector<double> requests, shares;
  for (const auto& entry : manifest["models"]) {
    const MappedFile local(folder / std::string(entry["file"]));
    if (local.bytes().size() < 1'000'000) continue;
    CAPTURE(std::string(entry["file"]));
    hub::Hub hub;
    hub.add_file("/m.tflite", std::string(as_text(local.bytes())));
    const TemporaryDirectory directory;
    const fetcher::Store store(directory.path());
    fetcher::Fetcher fetcher(store, {});
    fetcher::Place place;
    place.urls = {hub.url() + "/m.tflite"};
    const fetcher::RemoteFile remote(fetcher.session(), place);
    const auto seen = inspector::inspect(remote.bytes(), "m", inspector::BufferTables::inferred);
    remote.check();
    CHECK(nlohmann::json(seen) == nlohmann::json(inspector::inspect(local.bytes(), "m")));
    requests.push_back(static_cast<double>(remote.cost().requests));
    shares.push_back(static_cast<double>(remote.cost().received.count) /
                     static_cast<double>(local.bytes().size()));
  }
  REQUIRE(!requests.empty());
  std::ranges::sort(requests);
  std::ranges::sort(shares);
  MESSAGE(requests.size() << " models: median " << requests[requests.size() / 2] << " requests and "
                          << 100 * shares[shares.size() / 2] << " % of the bytes; at most "
                          << requests.back() << " and " << 100 * shares.back() << " %");
  CHECK(requests[requests.size() / 2] <= 5);
  CHECK(shares[shares.size() / 2] <= 0.10);
}
