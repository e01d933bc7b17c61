#include "fetcher/fetch.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "fetcher/archive.h"
#include "fetcher/download.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {
namespace {

std::string shown(const std::string& reference) {
  return escape_for_terminal(reference);
}

LockWait lock_wait(const FetchSettings& settings) {
  return {settings.cancelled, std::chrono::seconds(60)};
}

Fetched from_store(const StoredFile& file) {
  Fetched fetched;
  fetched.path = file.path;
  fetched.sha256 = file.sha256;
  fetched.size = file.size;
  fetched.from_store = true;
  return fetched;
}

// The stored file when its content is still right; a damaged one is removed.
std::optional<Fetched> find_intact(const Store& store, const std::string& sha256) {
  if (sha256.empty()) return std::nullopt;
  const auto file = store.find(sha256);
  if (!file) return std::nullopt;
  if (sha256_of_file(file->path) == sha256) return from_store(*file);
  store.remove(sha256);
  return std::nullopt;
}

void require_digest(const FetchRequest& request, const std::string& place,
                    const std::string& sha256) {
  if (request.sha256.empty() || request.sha256 == sha256) return;
  throw Error(ErrorKind::corrupt, "'" + shown(place) + "' gave wrong bytes: SHA-256 is " + sha256 +
                                      ", expected " + request.sha256);
}

void require_size(const FetchRequest& request, const std::string& place, Bytes size) {
  if (!request.size || *request.size == size) return;
  throw Error(ErrorKind::corrupt, "'" + shown(place) + "' gave " + std::to_string(size.count) +
                                      " bytes, expected " + std::to_string(request.size->count));
}

Fetched use_local(const FetchRequest& request, const Place& place, const Reference& reference) {
  const MappedFile file(place.path);
  Fetched fetched;
  fetched.path = place.path;
  fetched.size = Bytes{file.bytes().size()};
  fetched.sha256 = sha256_of(file.bytes());
  fetched.reference = reference.text;
  require_size(request, reference.text, fetched.size);
  require_digest(request, reference.text, fetched.sha256);
  return fetched;
}

Fetched use_prefix(const Store& store, const Reference& reference) {
  const auto files = store.find_prefix(reference.address);
  if (files.empty()) {
    throw Error(ErrorKind::not_found, "no stored file has the digest '" + reference.address +
                                          "'; see `litezoo store list`");
  }
  if (files.size() > 1) {
    throw Error(ErrorKind::usage, "'" + reference.text + "' means " + std::to_string(files.size()) +
                                      " stored files; give more digits");
  }
  if (auto intact = find_intact(store, files.front().sha256)) return *intact;
  throw Error(ErrorKind::corrupt, "stored file " + files.front().sha256 +
                                      " was damaged and has been removed; fetch it again");
}

// Streams an archive's member into `file`; returns its SHA-256.
std::string extract(const FetchSettings& settings, const FetchRequest& request, int archive,
                    ArchiveMember wanted, GrowingFile& file) {
  wanted.size_limit = request.size.value_or(settings.size_limit);
  wanted.cancelled = settings.cancelled;
  file.truncate(0);
  Sha256 digest;
  extract_member(archive, wanted, [&](std::span<const std::byte> bytes) {
    file.append(bytes);
    digest.update(bytes);
  });
  return digest.finish();
}

// A compressed package may grow this much; models hardly compress at all.
Bytes unpacked_limit(const GrowingFile& archive) {
  return Bytes{archive.size() * 100 + (std::uint64_t{32} << 20)};
}

const GrowingFile& archive_of(Session& session, const Place& place, const std::string& reference) {
  const std::string& key = place.urls.front();
  auto found = session.archives.find(key);
  if (found == session.archives.end()) {
    GrowingFile file = open_scratch(session.store().partial_directory());
    download(session, place, reference, file);
    found = session.archives.emplace(key, std::move(file)).first;
  }
  return found->second;
}

std::string transfer(Session& session, const FetchRequest& request, const Reference& reference,
                     const Place& place, GrowingFile& file) {
  if (place.archive_member.empty()) {
    Place expected = place;
    if (!expected.size) expected.size = request.size;
    if (!request.sha256.empty()) expected.digests.push_back({DigestKind::sha256, request.sha256});
    return download(session, expected, reference.text, file);
  }
  const GrowingFile& archive = archive_of(session, place, reference.text);
  ArchiveMember wanted;
  wanted.archive = place.pinned.substr(0, place.pinned.size() - place.archive_member.size() - 1);
  wanted.member = place.archive_member;
  wanted.names = MemberNames::without_first_part;
  wanted.unpacked_limit = unpacked_limit(archive);
  return extract(session.settings(), request, archive.descriptor(), wanted, file);
}

Fetched fetch_remote(Session& session, const FetchRequest& request, const Reference& reference,
                     const Place& place) {
  const Store& store = session.store();
  const std::string key =
      request.sha256.empty() ? sha256_of(as_bytes(place.pinned)) : request.sha256;
  Partial partial(store.partial_directory(), key, lock_wait(session.settings()));
  if (partial.waited()) {
    if (auto ready = find_intact(store, request.sha256)) return *ready;
  }
  const std::string sha256 = transfer(session, request, reference, place, partial.file());
  require_size(request, reference.text, Bytes{partial.file().size()});
  require_digest(request, reference.text, sha256);
  Fetched fetched = from_store(store.add(partial, sha256));
  fetched.from_store = false;
  fetched.reference = reference.text;
  fetched.pinned = place.pinned;
  fetched.revision = place.revision;
  return fetched;
}

FileDescriptor open_bundle(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw system_error("cannot open '" + path.string() + "'", errno);
  return file;
}

// The member of a bundle that is already here, as a stored file of its own.
Fetched unpack_member(Session& session, const FetchRequest& request, const Reference& reference,
                      Fetched outer) {
  const FileDescriptor bundle = open_bundle(outer.path);
  const std::string key = sha256_of(as_bytes(outer.sha256 + "!" + reference.member));
  const Store& store = session.store();
  Partial partial(store.partial_directory(), key, lock_wait(session.settings()));
  ArchiveMember wanted;
  wanted.archive = reference.text.substr(0, reference.text.size() - reference.member.size() - 1);
  wanted.member = reference.member;
  const std::string sha256 =
      extract(session.settings(), request, bundle.number(), wanted, partial.file());
  require_size(request, reference.text, Bytes{partial.file().size()});
  require_digest(request, reference.text, sha256);
  const StoredFile file = store.add(partial, sha256);
  outer.path = file.path;
  outer.sha256 = file.sha256;
  outer.size = file.size;
  if (!outer.pinned.empty()) outer.pinned += "!" + reference.member;
  return outer;
}

Fetched fetch_one(Session& session, const FetchRequest& request, const Reference& reference) {
  if (reference.scheme == Scheme::sha256) return use_prefix(session.store(), reference);
  const Source& source = source_of(reference);
  const FetchRequest outer_request = reference.member.empty() ? request : FetchRequest{};
  const Place place = source.resolve(session, reference);
  Fetched fetched = place.path.empty() ? fetch_remote(session, outer_request, reference, place)
                                       : use_local(outer_request, place, reference);
  if (reference.member.empty()) return fetched;
  return unpack_member(session, request, reference, std::move(fetched));
}

bool is_local(const Reference& reference) {
  return reference.scheme == Scheme::path || reference.scheme == Scheme::file ||
         reference.scheme == Scheme::sha256;
}

// Failures that another place cannot cure.
bool is_final(const Error& error, const Reference& reference) {
  switch (error.kind()) {
    case ErrorKind::interrupted:
    case ErrorKind::internal:
      return true;
    case ErrorKind::io:
      return !is_local(reference);
    default:
      return false;
  }
}

// Wrong bytes outweigh a place that is only out of reach.
ErrorKind kind_of(const std::vector<ErrorKind>& kinds) {
  for (const ErrorKind kind : {ErrorKind::corrupt, ErrorKind::network, ErrorKind::not_found}) {
    if (std::ranges::find(kinds, kind) != kinds.end()) return kind;
  }
  return kinds.front();
}

[[noreturn]] void throw_all(const std::vector<FetchFailure>& failures,
                            const std::vector<ErrorKind>& kinds) {
  if (failures.size() == 1) throw Error(kinds.front(), failures.front().message);
  std::string message = "none of " + std::to_string(failures.size()) + " places gave the file: ";
  for (std::size_t i = 0; i < failures.size(); ++i) {
    if (i > 0) message += "; ";
    message +=
        std::to_string(i + 1) + ") " + shown(failures[i].reference) + ": " + failures[i].message;
  }
  throw Error(kind_of(kinds), message);
}

}  // namespace

