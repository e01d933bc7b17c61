#include "fetcher/listing.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"
#include "base/text.h"

namespace litezoo::fetcher {
namespace {

constexpr auto kLists = std::to_array<HubList>({
    {"hf", "hf[:OWNER]", "Hugging Face: repositories with TFLite models", list_hf},
    {"kaggle", "kaggle[:OWNER]", "Kaggle Models: variations for TFLite", list_kaggle},
    {"github", "github:OWNER/REPO", "the releases of a GitHub repository", list_github},
    {"npm", "npm:PACKAGE[@VERSION]", "the models in an npm package, which is downloaded", list_npm},
    {"", "MANIFEST", "a manifest's path or address (docs/manifest.md)", list_manifest},
    {"", "DIRECTORY", "the models below a directory of this machine", list_directory},
});

// Hubs that models are fetched from, but that cannot be listed.
struct Unlisted {
  std::string_view prefix, reason;
};
constexpr auto kUnlisted = std::to_array<Unlisted>({
    {"mediapipe",
     "MediaPipe's bucket lists nothing to anybody without an account; its models are in the "
     "catalog from the start: litezoo search --publisher mediapipe"},
    {"tfhub",
     "TF Hub has moved to Kaggle: litezoo sync kaggle; its catalogue of TFLite models is in ours "
     "from the start: litezoo search"},
});

bool is_hub(const std::string& hub, std::string_view prefix) {
  return hub == prefix || hub.starts_with(std::string(prefix) + ":");
}

std::string without_prefix(const std::string& hub, std::string_view prefix) {
  if (hub == prefix) return "";
  return hub.substr(std::min(hub.size(), prefix.size() + 1));
}

// Null when none lists the hub.
const HubList* find_list(const std::string& hub) {
  for (const HubList& row : kLists) {
    if (!row.prefix.empty() && is_hub(hub, row.prefix)) return &row;
  }
  const auto row_of = [](std::string_view form) {
    return std::ranges::find(kLists, form, &HubList::form);
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(hub, ignored)) return row_of("DIRECTORY");
  const bool is_manifest = hub.ends_with(".json") || hub.find("://") != std::string::npos;
  return is_manifest ? row_of("MANIFEST") : nullptr;
}

}  // namespace

std::span<const HubList> hub_lists() noexcept {
  return kLists;
}

void require_listed(const std::string& hub) {
  for (const Unlisted& row : kUnlisted) {
    if (is_hub(hub, row.prefix)) throw Error(ErrorKind::usage, std::string(row.reason));
  }
  if (find_list(hub) != nullptr) return;
  std::vector<std::string> forms;
  forms.reserve(kLists.size());
  for (const HubList& row : kLists) forms.emplace_back(row.form);
  throw Error(ErrorKind::usage, "'" + escape_for_terminal(hub) +
                                    "' is no hub that can be listed; known: " + join_names(forms));
}

ListPage list_page(Session& session, const std::string& hub, const ListOptions& options,
                   const ListState& state) {
  require_listed(hub);
  const HubList& row = *find_list(hub);
  const std::string what = row.prefix.empty() ? hub : without_prefix(hub, row.prefix);
  return row.page(session, what, options, state);
}

}  // namespace litezoo::fetcher
