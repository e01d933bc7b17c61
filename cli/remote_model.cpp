#include "cli/remote_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/units.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "fetcher/fetch.h"
#include "fetcher/reference.h"
#include "fetcher/remote_file.h"
#include "fetcher/remote_member.h"
#include "fetcher/remote_stream.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"
#include "inspector/bundle.h"
#include "inspector/container.h"
#include "inspector/member_stream.h"

namespace litezoo::cli {
namespace {

using Look = std::function<void(const RemoteBytes&)>;

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

RemoteBytes all_of(HeldBytes held) {
  RemoteBytes remote;
  static_cast<HeldBytes&>(remote) = std::move(held);
  remote.require_all_had = [] {};
  remote.locate = [bytes = remote.bytes, keeper = remote.keeper](
                      const inspector::Archive&, const inspector::ArchiveEntry& entry) {
    return [bytes, keeper, entry] { return all_of(hold(MemberBytes(bytes, entry))); };
  };
  return remote;
}

RemoteBytes unpacked(fetcher::RemoteFile& file, const inspector::ArchiveEntry& entry,
                     std::uint64_t from, std::uint64_t to) {
  return all_of(hold(MemberBytes([&](const MemberBytes::Sink& sink) {
    inspector::MemberStream member(entry, sink);
    file.stream(from, to,
                [&member](std::span<const std::byte> piece) { return member.take(piece); });
    member.finish();
  })));
}

// What the file shows now, which begins at `from` in it.
RemoteBytes shown_by(fetcher::RemoteFile& file, std::uint64_t from) {
  RemoteBytes remote;
  remote.bytes = file.bytes();
  remote.whole = false;
  remote.require_all_had = [&file] { file.check(); };
  remote.locate = [&file, from, bytes = remote.bytes](
                      const inspector::Archive& archive,
                      const inspector::ArchiveEntry& entry) -> RemoteBytes::Open {
    const auto stored = inspector::head_of_stored(bytes, entry);
    if (stored.empty()) {
      return [&file, entry, begin = from + entry.header, end = from + end_of(archive, entry)] {
        return unpacked(file, entry, begin, end);
      };
    }
    const auto begin = from + static_cast<std::uint64_t>(stored.data() - bytes.data());
    return [&file, begin, size = entry.size] {
      file.show_part(begin, size);
      return shown_by(file, begin);
    };
  };
  return remote;
}

// Of a bundle its member, whose digest nobody states.
void look_at_member(const RemoteBytes& bundle, const std::string& name, const std::string& member,
                    const Look& look) {
  const auto entry = inspector::find_member(bundle.bytes, name, member);
  const auto archive = inspector::find_archive(bundle.bytes);
  const auto open = bundle.locate(*archive, entry);
  bundle.require_all_had();
  look(open());
}

// Some hubs wrap single files into an archive of their own.
bool wraps(const RemoteBytes& file, const std::string& name) {
  if (name.empty() || inspector::recognise(file.bytes).kind != inspector::ContainerKind::zip) {
    return false;
  }
  const auto archive = inspector::find_archive(file.bytes);
  return archive && std::ranges::find(archive->entries, name, &inspector::ArchiveEntry::name) !=
                        archive->entries.end();
}

// One look at the place of a reference.
class Afar {
 public:
  Afar(const Context& context, fetcher::Session& session, const fetcher::Place& place,
       MemberReference reference, const Look& look)
      : context_(context),
        session_(session),
        place_(place),
        reference_(std::move(reference)),
        look_(look) {}

  // False, and a note, when the file must be fetched.
  bool run() {
    if (!place_.archive_member.empty()) return stream();
    std::optional<fetcher::RemoteFile> file;
    try {
      file.emplace(session_, place_);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unsupported) throw;
      return place_.wrapped_as.empty() ? give_up(error) : stream();
    }
    const auto kind = inspector::recognise(file->bytes()).kind;
    const bool wants_member = !place_.wrapped_as.empty() || !reference_.member.empty();
    if (kind == inspector::ContainerKind::gzip && wants_member) {
      cost_ = file->cost();
      file.reset();
      return stream();
    }
    if (kind == inspector::ContainerKind::tar && wants_member) {
      return give_up(Error(ErrorKind::unsupported, "a tar archive has no directory"));
    }
    return look_at(*file);
  }

 private:
  bool look_at(fetcher::RemoteFile& file) {
    try {
      RemoteBytes remote = shown_by(file, 0);
      if (wraps(remote, place_.wrapped_as)) {
        look_at_member(remote, reference_.bundle, place_.wrapped_as,
                       [this](const RemoteBytes& inner) { look_into(inner); });
      } else {
        remote.sha256 = stated_sha256(place_);
        look_into(remote);
      }
    } catch (const Error&) {
      // What could not be had read as zeros; that is then the reason.
      try {
        file.check();
      } catch (const Error& cause) {
        if (cause.kind() == ErrorKind::unsupported) return give_up(cause);
        throw;
      }
      throw;
    }
    tell(file.cost(), file.file_size(), "");
    return true;
  }

  bool stream() {
    const bool member_only = place_.archive_member.empty() && place_.wrapped_as.empty();
    fetcher::Place place = place_;
    if (member_only) place.wrapped_as = reference_.member;
    fetcher::RemoteStream stream(session_, place);
    HeldBytes member;
    try {
      member = hold(MemberBytes([&](const MemberBytes::Sink& sink) {
        fetcher::stream_member(session_, place, stream, sink);
      }));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::unsupported) throw;
      return give_up(error);
    }
    auto cost = stream.cost();
    cost.requests += cost_.requests;
    cost.received.count += cost_.received.count;
    member_only ? look_(all_of(std::move(member))) : look_into(all_of(std::move(member)));
    tell(cost, stream.file_size().value_or(0), "; a compressed archive is read from its start");
    return true;
  }

  void look_into(const RemoteBytes& remote) const {
    if (reference_.member.empty()) return look_(remote);
    look_at_member(remote, reference_.bundle, reference_.member, look_);
  }

  void tell(const fetcher::ReadCost& cost, std::uint64_t size, std::string_view why) const {
    context_.note(fmt::format("read {} of {} in {} request{}{}", to_text(cost.received),
                              to_text(Bytes{size}), cost.requests, cost.requests == 1 ? "" : "s",
                              why));
  }

  bool give_up(const Error& error) const {
    context_.note(fmt::format("{}; fetching the whole file", error.what()));
    return false;
  }

  const Context& context_;
  fetcher::Session& session_;
  const fetcher::Place& place_;
  MemberReference reference_;
  const Look& look_;
  fetcher::ReadCost cost_;  // of what was found out before
};

}  // namespace

bool look_from_afar(const Context& context, const std::string& reference,
                    const std::function<void(const RemoteBytes&)>& look) {
  MemberReference parts = split_member(reference);
  if (context.offline) return false;
  const auto parsed = fetcher::parse_reference(parts.bundle);
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
  if (here || place.urls.empty()) return false;
  return Afar(context, session, place, std::move(parts), look).run();
}

}  // namespace litezoo::cli