struct Fetcher::State {
  Session session;
};

Fetcher::Fetcher(const Store& store, FetchSettings settings)
    : state_(new State{Session(store, std::move(settings))}) {}

Fetcher::~Fetcher() = default;

Fetched Fetcher::fetch(const FetchRequest& request) {
  Session& session = state_->session;
  if (request.references.empty() && request.sha256.empty()) {
    throw Error(ErrorKind::usage, "nothing to fetch: no reference given");
  }
  std::vector<Reference> references;
  references.reserve(request.references.size());
  for (const std::string& text : request.references) references.push_back(parse_reference(text));
  require_not_cancelled(session.settings());
  if (auto ready = find_intact(session.store(), request.sha256)) return *ready;
  std::vector<FetchFailure> failures;
  std::vector<ErrorKind> kinds;
  for (const Reference& reference : references) {
    try {
      Fetched fetched = fetch_one(session, request, reference);
      fetched.failures = std::move(failures);
      return fetched;
    } catch (const Error& error) {
      if (is_final(error, reference)) throw;
      failures.push_back({reference.text, error.what()});
      kinds.push_back(error.kind());
    }
  }
  if (failures.empty()) {
    throw Error(
        ErrorKind::not_found,
        "file " + request.sha256 + " is not in the store, and no place to fetch it is known");
  }
  throw_all(failures, kinds);
}

}  // namespace litezoo::fetcher
