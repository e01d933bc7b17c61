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
    download(session, place, reference, {file, {}});
    found = session.archives.emplace(key, std::move(file)).first;
  }
  return found->second;
}

// What the place states and what the request knows besides.
Place with_expectations(const Place& place, const FetchRequest& request) {
  Place expected = place;
  if (!expected.size) expected.size = request.size;
  if (!request.sha256.empty()) expected.digests.push_back({DigestKind::sha256, request.sha256});
  return expected;
}

// A file of another tool's cache, copied when it is provably the wanted one.
std::optional<std::string> copy_from_cache(const Place& expected, GrowingFile& file) {
  std::error_code ignored;
  for (const auto& path : expected.copies) {
    if (expected.digests.empty() || !std::filesystem::is_regular_file(path, ignored)) continue;
    const MappedFile copy(path);
    const bool right = std::ranges::all_of(expected.digests, [&](const Digest& digest) {
      Digester digester(digest.kind, copy.bytes().size());
      digester.update(copy.bytes());
      return digester.finish() == digest.hex;
    });
    if (!right) continue;
    file.truncate(0);
    file.append(copy.bytes());
    return sha256_of(copy.bytes());
  }
  return std::nullopt;
}

bool looks_packed(const GrowingFile& file) {
  std::string start;
  file.read_all([&start](auto bytes) {
    if (start.size() < 2) start += as_text(bytes.first(std::min<std::size_t>(bytes.size(), 2)));
  });
  return start == "PK" || start == "\x1f\x8b";
}

// Some hubs wrap single files into an archive of their own.
std::string unwrap(Session& session, const FetchRequest& request, const Reference& reference,
                   const Place& place, GrowingFile& file) {
  const GrowingFile& whole = archive_of(session, place, reference.text);
  if (looks_packed(whole)) {
    ArchiveMember wanted;
    wanted.archive = place.pinned;
    wanted.member = place.wrapped_as;
    wanted.unpacked_limit = unpacked_limit(whole);
    try {
      return extract(session.settings(), request, whole.descriptor(), wanted, file);
    } catch (const Error& error) {
      // A bundle is an archive too, and then it is the file itself.
      if (error.kind() != ErrorKind::not_found) throw;
    }
  }
  file.truncate(0);
  Sha256 digest;
  whole.read_all([&](std::span<const std::byte> bytes) {
    file.append(bytes);
    digest.update(bytes);
  });
  return digest.finish();
}

std::string transfer(Session& session, const FetchRequest& request, const Reference& reference,
                     const Place& place, Partial& partial) {
  GrowingFile& file = partial.file();
  const Place expected = with_expectations(place, request);
  if (auto sha256 = copy_from_cache(expected, file)) return *sha256;
  if (!place.wrapped_as.empty()) return unwrap(session, request, reference, place, file);
  if (place.archive_member.empty()) {
    return download(session, expected, reference.text, {file, partial.journal()});
  }
  const GrowingFile& archive = archive_of(session, place, reference.text);
  ArchiveMember wanted;
  wanted.archive = place.pinned.substr(0, place.pinned.size() - place.archive_member.size() - 1);
  wanted.member = place.archive_member;
  wanted.names = MemberNames::without_first_part;
  wanted.unpacked_limit = unpacked_limit(archive);
  return extract(session.settings(), request, archive.descriptor(), wanted, file);
}

// A large transfer that was stopped or broke off is worth going on with later.
template <typename Transfer>
std::string keeping(Partial& partial, const Place& place, const Transfer& run) {
  constexpr std::uint64_t kWorthKeeping = std::uint64_t{1} << 20;
  try {
    return run();
  } catch (const Error& error) {
    const bool passing =
        error.kind() == ErrorKind::network || error.kind() == ErrorKind::interrupted;
    const bool direct = place.archive_member.empty() && place.wrapped_as.empty();
    if (passing && direct && partial.file().size() >= kWorthKeeping) partial.keep();
    throw;
  }
}

Fetched fetch_remote(Session& session, const FetchRequest& request, const Reference& reference,
                     const Place& place) {
  const Store& store = session.store();
  const std::string& name = place.pinned.empty() ? place.urls.front() : place.pinned;
  const std::string key = request.sha256.empty() ? sha256_of(as_bytes(name)) : request.sha256;
  Partial partial(store.partial_directory(), key, lock_wait(session.settings()));
  if (partial.waited()) {
    if (auto ready = find_intact(store, request.sha256)) return *ready;
  }
  const std::string sha256 = keeping(
      partial, place, [&] { return transfer(session, request, reference, place, partial); });
  require_size(request, reference.text, Bytes{partial.file().size()});
  require_digest(request, reference.text, sha256);
  Fetched fetched = from_store(store.add(partial, sha256));
  fetched.from_store = false;
  fetched.reference = reference.text;
  fetched.pinned = place.pinned;
  fetched.revision = place.revision;
  return fetched;
}

// With the digest known, another tool's cache can serve without asking anybody.
std::optional<Fetched> copy_known(Session& session, const FetchRequest& request,
                                  const Reference& reference, const Source& source) {
  if (source.copies == nullptr || request.sha256.empty()) return std::nullopt;
  Place place;
  place.copies = source.copies(reference, request.sha256);
  std::error_code ignored;
  std::erase_if(place.copies,
                [&](const auto& path) { return !std::filesystem::exists(path, ignored); });
  if (place.copies.empty()) return std::nullopt;
  const Store& store = session.store();
  Partial partial(store.partial_directory(), request.sha256, lock_wait(session.settings()));
  if (auto ready = find_intact(store, request.sha256)) return ready;
  const auto sha256 = copy_from_cache(with_expectations(place, request), partial.file());
  if (!sha256) return std::nullopt;
  Fetched fetched = from_store(store.add(partial, *sha256));
  fetched.reference = reference.text;
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
  if (auto copied = copy_known(session, outer_request, reference, source)) return *copied;
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
