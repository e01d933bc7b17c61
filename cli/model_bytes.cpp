#include "cli/model_bytes.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "cli/local_model.h"
#include "fetcher/reference.h"
#include "inspector/bundle.h"

namespace litezoo::cli {

ModelBytes::ModelBytes(MappedFile file, const std::string& name, const std::string& member)
    : file_(std::move(file)) {
  const auto entry = inspector::find_member(file_.bytes(), name, member);
  bytes_ = inspector::stored_bytes(file_.bytes(), entry);
  if (!bytes_.empty()) return;
  unpacked_ = inspector::read_entry(file_.bytes(), entry);
  bytes_ = unpacked_;
}

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
