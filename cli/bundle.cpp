#include "cli/bundle.h"

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
  auto archive = inspector::find_archive(bytes);
  if (!archive) {
    throw Error(ErrorKind::corrupt, name + " is a damaged zip archive; download it again");
  }
  Bundle bundle{
      .name = name, .size = bytes.size(), .members = {}, .open = {}, .require_all_had = [] {}};
  for (inspector::ArchiveEntry& entry : archive->entries) {
    const bool is_model = inspector::is_model(bytes, entry);
    bundle.members.push_back({std::move(entry), is_model});
  }
  bundle.open = [bytes](const inspector::ArchiveEntry& entry) { return MemberBytes(bytes, entry); };
  return bundle;
}

Bundle bundle_on_server(const std::string& name, const RemoteBytes& remote) {
  Bundle bundle = bundle_in(name, remote.bytes);
  bundle.require_all_had = remote.require_all_had;
  // Where each model lies, while the bytes around them can still be looked at.
  std::vector<std::size_t> places;
  for (const inspector::ArchiveEntry& entry : bundle.models()) {
    const auto start = inspector::head_of_stored(remote.bytes, entry);
    if (start.empty()) remote.fetch_instead("a bundle of packed models");
    places.push_back(static_cast<std::size_t>(start.data() - remote.bytes.data()));
  }
  bundle.open = [models = bundle.models(), places = std::move(places),
                 part = remote.part](const inspector::ArchiveEntry& entry) {
    for (std::size_t i = 0; i < models.size(); ++i) {
      if (models[i].header == entry.header) return MemberBytes(part(places[i], entry.size));
    }
    throw Error(ErrorKind::internal, "a bundle's member is no model of it");
  };
  return bundle;
}

}  // namespace litezoo::cli
