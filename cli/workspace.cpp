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

fetcher::FetchSettings fetch_settings(const Context& context, TransferOptions options) {
  fetcher::FetchSettings settings;
  settings.offline = context.offline;
  settings.files = options.files;
  settings.bytes_per_second = options.bytes_per_second;
  settings.cancelled = [] { return InterruptGuard::requested(); };
  settings.note = std::move(options.note);
  if (!settings.note) settings.note = [&context](const std::string& line) { context.note(line); };
  settings.progress = std::move(options.progress);
  if (!settings.progress && context.shows_progress()) {
    settings.progress = [line = ProgressLine(context)](const fetcher::FetchProgress& step) mutable {
      line.show(step);
      if (step.total && step.received == *step.total) line.forget(step.name);
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

Workspace::Workspace(const Context& context, TransferOptions options)
    : catalog_(open_catalog()),
      store_(find_home().store),
      fetcher_(store_, fetch_settings(context, std::move(options))) {}

Wanted Workspace::want(const catalog::Entry& entry) const {
  const Artifact& artifact = entry.artifact;
  if (artifact.references.empty() && !entry.file) {
    throw Error(ErrorKind::not_found,
                fmt::format("no place is known to fetch '{}' from", artifact.name));
  }
  return {.name = artifact.name,
          .request = {.references = artifact.references,
                      .sha256 = artifact.sha256,
                      .size = artifact.size,
                      .name = artifact.name},
          .artifact = artifact.name};
}

Wanted Workspace::want(const std::string& reference, const std::string& sha256) {
  const auto scheme = fetcher::parse_reference(reference).scheme;
  if (scheme == fetcher::Scheme::name) {
    catalog::Entry entry = catalog::find_artifact(catalog_, reference);
    if (!sha256.empty()) entry.artifact.sha256 = sha256;
    Wanted wanted = want(entry);
    wanted.name = reference;
    return wanted;
  }
  return {.name = reference,
          .request = {.references = {reference}, .sha256 = sha256, .name = reference},
          .local = !is_remote(scheme)};
}

// An artifact for something fetched by its reference alone: its facts are its inspection's.
void Workspace::enter(const std::string& reference) {
  const auto parsed = fetcher::parse_reference(reference);
  catalog::put_model(catalog_, {.name = reference,
                                .publisher = parsed.address.substr(0, parsed.address.find('/')),
                                .source = "fetched by the user"});
  catalog::put_artifact(catalog_, {.name = reference,
                                   .model = reference,
                                   .references = {reference},
                                   .revision = parsed.revision});
}

void Workspace::record(const Wanted& wanted, const fetcher::Fetched& fetched) {
  if (wanted.local) return;
  std::string artifact = wanted.artifact;
  if (artifact.empty() && catalog::artifacts_with_digest(catalog_, fetched.sha256).empty()) {
    artifact = fetched.pinned.empty() ? wanted.request.references.front() : fetched.pinned;
    enter(artifact);
  }
  catalog::record_fetched(catalog_, artifact,
                          {.sha256 = fetched.sha256, .size = fetched.size, .path = fetched.path});
}

fetcher::Fetched Workspace::obtain(const catalog::Entry& entry) {
  const Wanted wanted = want(entry);
  auto fetched = fetcher_.fetch(wanted.request);
  record(wanted, fetched);
  return fetched;
}

fetcher::Fetched Workspace::obtain(const std::string& reference, const std::string& sha256) {
  const Wanted wanted = want(reference, sha256);
  auto fetched = fetcher_.fetch(wanted.request);
  record(wanted, fetched);
  return fetched;
}

}  // namespace litezoo::cli
