#include "cli/remote_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/units.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/model_bytes.h"
#include "fetcher/fetch.h"
#include "fetcher/reference.h"
#include "fetcher/remote_file.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"
#include "inspector/bundle.h"

namespace litezoo::cli {
namespace {

bool may_be_read_in_parts(const fetcher::Reference& reference) {
  using enum fetcher::Scheme;
  return reference.scheme != path && reference.scheme != file && reference.scheme != sha256 &&
         reference.scheme != name;
}

std::string stated_sha256(const fetcher::Place& place) {
  const auto digest =
      std::ranges::find(place.digests, fetcher::DigestKind::sha256, &fetcher::Digest::kind);
  return digest == place.digests.end() ? "" : digest->hex;
}

RemoteBytes bytes_of(fetcher::RemoteFile& file, const std::string& sha256) {
  RemoteBytes remote{.bytes = file.bytes(),
                     .sha256 = sha256,
                     .require_all_had = [&file] { file.check(); },
                     .part = {}};
  remote.part = [&file](std::size_t from, std::size_t size) {
    file.show_part(from, size);
    return file.bytes();
  };
  return remote;
}

// Of a bundle its member, whose digest nobody states.
RemoteBytes member_of(const RemoteBytes& bundle, const std::string& name,
                      const std::string& member) {
  const auto entry = inspector::find_member(bundle.bytes, name, member);
  const auto start = inspector::head_of_stored(bundle.bytes, entry);
  if (start.empty()) bundle.fetch_instead("a packed member of a bundle");
  RemoteBytes remote = bundle;
  remote.sha256.clear();
  const auto from = static_cast<std::size_t>(start.data() - bundle.bytes.data());
  remote.bytes = bundle.part(from, entry.size);
  return remote;
}

}  // namespace

void RemoteBytes::fetch_instead(const std::string& what) const {
  throw Error(ErrorKind::unsupported, what + " is not read in parts");
}

bool look_from_afar(const Context& context, const std::string& reference,
                    const std::function<void(const RemoteBytes&)>& look) {
  const auto [file_reference, member] = split_member(reference);
  if (context.offline) return false;
  const auto parsed = fetcher::parse_reference(file_reference);
  if (!may_be_read_in_parts(parsed)) return false;
  const InterruptGuard guard;
  fetcher::FetchSettings settings;
  settings.cancelled = [] { return InterruptGuard::requested(); };
  settings.note = [&context](const std::string& line) { context.note(line); };
  const fetcher::Store store(find_home().store);
  fetcher::Fetcher fetcher(store, settings);
  fetcher::Session& session = fetcher.session();
  const fetcher::Place place = fetcher::source_of(parsed).resolve(session, parsed);
  const std::string sha256 = stated_sha256(place);
  const bool here = !sha256.empty() && store.find(sha256);
  const bool packed = !place.archive_member.empty() || !place.wrapped_as.empty();
  if (here || packed || place.urls.empty()) return false;
  try {
    fetcher::RemoteFile file(session, place);
    try {
      const RemoteBytes remote = bytes_of(file, sha256);
      look(member.empty() ? remote : member_of(remote, file_reference, member));
    } catch (const Error&) {
      // What could not be had read as zeros; that is then the reason.
      file.check();
      throw;
    }
    const auto cost = file.cost();
    context.note(fmt::format("read {} of {} in {} request{}", to_text(cost.received),
                             to_text(Bytes{file.file_size()}), cost.requests,
                             cost.requests == 1 ? "" : "s"));
    return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported) throw;
    context.note(fmt::format("{}; fetching the whole file", error.what()));
    return false;
  }
}

}  // namespace litezoo::cli
