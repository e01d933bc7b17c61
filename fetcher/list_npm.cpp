#include "base/error.h"
#include "base/hash.h"
#include "base/model_name.h"
#include "base/text.h"
#include "fetcher/archive.h"
#include "fetcher/listing.h"
#include "fetcher/reference.h"
#include "fetcher/shared_archive.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {
namespace {

// A package is what a reference into it is without its path.
Reference package_reference(const std::string& what) {
  const std::string text = "npm:" + what;
  if (!what.empty() && !what.ends_with("/")) {
    Reference reference = parse_reference(text + "/package.json");
    if (reference.file == "package.json") return reference;
  }
  throw Error(ErrorKind::usage,
              "'" + escape_for_terminal(text) + "' is not npm:PACKAGE[@VERSION]; name a package");
}

// The models of a package whose archive is here.
std::vector<Artifact> models_of(const Session& session, const GrowingFile& file,
                                const std::string& package, const std::string& version) {
  ArchiveMember archive;
  archive.archive = "npm:" + package + "@" + version;
  archive.names = MemberNames::without_first_part;
  archive.unpacked_limit = unpacked_limit(Bytes{file.size()});
  archive.size_limit = session.settings().size_limit;
  archive.cancelled = session.settings().cancelled;
  std::vector<Artifact> models;
  Sha256 digest;
  ModelSink sink;
  sink.begin = [&](const std::string& name) {
    Artifact artifact;
    artifact.name = package + "/" + name;
    artifact.model = package;
    artifact.format = is_bundle_name(name) ? ArtifactFormat::task_bundle : ArtifactFormat::tflite;
    artifact.references = {archive.archive + "/" + name};
    artifact.revision = version;
    artifact.size = Bytes{0};
    models.push_back(std::move(artifact));
    digest = {};
  };
  sink.piece = [&](std::span<const std::byte> bytes) {
    models.back().size->count += bytes.size();
    digest.update(bytes);
  };
  sink.end = [&] { models.back().sha256 = digest.finish(); };
  extract_models(file.descriptor(), archive, sink);
  return models;
}

}  // namespace

// A registry does not tell what is in a package, so the package is brought here and looked through.
ListPage list_npm(Session& session, const std::string& what, const ListOptions& options,
                  const ListState& state) {
  const Reference reference = package_reference(what);
  const Place place = resolve_npm(session, reference);
  ListPage page;
  page.last = true;
  page.next = state;
  page.next.newest = place.revision;
  if (state.since == place.revision) return page;
  const std::string& package = reference.address;
  Listed listed;
  listed.model = {.name = package, .source = "npm"};
  listed.model.publisher = package.substr(0, package.find('/'));
  SharedArchive& shared = archive_of(session, place, "npm:" + what);
  const std::scoped_lock lock(shared.mutex);
  for (Artifact& artifact : models_of(session, shared.partial->file(), package, place.revision)) {
    if (artifact.name.find(options.search) == std::string::npos) continue;
    listed.artifacts.push_back(std::move(artifact));
  }
  if (!listed.artifacts.empty()) page.models.push_back(std::move(listed));
  return page;
}

}  // namespace litezoo::fetcher
