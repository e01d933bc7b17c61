#include "cli/model_bytes.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/local_model.h"
#include "fetcher/archive.h"
#include "fetcher/reference.h"
#include "fetcher/store.h"
#include "inspector/bundle.h"
#include "inspector/container.h"

namespace litezoo::cli {
namespace {

MemberBytes member_of(std::span<const std::byte> file, const std::string& name,
                      const std::string& member) {
  using enum inspector::ContainerKind;
  const auto kind = inspector::recognise(file).kind;
  if (kind != gzip && kind != tar) return {file, inspector::find_member(file, name, member)};
  fetcher::ArchiveMember wanted;
  wanted.archive = name;
  wanted.member = member;
  wanted.cancelled = [] { return InterruptGuard::requested(); };
  return MemberBytes([&](const MemberBytes::Sink& sink) {
    const auto all = [rest = file]() mutable {
      return std::exchange(rest, std::span<const std::byte>());
    };
    fetcher::extract_member(all, wanted, sink);
  });
}

}  // namespace

MemberBytes::MemberBytes(std::span<const std::byte> archive, const inspector::ArchiveEntry& entry)
    : bytes_(inspector::stored_bytes(archive, entry)) {
  if (!bytes_.empty()) {
    stored_ = entry;
    return;
  }
  if (entry.size > inspector::kMostUnpacked) {
    collect([&](const Sink& sink) { inspector::unpack_entry(archive, entry, sink); });
  } else {
    unpacked_ = inspector::read_entry(archive, entry);
    bytes_ = unpacked_;
  }
}

MemberBytes::MemberBytes(const std::function<void(const Sink&)>& unpack) {
  collect(unpack);
}

void MemberBytes::require_intact() const {
  if (stored_) inspector::require_intact(*stored_, bytes_);
}

void MemberBytes::collect(const std::function<void(const Sink&)>& unpack) {
  std::optional<TemporaryFile> file;
  unpack([&](std::span<const std::byte> piece) {
    if (!file && piece.size() > inspector::kMostUnpacked - unpacked_.size()) {
      file.emplace(fetcher::Store(find_home().store).partial_directory());
      file->write(unpacked_);
      unpacked_ = {};
    }
    if (file) return file->write(piece);
    unpacked_.insert(unpacked_.end(), piece.begin(), piece.end());
  });
  if (file) spilled_.emplace(file->path());
  bytes_ = spilled_ ? spilled_->bytes() : unpacked_;
}

HeldBytes hold(MemberBytes member) {
  auto keeper = std::make_shared<const MemberBytes>(std::move(member));
  return {.bytes = keeper->bytes(), .keeper = keeper};
}

ModelBytes::ModelBytes(MappedFile file, const std::string& name, const std::string& member)
    : file_(std::move(file)),
      member_(member_of(file_.bytes(), name, member)),
      bytes_(member_->bytes()) {}

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
