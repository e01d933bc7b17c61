#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/units.h"
#include "fetcher/digest.h"
#include "fetcher/reference.h"

namespace litezoo::fetcher {

class Session;

// Where a reference's bytes are: what a source's resolve() found out.
struct Place {
  std::string path;               // a file of this machine; then nothing below `revision` is used
  std::vector<std::string> urls;  // the same bytes at each; tried in order
  std::string pinned;         // the reference with its immutable revision; empty = there is none
  std::string revision;       // empty = the place has none
  std::string authorization;  // for the origin of urls[0] only; never shown
  std::string ca_file;        // besides the system's
  std::vector<std::string> headers;           // "Name: value"
  std::optional<Bytes> size;                  // of what the URLs give
  std::vector<Digest> digests;                // of what the URLs give
  std::vector<std::filesystem::path> copies;  // files of other tools' caches that may be the same
  std::string archive_member;  // the URLs give an archive, and the file is this member of it
  std::string
      wrapped_as;  // the URLs may give an archive around the file, which has this name in it
};

// Whether another of a place's addresses may give what one did not: it has no such file, or does
// not answer.
bool may_be_had_elsewhere(const Error& error) noexcept;

// One row a scheme: the extension point for a new hub. A source is one file, source_<scheme>.cpp.
struct Source {
  Scheme scheme;
  // Finds the place, over the session's transport where it must ask. Throws Error. Null for what is
  // looked up elsewhere: sha256 in the store, a name in the catalog.
  Place (*resolve)(Session& session, const Reference& reference);
  // Where other tools may keep the file of that digest; null = hf_copies, whatever the scheme.
  std::vector<std::filesystem::path> (*copies)(const Reference& reference,
                                               const std::string& sha256) = nullptr;
};

std::span<const Source> sources() noexcept;

// Throws Error(usage) that names what works when nothing can be fetched from the reference's
// scheme.
const Source& source_of(const Reference& reference);

Place resolve_path(Session& session, const Reference& reference);
Place resolve_url(Session& session, const Reference& reference);
Place resolve_npm(Session& session, const Reference& reference);
Place resolve_hf(Session& session, const Reference& reference);
Place resolve_kaggle(Session& session, const Reference& reference);
Place resolve_tfhub(Session& session, const Reference& reference);
Place resolve_mediapipe(Session& session, const Reference& reference);
Place resolve_github(Session& session, const Reference& reference);

// The official clients' caches: any repository's blob of that digest; the variation's files.
std::vector<std::filesystem::path> hf_copies(const Reference& reference, const std::string& sha256);
std::vector<std::filesystem::path> kaggle_copies(const Reference& reference,
                                                 const std::string& sha256);

}  // namespace litezoo::fetcher
