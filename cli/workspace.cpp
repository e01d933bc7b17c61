#include "cli/workspace.h"

#include <fmt/format.h>

#include "base/error.h"
#include "catalog/seed.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "data/data.h"
#include "fetcher/reference.h"

namespace litezoo::cli {
namespace {

fetcher::FetchSettings fetch_settings(const Context& context) {
  fetcher::FetchSettings settings;
  settings.offline = context.offline;
  settings.cancelled = [] { return InterruptGuard::requested(); };
  if (context.shows_progress()) {
    settings.progress = [progress =
                             ProgressLine(context)](const fetcher::FetchProgress& step) mutable {
      progress.show(step.reference, step.received, step.total);
    };
  }
  return settings;
}

bool is_remote(fetcher::Scheme scheme) {
  using enum fetcher::Scheme;
  return scheme != path && scheme != file && scheme != sha256 && scheme != name;
}

}  // namespace

bool is_local_path(const std::string& reference) {
  const auto scheme = fetcher::parse_reference(reference).scheme;
  return scheme == fetcher::Scheme::path || scheme == fetcher::Scheme::file;
}

catalog::Catalog open_catalog() {
  catalog::Catalog catalog(find_home().catalog);
  catalog::seed(catalog, {.tasks = data::file("tasks.tsv"),
                          .models = data::file("models.tsv"),
                          .artifacts = data::file("artifacts.tsv"),
                          .claims = data::file("claims.tsv"),
                          .examples = data::file("examples.tsv"),
                          .digest = data::digest()});
  return catalog;
}

Workspace::Workspace(const Context& context)
    : catalog_(open_catalog()),
      store_(find_home().store),
      fetcher_(store_, fetch_settings(context)) {}

fetcher::Fetched Workspace::obtain(const catalog::Entry& entry) {
  const Artifact& artifact = entry.artifact;
  if (artifact.references.empty() && !entry.file) {
    throw Error(ErrorKind::not_found,
                fmt::format("no place is known to fetch '{}' from", artifact.name));
  }
  auto fetched = fetcher_.fetch(
      {.references = artifact.references, .sha256 = artifact.sha256, .size = artifact.size});
  catalog::record_fetched(catalog_, artifact.name,
                          {.sha256 = fetched.sha256, .size = fetched.size, .path = fetched.path});
  return fetched;
}

// An artifact for something fetched by its reference alone: its facts are its inspection's.
catalog::Entry Workspace::enter(const std::string& reference) {
  const auto parsed = fetcher::parse_reference(reference);
  const Model model{.name = reference,
                    .publisher = parsed.address.substr(0, parsed.address.find('/')),
                    .source = "fetched by the user"};
  const Artifact artifact{.name = reference,
                          .model = reference,
                          .references = {reference},
                          .revision = parsed.revision};
  catalog::put_model(catalog_, model);
  catalog::put_artifact(catalog_, artifact);
  return {.model = model, .artifact = artifact};
}

fetcher::Fetched Workspace::obtain(const std::string& reference, const std::string& sha256) {
  const auto scheme = fetcher::parse_reference(reference).scheme;
  if (scheme == fetcher::Scheme::name) {
    catalog::Entry entry = catalog::find_artifact(catalog_, reference);
    if (!sha256.empty()) entry.artifact.sha256 = sha256;
    return obtain(entry);
  }
  auto fetched = fetcher_.fetch({.references = {reference}, .sha256 = sha256});
  if (is_remote(scheme) && catalog::artifacts_with_digest(catalog_, fetched.sha256).empty()) {
    catalog::Entry entry = enter(fetched.pinned.empty() ? reference : fetched.pinned);
    catalog::record_fetched(catalog_, entry.artifact.name,
                            {.sha256 = fetched.sha256, .size = fetched.size, .path = fetched.path});
  } else if (is_remote(scheme)) {
    catalog::record_fetched(catalog_, {},
                            {.sha256 = fetched.sha256, .size = fetched.size, .path = fetched.path});
  }
  return fetched;
}

}  // namespace litezoo::cli
