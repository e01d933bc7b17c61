#include "fetcher/reference.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

constexpr auto kSyntaxes = std::to_array<Syntax>({
    {Scheme::path, "", "PATH", "./model.tflite"},
    {Scheme::file, "file:", "file:///PATH", "file:///data/model.tflite"},
    {Scheme::https, "https:", "https://HOST/PATH", "https://example.org/model.tflite"},
    {Scheme::http, "http:", "http://localhost:PORT/PATH", "http://localhost:8000/model.tflite"},
    {Scheme::npm, "npm:", "npm:PACKAGE[@VERSION]/PATH",
     "npm:@mediapipe/selfie_segmentation@0.1.1675465747/selfie_segmentation.tflite"},
    {Scheme::sha256, "sha256:", "sha256:PREFIX", "sha256:9ee168ec7c8f2a16"},
    {Scheme::hf, "hf:", "hf:ORG/REPO[@REV][/PATH]",
     "hf:litert-community/MobileNet-v3-Large/model.tflite"},
    {Scheme::kaggle, "kaggle:", "kaggle:OWNER/MODEL/FRAMEWORK/VARIATION[/VERSION][/FILE]",
     "kaggle:google/yamnet/tfLite/classification-tflite/1"},
    {Scheme::tfhub, "tfhub:", "tfhub:PUBLISHER/lite-model/NAME/VERSION",
     "tfhub:google/lite-model/yamnet/classification/tflite/1"},
    {Scheme::mediapipe, "mediapipe:", "mediapipe:TASK/MODEL/PRECISION/VERSION",
     "mediapipe:object_detector/efficientdet_lite0/float16/1"},
    {Scheme::github, "github:", "github:OWNER/REPO@TAG/ASSET",
     "github:owner/models@v1.0/model.tflite"},
    {Scheme::name, "", "NAME", "google/movenet"},
});

constexpr bool in_scheme_order() {
  for (std::size_t i = 0; i < kSyntaxes.size(); ++i) {
    if (static_cast<std::size_t>(kSyntaxes[i].scheme) != i) return false;
  }
  return true;
}
static_assert(in_scheme_order(), "kSyntaxes is indexed by Scheme");

[[noreturn]] void refuse(const Reference& reference, const std::string& why) {
  const Syntax& syntax = syntax_of(reference.scheme);
  throw Error(ErrorKind::usage, "reference '" + escape_for_terminal(reference.text) + "' " + why +
                                    "; write it as " + std::string(syntax.form) + ", such as " +
                                    std::string(syntax.example));
}

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A path inside a package: relative, '/' between parts, no way out.
void require_inner_path(const Reference& reference, const std::string& path) {
  if (path.find('\\') != std::string::npos) refuse(reference, "has a backslash in its path");
  for (const std::string& part : split(path, '/')) {
    if (part.empty()) refuse(reference, "has an empty part in its path");
    if (part == "." || part == "..") refuse(reference, "has '" + part + "' in its path");
  }
}

// The first `count` parts and what follows them; fewer parts leave the rest empty.
struct Halves {
  std::string front, rest;
  std::size_t parts = 0;
};
Halves cut_after_parts(const std::string& text, std::size_t count) {
  Halves halves;
  std::size_t at = 0;
  while (halves.parts < count) {
    ++halves.parts;
    at = text.find('/', at);
    if (at == std::string::npos) return {text, "", halves.parts};
    if (halves.parts < count) ++at;
  }
  return {text.substr(0, at), text.substr(at + 1), halves.parts};
}

// Takes "@revision" off the end of `front`, from its last '@' that is not the first character.
void split_revision(Reference& reference, const std::string& front) {
  const std::size_t at = front.rfind('@');
  if (at == std::string::npos || at == 0) {
    reference.address = front;
    return;
  }
  reference.address = front.substr(0, at);
  reference.revision = front.substr(at + 1);
  if (reference.revision.empty()) refuse(reference, "has nothing after '@'");
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

void parse_file(Reference& reference, std::string_view rest) {
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    if (rest.starts_with("localhost/")) rest.remove_prefix(9);
    if (!rest.starts_with("/")) refuse(reference, "names another host's file");
  }
  const auto path = percent_decode(rest);
  if (!path || path->empty()) refuse(reference, "is not a file address");
  reference.address = *path;
}

