#include "fetcher/npm_config.h"

#include <doctest/doctest.h>

#include "fetcher/digest.h"
#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

// A home, a project with a folder in it, and a machine-wide file.
struct Machine {
  TemporaryDirectory directory;
  std::filesystem::path home = directory.path() / "home";
  std::filesystem::path project = directory.path() / "project";
  std::filesystem::path inner = project / "src";
  NpmConfig::Variables variables = {
      {"HOME", home.string()}, {"npm_config_globalconfig", (directory.path() / "npmrc").string()}};

  Machine() {
    for (const auto& path : {home, inner}) std::filesystem::create_directories(path);
    write_file_atomically(project / "package.json", "{}");
  }
  NpmConfig config() const { return {variables, inner}; }
};

}  // namespace

TEST_CASE("the environment outweighs the project, the project the user, the user the machine") {
  Machine machine;
  write_file_atomically(machine.directory.path() / "npmrc", "registry=https://machine.example/\n");
  CHECK(machine.config().registry_for("p") == "https://machine.example/");
  write_file_atomically(machine.home / ".npmrc",
                        "; a comment\nregistry = https://user.example/npm\n");
  CHECK(machine.config().registry_for("p") == "https://user.example/npm/");
  write_file_atomically(machine.project / ".npmrc",
                        "# other\nregistry=\"https://project.example\"\n");
  CHECK(machine.config().registry_for("p") == "https://project.example/");
  machine.variables["NPM_CONFIG_REGISTRY"] = "https://environment.example/";
  CHECK(machine.config().registry_for("p") == "https://environment.example/");
}

TEST_CASE("a scope has its own registry") {
  Machine machine;
  write_file_atomically(machine.home / ".npmrc",
                        "registry=https://all.example/\n@zoo:registry=https://zoo.example/\n");
  CHECK(machine.config().registry_for("@zoo/models") == "https://zoo.example/");
  CHECK(machine.config().registry_for("@other/models") == "https://all.example/");
  CHECK(machine.config().registry_for("zoo") == "https://all.example/");
}

TEST_CASE("variables in npm's files are filled in, and a missing one stays") {
  Machine machine;
  machine.variables["HOST"] = "filled.example";
  write_file_atomically(machine.home / ".npmrc",
                        "registry=https://${HOST}/\n//filled.example/:_authToken=${NOT_SET}\n"
                        "@zoo:registry=https://zoo.example/${NOT_SET?}\n");
  CHECK(machine.config().registry_for("p") == "https://filled.example/");
  CHECK(machine.config().authorization_for("https://filled.example/p") == "Bearer ${NOT_SET}");
  CHECK(machine.config().registry_for("@zoo/p") == "https://zoo.example/");
}

TEST_CASE("a token is given only for the host and path it was issued for") {
  Machine machine;
  write_file_atomically(machine.home / ".npmrc",
                        "//one.example/npm/:_authToken=first\n"
                        "//two.example:8443/:_auth=dXNlcjpwYXNz\n"
                        "//three.example/:username=user\n"
                        "//three.example/:_password=" +
                            encode_base64("pass") + "\n");
  const NpmConfig config = machine.config();
  CHECK(config.authorization_for("https://one.example/npm/p") == "Bearer first");
  CHECK(config.authorization_for("https://one.example/npm/a/-/a-1.tgz") == "Bearer first");
  CHECK(config.authorization_for("https://one.example/other/p").empty());
  CHECK(config.authorization_for("https://one.example.evil/npm/p").empty());
  CHECK(config.authorization_for("https://two.example:8443/p") == "Basic dXNlcjpwYXNz");
  CHECK(config.authorization_for("https://two.example/p").empty());
  CHECK(config.authorization_for("https://three.example/p") ==
        "Basic " + encode_base64("user:pass"));
}

TEST_CASE("a registry that is no web address is a usage error") {
  Machine machine;
  machine.variables["npm_config_registry"] = "ftp://example.org/";
  const auto error = error_of([&] { static_cast<void>(machine.config().registry_for("p")); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::usage);
}

}  // namespace litezoo::fetcher
