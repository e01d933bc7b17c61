#include "tests/hub/npm_registry.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "fetcher/digest.h"
#include "tests/hub/base64_digest.h"

namespace litezoo::hub {
namespace {

std::string sha1_of(const std::string& bytes) {
  fetcher::Digester digester(fetcher::DigestKind::sha1, bytes.size());
  digester.update(as_bytes(bytes));
  return digester.finish();
}

std::string authorization_of(const NpmPackage& package) {
  return package.token.empty() ? "" : "Bearer " + package.token;
}

}  // namespace

std::string npm_registry_url(const Hub& hub) {
  return hub.url() + "/npm/";
}

void add_npm_packages(Hub& hub, const std::vector<NpmPackage>& versions) {
  nlohmann::json description;
  for (const NpmPackage& package : versions) {
    const std::string short_name = package.name.substr(package.name.find('/') + 1);
    const std::string path =
        "/npm/" + package.name + "/-/" + short_name + "-" + package.version + ".tgz";
    Resource tarball;
    tarball.content = make_archive(ArchiveForm::tar_gz, package.entries);
    tarball.required_authorization = authorization_of(package);
    nlohmann::json dist;
    dist["tarball"] = (package.tarball_host.empty() ? hub.url() : package.tarball_host) + path;
    const std::string sha512 = base64_digest(fetcher::DigestKind::sha512, tarball.content);
    if (package.integrity != "none") {
      dist["integrity"] = package.integrity.empty() ? "sha512-" + sha512 : package.integrity;
      dist["shasum"] = sha1_of(tarball.content);
    }
    description["name"] = package.name;
    description["dist-tags"]["latest"] = package.version;
    description["versions"][package.version] = {
        {"name", package.name}, {"version", package.version}, {"dist", dist}};
    hub.add(path, std::move(tarball));
  }
  Resource answer;
  answer.content = description.dump();
  answer.content_type = "application/json";
  answer.required_authorization = authorization_of(versions.front());
  hub.add("/npm/" + versions.front().name, std::move(answer));
}

}  // namespace litezoo::hub
