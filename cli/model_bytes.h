#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace litezoo::cli {

struct Context;

// The bytes behind a reference: of the file, or for REF!member of the member, unpacked.
class ModelBytes {
 public:
  ModelBytes(std::string name, MappedFile file, std::vector<std::byte> member)
      : name_(std::move(name)), file_(std::move(file)), member_(std::move(member)) {}
  const std::string& name() const noexcept { return name_; }  // as the user called it
  std::span<const std::byte> bytes() const noexcept {
    return member_.empty() ? file_.bytes() : std::span<const std::byte>(member_);
  }
  bool is_member() const noexcept { return !member_.empty(); }

 private:
  std::string name_;
  MappedFile file_;
  std::vector<std::byte> member_;
};

// Fetched first when it is not here yet. Throws what local_path throws; for a member also
// Error(corrupt) when the file is no archive and Error(not_found) naming the members like it.
ModelBytes open_bytes(const Context& context, const std::string& reference);

}  // namespace litezoo::cli
