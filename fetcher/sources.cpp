#include "fetcher/sources.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::fetcher {
namespace {

constexpr auto kSources = std::to_array<Source>({
    {Scheme::path, resolve_path},
    {Scheme::file, resolve_path},
    {Scheme::https, resolve_url},
    {Scheme::http, resolve_url},
    {Scheme::npm, resolve_npm},
    {Scheme::hf, resolve_hf, hf_copies},
    {Scheme::kaggle, resolve_kaggle, kaggle_copies},
    {Scheme::tfhub, resolve_tfhub},
    {Scheme::mediapipe, resolve_mediapipe},
    {Scheme::github, resolve_github},
});
static_assert(std::ranges::is_sorted(kSources, {}, &Source::scheme));

}  // namespace

bool may_be_had_elsewhere(const Error& error) noexcept {
  return error.kind() == ErrorKind::network || error.kind() == ErrorKind::not_found;
}

std::span<const Source> sources() noexcept {
  return kSources;
}

const Source& source_of(const Reference& reference) {
  const auto* source = std::ranges::find(kSources, reference.scheme, &Source::scheme);
  if (source != kSources.end()) return *source;
  std::vector<std::string> known;
  known.reserve(kSources.size());
  for (const Source& row : kSources) known.emplace_back(syntax_of(row.scheme).form);
  throw Error(ErrorKind::usage, "cannot fetch '" + escape_for_terminal(reference.text) +
                                    "': nothing is fetched from " +
                                    std::string(syntax_of(reference.scheme).form) +
                                    " yet; what works: " + join_names(known));
}

}  // namespace litezoo::fetcher