void parse_web(Reference& reference, std::string_view) {
  const auto url = parse_url(reference.address);
  if (!url || reference.address.find("//") == std::string::npos) {
    refuse(reference, "is not a web address");
  }
  if (url->has_credentials)
    refuse(reference, "holds a password, which would end up in the catalog");
  if (url->scheme == "http" && !is_loopback_host(url->host)) {
    throw Error(ErrorKind::usage, "reference '" + without_query(reference.text) +
                                      "' is not encrypted; use https:// (http: is for this machine "
                                      "only)");
  }
  reference.address = reference.address.substr(0, reference.address.find('#'));
}

void parse_npm(Reference& reference, std::string_view rest) {
  const std::string text(rest);
  const Halves halves = cut_after_parts(text, text.starts_with("@") ? 2 : 1);
  split_revision(reference, halves.front);
  reference.file = halves.rest;
  if (reference.address.empty() || reference.address.ends_with("/")) {
    refuse(reference, "names no package");
  }
  if (reference.file.empty()) refuse(reference, "names no file in the package");
  if (reference.address.starts_with("@") == (reference.address.find('/') == std::string::npos)) {
    refuse(reference, "names no package in its scope");
  }
  require_inner_path(reference, reference.address);
  require_inner_path(reference, reference.file);
}

void parse_sha256(Reference& reference, std::string_view rest) {
  reference.address = to_lower(rest);
  const bool hex = reference.address.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!hex || reference.address.size() < 4 || reference.address.size() > 64) {
    refuse(reference, "is not 4 to 64 hexadecimal digits");
  }
}

void parse_hf(Reference& reference, std::string_view rest) {
  const std::string text(rest);
  const Halves halves = cut_after_parts(text, 2);
  if (halves.parts < 2) refuse(reference, "names no repository");
  split_revision(reference, halves.front);
  // "refs/pr/1" and the like come encoded, because a '/' would end the revision.
  const auto revision = percent_decode(reference.revision);
  if (!revision) refuse(reference, "has a malformed revision");
  reference.revision = *revision;
  reference.file = halves.rest;
  require_inner_path(reference, reference.address);
  if (!reference.file.empty()) require_inner_path(reference, reference.file);
}

void parse_kaggle(Reference& reference, std::string_view rest) {
  const Halves halves = cut_after_parts(std::string(rest), 4);
  if (halves.parts < 4) refuse(reference, "does not name a variation");
  reference.address = halves.front;
  require_inner_path(reference, reference.address);
  if (halves.rest.empty()) return;
  require_inner_path(reference, halves.rest);
  const Halves tail = cut_after_parts(halves.rest, 1);
  if (is_number(tail.front)) {
    reference.revision = tail.front;
    reference.file = tail.rest;
  } else {
    reference.file = halves.rest;
  }
}

void parse_tfhub(Reference& reference, std::string_view rest) {
  std::string text(rest);
  require_inner_path(reference, text);
  if (const std::size_t slash = text.rfind('/');
      slash != std::string::npos && is_number(std::string_view(text).substr(slash + 1))) {
    reference.revision = text.substr(slash + 1);
    text.resize(slash);
  }
  reference.address = text;
  if (std::ranges::count(text, '/') < 1) refuse(reference, "does not name a model");
}

void parse_mediapipe(Reference& reference, std::string_view rest) {
  const Halves halves = cut_after_parts(std::string(rest), 3);
  if (halves.parts < 3 || halves.rest.empty()) refuse(reference, "names no version");
  reference.address = halves.front;
  const Halves tail = cut_after_parts(halves.rest, 1);
  reference.revision = tail.front;
  reference.file = tail.rest;
  require_inner_path(reference, std::string(rest));
  if (!is_number(reference.revision) && reference.revision != "latest") {
    refuse(reference, "has no number as its version");
  }
}

void parse_github(Reference& reference, std::string_view rest) {
  const std::string text(rest);
  const std::size_t at = text.find('@');
  const std::size_t slash = text.rfind('/');
  if (at == std::string::npos) refuse(reference, "names no release tag");
  if (slash == std::string::npos || slash < at) refuse(reference, "names no asset");
  reference.address = text.substr(0, at);
  reference.revision = text.substr(at + 1, slash - at - 1);
  reference.file = text.substr(slash + 1);
  require_inner_path(reference, reference.address);
  if (std::ranges::count(reference.address, '/') != 1) refuse(reference, "is not OWNER/REPO");
  if (reference.revision.empty()) refuse(reference, "names no release tag");
  require_inner_path(reference, reference.revision);
  require_inner_path(reference, reference.file);
}

