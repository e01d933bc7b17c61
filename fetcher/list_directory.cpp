#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/hash.h"
#include "base/model_name.h"
#include "fetcher/hub_file.h"
#include "fetcher/listing.h"

namespace litezoo::fetcher {

namespace fs = std::filesystem;

ListPage list_directory(Session& session, const std::string& what, const ListOptions& options,
                        const ListState& state) {
  const fs::path root = fs::canonical(what);
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator
           at(root, fs::directory_options::skip_permission_denied, error),
       end;
       !error && at != end; at.increment(error)) {
    std::error_code ignored;
    const std::string name = at->path().string();
    if (!at->is_regular_file(ignored) || !is_model_file(name)) continue;
    if (name.find(options.search) != std::string::npos) files.push_back(at->path());
  }
  if (error) throw Error(ErrorKind::io, "cannot read '" + what + "': " + error.message());
  std::ranges::sort(files);
  ListPage page;
  page.last = true;
  page.next = state;
  for (const fs::path& file : files) {
    require_not_cancelled(session.settings());
    const std::string inside = fs::relative(file, root).string();
    Listed listed;
    listed.model = {.name = root.filename().string() + "/" + inside,
                    .publisher = root.filename().string(),
                    .source = "directory " + root.string()};
    Artifact artifact;
    artifact.name = listed.model.name;
    artifact.model = listed.model.name;
    artifact.format = is_bundle_name(inside) ? ArtifactFormat::task_bundle : ArtifactFormat::tflite;
    artifact.references = {file.string()};
    artifact.sha256 = sha256_of_file(file);
    artifact.size = Bytes{fs::file_size(file)};
    listed.artifacts.push_back(std::move(artifact));
    page.models.push_back(std::move(listed));
  }
  return page;
}

}  // namespace litezoo::fetcher
