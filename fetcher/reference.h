#pragma once

#include <span>
#include <string>
#include <string_view>

namespace litezoo::fetcher {

// Where a model reference points. The order is that of kSyntaxes and kSources.
enum class Scheme {
  path,
  file,
  https,
  http,
  npm,
  sha256,
  hf,
  kaggle,
  tfhub,
  mediapipe,
  github,
  name
};

// A model reference taken apart; nothing has been looked up yet.
struct Reference {
  Scheme scheme = Scheme::path;
  std::string text;  // as the user wrote it
  std::string
      address;  // path | URL | hex digits | catalog name | PACKAGE, ORG/REPO, OWNER/... of a hub
  std::string revision;  // version, tag or commit; empty = the hub's newest
  std::string file;      // path inside the package or repository; empty = not named
  std::string member;    // REF!member: a file inside a .task or zip bundle; empty = the file itself
  bool operator==(const Reference&) const = default;
};

// How one scheme is written, for messages and help.
struct Syntax {
  Scheme scheme;
  std::string_view prefix;  // "npm:"; empty for a path and a catalog name
  std::string_view form;    // "npm:PACKAGE[@VERSION]/PATH"
  std::string_view example;
};
std::span<const Syntax> syntaxes() noexcept;
const Syntax& syntax_of(Scheme scheme) noexcept;

// Reads one reference. Text without a scheme is a path when it starts with '/', './', '../' or '~/'
// or when such a file exists, else Scheme::name (look it up in the catalog). Paths of packages
// never hold "..", empty parts or control characters; URLs never hold credentials; http: only to
// loopback. Throws Error(usage) that shows the right form, or the nearest scheme for an unknown
// one.
Reference parse_reference(std::string_view text);

// True for 127.0.0.0/8, ::1 (with or without brackets) and "localhost".
bool is_loopback_host(std::string_view host) noexcept;

}  // namespace litezoo::fetcher
