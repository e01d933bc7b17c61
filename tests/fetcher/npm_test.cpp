#include <doctest/doctest.h>

#include <algorithm>

#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

// npm's configuration for one test: its registry, and no files of the machine's user.
struct NpmBench : Workbench {
  ScopedVariable registry{"npm_config_registry", hub::npm_registry_url(hub)};
  ScopedVariable user{"npm_config_userconfig", (directory.path() / "npmrc").string()};

  hub::NpmPackage package(const std::string& version = "1.2.3") const {
    hub::NpmPackage result;
    result.name = "@zoo/models";
    result.version = version;
    result.entries = {{"package/package.json", "{}"},
                      {"package/a.tflite", "model a of " + version},
                      {"package/deep/b.tflite", "model b of " + version}};
    return result;
  }

  Fetched fetch(const std::string& reference) {
    FetchRequest request;
    request.references = {reference};
    return Fetcher(store, quick()).fetch(request);
  }

  std::size_t requests_for(const std::string& text) const {
    return static_cast<std::size_t>(std::ranges::count_if(hub.requests(), [&](const auto& seen) {
      return seen.target.find(text) != std::string::npos;
    }));
  }
};

}  // namespace

TEST_CASE("a model comes out of an npm package, pinned to its version") {
  NpmBench bench;
  hub::add_npm_packages(bench.hub, {bench.package("1.2.2"), bench.package("1.2.3")});
  const Fetched newest = bench.fetch("npm:@zoo/models/a.tflite");
  CHECK(read_text_file(newest.path) == "model a of 1.2.3");
  CHECK(newest.revision == "1.2.3");
  CHECK(newest.pinned == "npm:@zoo/models@1.2.3/a.tflite");
  CHECK(read_text_file(bench.fetch("npm:@zoo/models@1.2.2/deep/b.tflite").path) ==
        "model b of 1.2.2");
  CHECK(read_text_file(bench.fetch("npm:@zoo/models@latest/a.tflite").path) == "model a of 1.2.3");
}

TEST_CASE("several files of one package cost one transfer of it") {
  NpmBench bench;
  hub::add_npm_packages(bench.hub, {bench.package()});
  Fetcher fetcher(bench.store, Workbench::quick());
  for (const char* file : {"a.tflite", "deep/b.tflite", "package.json"}) {
    FetchRequest request;
    request.references = {std::string("npm:@zoo/models@1.2.3/") + file};
    fetcher.fetch(request);
  }
  CHECK(bench.requests_for(".tgz") == 1);
  CHECK(bench.hub.requests().size() == 2);
}

TEST_CASE("what a package or a registry lacks is said with what there is") {
  NpmBench bench;
  hub::add_npm_packages(bench.hub, {bench.package()});
  struct Case {
    std::string reference, says;
  };
  const Case cases[] = {
      {"npm:@zoo/models@9.9.9/a.tflite", "its newest is 1.2.3"},
      {"npm:@zoo/models@^1.0.0/a.tflite", "has no version '^1.0.0'"},
      {"npm:@zoo/models@1.2.3/c.tflite", "it holds a.tflite and deep/b.tflite"},
      {"npm:@zoo/absent/a.tflite", "does not exist"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.reference);
    const auto error = error_of([&] { bench.fetch(c.reference); });
    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::not_found);
    CHECK_MESSAGE(says(error, c.says), std::string(error->what()));
  }
}

TEST_CASE("a package whose bytes are not what the registry says is refused") {
  struct Case {
    std::string name, integrity, fault;
  };
  const Case cases[] = {
      {"flipped byte", "", "wrong-byte=60@.tgz"},
      {"other integrity", "sha512-" + encode_base64(std::string(64, 'x')), ""},
      {"only sha1, wrong", "sha1-" + encode_base64(std::string(20, 'x')), ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    NpmBench bench;
    hub::NpmPackage package = bench.package();
    package.integrity = c.integrity;
    hub::add_npm_packages(bench.hub, {package});
    if (!c.fault.empty()) bench.hub.add_fault(hub::parse_fault(c.fault));
    const auto error = error_of([&] { bench.fetch("npm:@zoo/models/a.tflite"); });
    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::corrupt);
    CHECK(says(error, "wrong bytes"));
    CHECK(bench.store.list().empty());
    CHECK(leftovers(bench.store) == 0);
  }
}

