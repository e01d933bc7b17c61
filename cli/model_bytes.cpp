#include "cli/model_bytes.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/context.h"
#include "cli/local_model.h"
#include "fetcher/reference.h"
#include "fetcher/store.h"
#include "inspector/bundle.h"

namespace litezoo::cli {

namespace {

MappedFile spill(std::span<const std::byte> archive, const inspector::ArchiveEntry& entry) {
  const fetcher::Store store(find_home().store);
  TemporaryFile file(store.partial_directory());
  inspector::unpack_entry(archive, entry,
                          [&file](std::span<const std::byte> piece) { file.write(piece); });
  return MappedFile(file.path());
}

}  // namespace

MemberBytes::MemberBytes(std::span<const std::byte> archive, const inspector::ArchiveEntry& entry)
    : bytes_(inspector::stored_bytes(archive, entry)) {
  if (!bytes_.empty()) return;
  if (entry.size > inspector::kMostUnpacked) {
    spilled_ = spill(archive, entry);
    bytes_ = spilled_->bytes();
  } else {
    unpacked_ = inspector::read_entry(archive, entry);
    bytes_ = unpacked_;
  }
}

ModelBytes::ModelBytes(MappedFile file, const std::string& name, const std::string& member)
    : file_(std::move(file)),
      member_(file_.bytes(), inspector::find_member(file_.bytes(), name, member)),
      bytes_(member_.bytes()) {}

MemberReference split_member(const std::string& reference) {
  const std::size_t mark = reference.find('!');
  std::error_code error;
  if (mark == std::string::npos || std::filesystem::is_regular_file(reference, error)) {
    return {reference, {}};
  }
  std::string bundle = reference.substr(0, mark);
  if (std::filesystem::is_regular_file(bundle, error)) {
    return {std::move(bundle), reference.substr(mark + 1)};
  }
  std::string member = fetcher::parse_reference(reference).member;
  if (member.empty()) return {reference, {}};
  return {reference.substr(0, reference.size() - member.size() - 1), std::move(member)};
}

ModelBytes open_bytes(const Context& context, const std::string& reference) {
  const auto [bundle, member] = split_member(reference);
  MappedFile file(local_path(context, bundle));
  if (member.empty()) return ModelBytes(std::move(file));
  return {std::move(file), bundle, member};
}

}  // namespace litezoo::cli
