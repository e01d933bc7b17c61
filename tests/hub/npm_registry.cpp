#include "tests/hub/npm_registry.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "fetcher/digest.h"

namespace litezoo::hub {
namespace {

std::string digest_of(fetcher::DigestKind kind, const std::string& bytes) {
  fetcher::Digester digester(kind, bytes.size());
  digester.update(as_bytes(bytes));
  return digester.finish();
}

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
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
    const std::string sha512 = digest_of(fetcher::DigestKind::sha512, tarball.content);
    if (package.integrity != "none") {
      dist["integrity"] = package.integrity.empty()
                              ? "sha512-" + fetcher::encode_base64(bytes_of_hex(sha512))
                              : package.integrity;
      dist["shasum"] = digest_of(fetcher::DigestKind::sha1, tarball.content);
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