TEST_CASE("a hostile package leaves nothing outside the store") {
  struct Case {
    std::string name;
    hub::ArchiveEntry entry;
    ErrorKind kind;
  };
  std::string zeros;
  zeros.resize(60'000'000);
  const Case cases[] = {
      {"name that climbs out", {"package/../../a.tflite", "evil"}, ErrorKind::not_found},
      {"absolute name", {"/a.tflite", "evil"}, ErrorKind::not_found},
      {"symbolic link",
       {"package/a.tflite", "/etc/passwd", hub::EntryKind::symbolic_link},
       ErrorKind::corrupt},
      {"hard link",
       {"package/a.tflite", "package/package.json", hub::EntryKind::hard_link},
       ErrorKind::corrupt},
      {"directory", {"package/a.tflite/", "", hub::EntryKind::directory}, ErrorKind::not_found},
      {"bomb before it", {"package/zeros.bin", zeros}, ErrorKind::corrupt},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    NpmBench bench;
    hub::NpmPackage package = bench.package();
    package.entries = {{"package/package.json", "{}"}, c.entry};
    hub::add_npm_packages(bench.hub, {package});
    const auto error = error_of([&] { bench.fetch("npm:@zoo/models/a.tflite"); });
    REQUIRE(error.has_value());
    CHECK_MESSAGE(error->kind() == c.kind, std::string(error->what()));
    CHECK(bench.store.list().empty());
    CHECK(leftovers(bench.store) == 0);
    CHECK_FALSE(std::filesystem::exists(bench.directory.path() / "a.tflite"));
  }
}

TEST_CASE("a package that is no archive is refused") {
  NpmBench bench;
  hub::NpmPackage package = bench.package();
  package.integrity = "none";
  hub::add_npm_packages(bench.hub, {package});
  for (const std::string& content : {std::string("not an archive"), random_bytes(5000)}) {
    bench.hub.add_file("/npm/@zoo/models/-/models-1.2.3.tgz", content);
    const auto error = error_of([&] { bench.fetch("npm:@zoo/models/a.tflite"); });
    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::corrupt);
  }
}

TEST_CASE("a registry that answers with something else is named") {
  NpmBench bench;
  struct Case {
    std::string answer, says;
  };
  const Case cases[] = {{"<html>hello</html>", "did not answer as an npm registry"},
                        {"[1,2]", "did not answer as an npm registry"},
                        {"{\"versions\":7}", "did not answer as an npm registry"},
                        {"{\"versions\":{\"1.0.0\":7},\"dist-tags\":{\"latest\":\"1.0.0\"}}",
                         "did not answer as an npm registry"},
                        {"{\"versions\":{\"1.0.0\":{\"dist\":{\"tarball\":\"ftp://x/y\"}}},"
                         "\"dist-tags\":{\"latest\":\"1.0.0\"}}",
                         "did not answer as an npm registry"}};
  for (const Case& c : cases) {
    CAPTURE(c.answer);
    bench.hub.add_file("/npm/plain", c.answer);
    const auto error = error_of([&] { bench.fetch("npm:plain/a.tflite"); });
    REQUIRE(error.has_value());
    CHECK(error->kind() == ErrorKind::network);
    CHECK_MESSAGE(says(error, c.says), std::string(error->what()));
  }
}

TEST_CASE("a registry's token goes to its own host only") {
  NpmBench bench;
  hub::NpmPackage package = bench.package();
  package.token = "secret-token";
  hub::add_npm_packages(bench.hub, {package});
  const std::string host = bench.hub.url().substr(5);
  const ScopedVariable token("ZOO_TOKEN", "secret-token");
  CHECK(error_of([&] { bench.fetch("npm:@zoo/models/a.tflite"); })->kind() == ErrorKind::network);
  write_file_atomically(bench.directory.path() / "npmrc", host + "/npm/:_authToken=${ZOO_TOKEN}\n");
  CHECK(read_text_file(bench.fetch("npm:@zoo/models/a.tflite").path) == "model a of 1.2.3");

  bench.hub.forget_requests();
  bench.hub.add_fault(hub::parse_fault("to-cdn@.tgz"));
  const auto error = error_of([&] { bench.fetch("npm:@zoo/models/deep/b.tflite"); });
  CHECK_FALSE(says(error, "secret-token"));
  std::size_t on_cdn = 0;
  for (const auto& seen : bench.hub.requests()) {
    if (!seen.cdn) continue;
    ++on_cdn;
    CHECK(seen.authorization.empty());
  }
  CHECK(on_cdn == 1);
}

TEST_CASE("tarballs of a mirror's canonical host are asked of the mirror first") {
  NpmBench bench;
  hub::NpmPackage package = bench.package();
  package.tarball_host = "https://registry.invalid";
  hub::add_npm_packages(bench.hub, {package});
  CHECK(read_text_file(bench.fetch("npm:@zoo/models/a.tflite").path) == "model a of 1.2.3");
}

}  // namespace litezoo::fetcher
