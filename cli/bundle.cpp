#include "cli/bundle.h"

#include <map>

#include "base/error.h"
#include "cli/remote_model.h"
#include "inspector/bundle.h"

namespace litezoo::cli {

std::vector<inspector::ArchiveEntry> Bundle::models() const {
  std::vector<inspector::ArchiveEntry> models;
  for (const Member& member : members) {
    if (member.is_model) models.push_back(member.entry);
  }
  return models;
}

Bundle bundle_in(const std::string& name, std::span<const std::byte> bytes) {
  auto archive = inspector::read_directory(bytes, name);
  Bundle bundle{
      .name = name, .size = bytes.size(), .members = {}, .open = {}, .require_all_had = [] {}};
  for (inspector::ArchiveEntry& entry : archive.entries) {
    const bool is_model = inspector::is_model(bytes, entry);
    bundle.members.push_back({std::move(entry), is_model});
  }
  bundle.open = [bytes](const inspector::ArchiveEntry& entry) {
    return hold(MemberBytes(bytes, entry));
  };
  return bundle;
}

Bundle bundle_on_server(const std::string& name, const RemoteBytes& remote) {
  Bundle bundle = bundle_in(name, remote.bytes);
  bundle.require_all_had = remote.require_all_had;
  const auto archive = inspector::find_archive(remote.bytes);
  // While the bytes around them can still be looked at.
  std::map<std::size_t, RemoteBytes::Open> models;  // by their headers
  for (const inspector::ArchiveEntry& entry : bundle.models()) {
    models.emplace(entry.header, remote.locate(*archive, entry));
  }
  bundle.open = [models = std::move(models)](const inspector::ArchiveEntry& entry) -> HeldBytes {
    const RemoteBytes opened = models.at(entry.header)();
    return {.bytes = opened.bytes, .whole = opened.whole, .keeper = opened.keeper};
  };
  return bundle;
}

}  // namespace litezoo::cli
