#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "base/hash.h"
#include "base/json.h"
#include "fetcher/fetch.h"
#include "fetcher/remote_file.h"
#include "inspector/inspect.h"
#include "tests/cli/program.h"
#include "tests/hub/archive_writer.h"
#include "tests/hub/hub.h"
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
  const Program program;
  hub::Hub hub;
  const std::string bytes = bundle(hub::ArchiveForm::zip_stored);
  hub.add_file("/b.task", bytes);
  const std::string path = program.file("b.task", bytes);
  for (const std::string member : {"", "!one.tflite", "!detector/two.tflite"}) {
    CAPTURE(member);
    hub.forget_requests();
    const auto local = program.run({"inspect", path + member, "--json"});
    const auto remote = program.run({"inspect", hub.url() + "/b.task" + member, "--json"});
    CAPTURE(remote.err);
    REQUIRE(remote.exit_code == 0);
    auto expected = nlohmann::json::parse(local.out);
    auto actual = nlohmann::json::parse(remote.out);
    for (auto* document : {&expected, &actual}) {
      if (!document->contains("members")) continue;
      for (auto& entry : (*document)["members"]) entry["model"] = comparable(entry["model"]);
    }
    CHECK(comparable(actual) == comparable(expected));
    CHECK(remote.err.find("read ") != std::string::npos);
    CHECK(hub.bytes_sent() < bytes.size() / 2);
  }
  const auto ops = program.run({"inspect", hub.url() + "/b.task", "--ops"});
  CHECK(ops.exit_code == 0);
  CHECK(ops.out.find("!detector/two.tflite") != std::string::npos);
  CHECK(program.stored_files().empty());
}

TEST_CASE("a bundle that packs its models is fetched to be inspected") {
  const Program program;
  hub::Hub hub;
  hub.add_file("/b.zip", bundle(hub::ArchiveForm::zip));
  const auto result = program.run({"inspect", hub.url() + "/b.zip!one.tflite"});
  CAPTURE(result.err);
  CHECK(result.exit_code == 0);
  CHECK(result.err.find("fetching the whole file") != std::string::npos);
  CHECK(program.stored_files().size() == 1);
  CHECK(program.run({"inspect", hub.url() + "/b.zip!absent.tflite"}).exit_code != 0);
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
  CHECK(result.err.find("fetching the whole file") != std::string::npos);
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
