#include "fetcher/fetch_one.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "fetcher/archive.h"
#include "fetcher/download.h"
#include "fetcher/shared_archive.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {
namespace {

std::string shown(const std::string& reference) {
  return escape_for_terminal(reference);
}

Fetched from_store(const StoredFile& file) {
  Fetched fetched;
  fetched.path = file.path;
  fetched.sha256 = file.sha256;
  fetched.size = file.size;
  fetched.from_store = true;
  return fetched;
}

const std::string& name_for(const FetchRequest& request, const Reference& reference) {
  return request.name.empty() ? reference.text : request.name;
}

void require_digest(const FetchRequest& request, const std::string& place,
                    const std::string& sha256) {
  if (request.sha256.empty() || request.sha256 == sha256) return;
  throw Error(ErrorKind::corrupt, "'" + shown(place) + "' gave wrong bytes: SHA-256 is " + sha256 +
                                      ", expected " + request.sha256 +
                                      "; ask its publisher which is right, or use another place");
}

void require_size(const FetchRequest& request, const std::string& place, Bytes size) {
  if (!request.size || *request.size == size) return;
  throw Error(ErrorKind::corrupt, "'" + shown(place) + "' gave " + std::to_string(size.count) +
                                      " bytes, expected " + std::to_string(request.size->count) +
                                      "; use another place");
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

// Gives its SHA-256.
std::string take_copy(const MappedFile& copy, GrowingFile& file) {
  file.truncate(0);
  file.append(copy.bytes());
  return sha256_of(copy.bytes());
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
  SharedArchive& archive = archive_of(session, place, name_for(request, reference));
  const std::scoped_lock lock(archive.mutex);
  const GrowingFile& whole = archive.partial->file();
  if (looks_packed(whole)) {
    try {
      return extract(session.settings(), request, whole.descriptor(),
                     wanted_member(place, Bytes{whole.size()}), file);
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
  if (const auto copy = provable_copy(expected)) return take_copy(*copy, file);
  if (!place.wrapped_as.empty()) return unwrap(session, request, reference, place, file);
  if (place.archive_member.empty()) {
    return download(session, expected, name_for(request, reference), {file, partial.journal()});
  }
  SharedArchive& shared = archive_of(session, place, name_for(request, reference));
  const std::scoped_lock lock(shared.mutex);
  const GrowingFile& archive = shared.partial->file();
  return extract(session.settings(), request, archive.descriptor(),
                 wanted_member(place, Bytes{archive.size()}), file);
}

Fetched fetch_remote(Session& session, const FetchRequest& request, const Reference& reference,
                     const Place& place) {
  const Store& store = session.store();
  if (const auto ready = find_intact(store, stated_sha256(request, place))) {
    Fetched fetched = *ready;
    fetched.pinned = place.pinned;
    fetched.revision = place.revision;
    return fetched;
  }
  const std::string key = partial_key(request, place);
  Partial partial(store.partial_directory(), key, lock_wait(session, reference.text));
  if (partial.waited()) {
    if (auto ready = find_intact(store, request.sha256)) return *ready;
    // Of a digest that nobody told: what the other process made of the same reference.
    if (auto ready = find_intact(store, partial.published_as())) return *ready;
  }
  const std::string sha256 =
      keeping(partial, [&] { return transfer(session, request, reference, place, partial); });
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
  if (request.sha256.empty()) return std::nullopt;
  Place place;
  place.copies = hf_copies(reference, request.sha256);
  if (source.copies != nullptr) place.copies = source.copies(reference, request.sha256);
  // Before the unfinished file is opened: what an earlier transfer left there ends with it.
  const auto copy = provable_copy(with_expectations(place, request));
  if (!copy) return std::nullopt;
  const Store& store = session.store();
  Partial partial(store.partial_directory(), request.sha256, lock_wait(session, reference.text));
  if (auto ready = find_intact(store, request.sha256)) return ready;
  Fetched fetched = from_store(store.add(partial, take_copy(*copy, partial.file())));
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
  Partial partial(store.partial_directory(), key, lock_wait(session, reference.text));
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

}  // namespace

std::optional<Fetched> find_intact(const Store& store, const std::string& sha256) {
  if (sha256.empty()) return std::nullopt;
  const auto file = store.find(sha256);
  if (!file) return std::nullopt;
  if (sha256_of_file(file->path) == sha256) {
    store.note_use(*file);
    return from_store(*file);
  }
  store.remove(sha256);
  return std::nullopt;
}

Place with_expectations(const Place& place, const FetchRequest& request) {
  Place expected = place;
  if (!expected.size) expected.size = request.size;
  if (!request.sha256.empty()) expected.digests.push_back({DigestKind::sha256, request.sha256});
  return expected;
}

namespace {

bool is_right(std::span<const std::byte> bytes, std::span<const Digest> digests) {
  return std::ranges::all_of(digests, [bytes](const Digest& digest) {
    Digester digester(digest.kind, bytes.size());
    digester.update(bytes);
    return digester.finish() == digest.hex;
  });
}

}  // namespace

std::optional<MappedFile> provable_copy(const Place& expected) {
  std::error_code ignored;
  for (const auto& path : expected.copies) {
    if (expected.digests.empty() || !std::filesystem::is_regular_file(path, ignored)) continue;
    try {
      MappedFile copy(path);
      if (is_right(copy.bytes(), expected.digests)) return copy;
    } catch (const Error&) {
      // Another user's, or gone meanwhile: a copy only saves the transfer.
      continue;
    }
  }
  return std::nullopt;
}

std::string stated_sha256(const FetchRequest& request, const Place& place) {
  if (!request.sha256.empty()) return request.sha256;
  const bool packed = !place.archive_member.empty() || !place.wrapped_as.empty();
  const auto digest = std::ranges::find(place.digests, DigestKind::sha256, &Digest::kind);
  return packed || digest == place.digests.end() ? "" : digest->hex;
}

std::string partial_key(const FetchRequest& request, const Place& place) {
  std::string sha256 = stated_sha256(request, place);
  if (!sha256.empty()) return sha256;
  return sha256_of(as_bytes(place.pinned.empty() ? place.urls.front() : place.pinned));
}

Fetched fetch_one(Session& session, const FetchRequest& request, const Reference& reference) {
  if (reference.scheme == Scheme::sha256) return use_prefix(session.store(), reference);
  const Source& source = source_of(reference);
  FetchRequest outer_request = request;
  if (!reference.member.empty()) {
    outer_request.sha256.clear();
    outer_request.size.reset();
  }
  if (auto copied = copy_known(session, outer_request, reference, source)) return *copied;
  const Place place = source.resolve(session, reference);
  Fetched fetched = place.path.empty() ? fetch_remote(session, outer_request, reference, place)
                                       : use_local(outer_request, place, reference);
  if (reference.member.empty()) return fetched;
  return unpack_member(session, request, reference, std::move(fetched));
}

}  // namespace litezoo::fetcher
