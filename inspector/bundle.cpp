#include "inspector/bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/model_name.h"
#include "base/text.h"
#include "inspector/container.h"

namespace litezoo::inspector {

bool is_model(std::span<const std::byte> file, const ArchiveEntry& entry) {
  if (is_model_name(entry.name)) return true;
  const auto bytes = head_of_stored(file, entry);
  return !bytes.empty() && recognise(bytes).kind == ContainerKind::tflite;
}

std::vector<ArchiveEntry> models_in_bundle(std::span<const std::byte> file) {
  if (recognise(file).kind != ContainerKind::zip) return {};
  auto archive = find_archive(file);
  if (!archive) return {};
  std::vector<ArchiveEntry> result;
  for (ArchiveEntry& entry : archive->entries) {
    if (is_model(file, entry)) result.push_back(std::move(entry));
  }
  return result;
}

Archive read_directory(std::span<const std::byte> file, const std::string& file_name) {
  if (auto archive = find_archive(file)) return std::move(*archive);
  throw Error(
      ErrorKind::corrupt,
      fmt::format("{} is a zip archive or .task bundle whose directory is damaged; download "
                  "it again",
                  file_name));
}

ArchiveEntry find_member(std::span<const std::byte> file, const std::string& file_name,
                         const std::string& member) {
  auto archive = find_archive(file);
  if (!archive && recognise(file).kind == ContainerKind::zip) read_directory(file, file_name);
  if (!archive) {
    throw Error(ErrorKind::corrupt,
                fmt::format("{} is {}, not an archive that could hold '{}'", file_name,
                            recognise(file).description, escape_for_terminal(member)));
  }
  const auto entry = std::ranges::find(archive->entries, member, &ArchiveEntry::name);
  if (entry == archive->entries.end()) {
    std::vector<std::string> names;
    for (const ArchiveEntry& e : archive->entries) names.push_back(escape_for_terminal(e.name));
    const auto near = near_names(member, names);
    throw Error(ErrorKind::not_found,
                fmt::format("{} has no member '{}'; it has {}", file_name,
                            escape_for_terminal(member), join_names(near.empty() ? names : near)));
  }
  return std::move(*entry);
}

std::vector<std::byte> read_member(std::span<const std::byte> file, const std::string& file_name,
                                   const std::string& member) {
  return read_entry(file, find_member(file, file_name, member));
}

}  // namespace litezoo::inspector
