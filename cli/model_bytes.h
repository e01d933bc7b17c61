#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace litezoo::cli {

struct Context;

// The bytes behind a reference: of the file, or for REF!member of the member, where it lies or
// unpacked.
class ModelBytes {
 public:
  explicit ModelBytes(MappedFile file) : file_(std::move(file)), bytes_(file_.bytes()) {}
  // Throws as inspector::read_member does; `name` is what messages call the file.
  ModelBytes(MappedFile file, const std::string& name, const std::string& member);
  ModelBytes(ModelBytes&&) noexcept = default;
  ModelBytes& operator=(ModelBytes&&) noexcept = default;
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

 private:
  MappedFile file_;
  std::vector<std::byte> unpacked_;
  std::span<const std::byte> bytes_;  // of one of the two
};

// REF!member taken apart; the member is empty when none is named. For a local bundle any name will
// do, even one that leads out of a directory: it is a label.
struct MemberReference {
  std::string bundle, member;
};
MemberReference split_member(const std::string& reference);

// Fetched first when it is not here yet. Throws what local_path throws; for a member also
// Error(corrupt) when the file is no archive and Error(not_found) naming the members like it.
ModelBytes open_bytes(const Context& context, const std::string& reference);

}  // namespace litezoo::cli
