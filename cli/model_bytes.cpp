#include "cli/model_bytes.h"

#include "cli/local_model.h"
#include "fetcher/reference.h"
#include "inspector/bundle.h"

namespace litezoo::cli {

ModelBytes open_bytes(const Context& context, const std::string& reference) {
  const std::string member = fetcher::parse_reference(reference).member;
  if (member.empty()) return {reference, MappedFile(local_path(context, reference)), {}};
  const std::string bundle = reference.substr(0, reference.size() - member.size() - 1);
  MappedFile file(local_path(context, bundle));
  auto unpacked = inspector::read_member(file.bytes(), bundle, member);
  return {reference, std::move(file), std::move(unpacked)};
}

}  // namespace litezoo::cli