using Parser = void (*)(Reference&, std::string_view rest);
constexpr auto kParsers = std::to_array<Parser>({
    nullptr,
    parse_file,
    parse_web,
    parse_web,
    parse_npm,
    parse_sha256,
    parse_hf,
    parse_kaggle,
    parse_tfhub,
    parse_mediapipe,
    parse_github,
    nullptr,
});
static_assert(kParsers.size() == kSyntaxes.size());

bool is_file(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

bool looks_like_path(std::string_view text) {
  return text.starts_with("/") || text.starts_with("./") || text.starts_with("../") ||
         text.starts_with("~/") || text == "." || text == "..";
}

std::string expand_home(std::string_view path) {
  const char* home = std::getenv("HOME");
  if (!path.starts_with("~/") || home == nullptr) return std::string(path);
  return home + std::string(path.substr(1));
}

// The scheme in front of ':', or empty when what stands there cannot be one.
std::string scheme_text(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0) return "";
  const std::string name = to_lower(text.substr(0, colon));
  const bool plausible = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '_' ||
           c == '.';
  });
  return plausible ? name : "";
}

[[noreturn]] void throw_unknown_scheme(const Reference& reference, const std::string& scheme) {
  struct Alias {
    std::string_view other, ours;
  };
  constexpr auto kAliases = std::to_array<Alias>({{"huggingface", "hf"},
                                                  {"hugging-face", "hf"},
                                                  {"gh", "github"},
                                                  {"node", "npm"},
                                                  {"mp", "mediapipe"},
                                                  {"sha", "sha256"}});
  std::vector<std::string> known;
  for (const Syntax& syntax : kSyntaxes) {
    if (!syntax.prefix.empty())
      known.emplace_back(syntax.prefix.substr(0, syntax.prefix.size() - 1));
  }
  std::vector<std::string> near = near_names(scheme, known, 1);
  const auto* alias = std::ranges::find(kAliases, std::string_view(scheme), &Alias::other);
  if (alias != kAliases.end()) near = {std::string(alias->ours)};
  const std::string hint = near.empty() ? "known schemes: " + join_names(known)
                                        : "did you mean '" + near.front() + ":'?";
  throw Error(ErrorKind::usage, "reference '" + escape_for_terminal(reference.text) +
                                    "' has the unknown scheme '" + scheme + ":'; " + hint);
}

// Takes "!member" off the end of the text.
std::string_view split_member(Reference& reference, std::string_view text) {
  const std::size_t mark = text.rfind('!');
  if (mark == std::string_view::npos) return text;
  reference.member = text.substr(mark + 1);
  if (reference.member.empty()) refuse(reference, "has nothing after '!'");
  require_inner_path(reference, reference.member);
  return text.substr(0, mark);
}

}  // namespace

std::span<const Syntax> syntaxes() noexcept {
  return kSyntaxes;
}

const Syntax& syntax_of(Scheme scheme) noexcept {
  return kSyntaxes[static_cast<std::size_t>(scheme)];
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host == "localhost" || host == "::1" || host == "[::1]") return true;
  if (!host.starts_with("127.")) return false;
  // A name such as 127.example.org is not an address: digits and three dots only.
  return std::ranges::count(host, '.') == 3 && host.back() != '.' &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

Reference parse_reference(std::string_view text) {
  Reference reference;
  reference.text = text;
  if (text.empty()) throw Error(ErrorKind::usage, "a model reference is empty");
  if (text.size() > 4096)
    throw Error(ErrorKind::usage, "a model reference is over 4096 characters");
  if (has_control_character(text)) refuse(reference, "holds a control character");
  if (is_file(expand_home(text))) {
    reference.address = expand_home(text);
    return reference;
  }
  const std::string scheme = scheme_text(text);
  const auto* syntax = std::ranges::find(kSyntaxes, scheme + ":", &Syntax::prefix);
  if (!scheme.empty() && syntax == kSyntaxes.end()) throw_unknown_scheme(reference, scheme);
  reference.scheme = scheme.empty() ? Scheme::path : syntax->scheme;
  const std::string_view outer = split_member(reference, text);
  if (scheme.empty()) {
    reference.address = expand_home(outer);
    if (!looks_like_path(outer) && !is_file(reference.address)) reference.scheme = Scheme::name;
    return reference;
  }
  reference.address = outer;
  const std::string_view rest = outer.substr(scheme.size() + 1);
  if (rest.empty()) refuse(reference, "names nothing");
  kParsers[static_cast<std::size_t>(reference.scheme)](reference, rest);
  return reference;
}

}  // namespace litezoo::fetcher
