#include "cli/model_bytes.h"

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

ModelBytes open_bytes(const Context& context, const std::string& reference) {
  const std::string member = fetcher::parse_reference(reference).member;
  if (member.empty()) return ModelBytes(MappedFile(local_path(context, reference)));
  const std::string bundle = reference.substr(0, reference.size() - member.size() - 1);
  return {MappedFile(local_path(context, bundle)), bundle, member};
}

}  // namespace litezoo::cli
